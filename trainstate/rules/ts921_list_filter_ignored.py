"""TS921 list-filter-ignored."""

from collections.abc import Mapping
from typing import Any

from trainstate.history.instants import parse
from trainstate.rules.example import IS_ACTIVE, calls
from trainstate.rules.exchange import Exchange, ListedJob
from trainstate.rules.model import Violation, Violations, rule
from trainstate.spec.model import RecordLayout


@rule(
    severity="error",
    sources=["api-list-jobs"],
    message="the list by {filter} has a job with {shown}",
    help="leave out of a list what its filters exclude",
    bad=[
        calls("create a", IS_ACTIVE, "list (status-Failed) = a InProgress"),
        calls("create a", "create b", "list (page-1) = a InProgress; b InProgress"),
    ],
    good=[
        calls("create a", IS_ACTIVE, "list (status-InProgress) = a InProgress"),
        calls("create a", "list (status-Failed)"),
    ],
)
def list_filter_ignored(exchange: Exchange) -> Violations:
    """A list has a job that its filters exclude, or a page has more jobs than requested.

    Code that lists jobs in progress, to count or stop them, takes the others for jobs in
    progress.
    """
    listing, layout = exchange.listing, exchange.spec.layout
    if listing is None:
        return
    size = listing.asked.get("MaxResults")
    for page in listing.pages:
        if size is not None and len(page) > size:
            yield Violation(
                facts={"filter": f"MaxResults={size}", "shown": f"{len(page) - size} more"}
            )
    for row in listing.rows:
        yield from _excluded(row, listing.asked, layout)


def _excluded(row: ListedJob, asked: Mapping[str, Any], layout: RecordLayout) -> Violations:
    wanted, part = asked.get("StatusEquals"), str(asked.get("NameContains", ""))
    if wanted is not None and row.primary is not None and row.primary != wanted:
        shown = f"{layout.primary}={row.primary}"
        yield Violation(facts={"filter": f"StatusEquals={wanted}", "shown": shown})
    if row.name is not None and part.casefold() not in row.name.casefold():
        yield Violation(facts={"filter": "NameContains", "shown": "another name"})
    for word, sign in (("After", 1), ("Before", -1)):
        bound = asked.get(f"CreationTime{word}")
        if bound is None or row.created is None:
            continue
        if (row.created - parse(bound)[0]) * sign < 0:
            shown = "another creation time"
            yield Violation(facts={"filter": f"CreationTime{word}", "shown": shown})
