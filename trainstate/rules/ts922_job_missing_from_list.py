"""TS922 job-missing-from-list."""

from collections.abc import Mapping
from typing import Any

from trainstate.rules.example import IS_ACTIVE, calls
from trainstate.rules.exchange import Exchange, KnownJob
from trainstate.rules.model import Violation, Violations, rule
from trainstate.spec.model import Spec


@rule(
    severity="error",
    sources=["api-list-jobs"],
    message="the whole list{by} lacks a job that is {pair}",
    help="put every matching job on one page, with a NextToken while there are more",
    bad=[calls("create a", "list"), calls("create a", IS_ACTIVE, "list (status-InProgress)")],
    good=[
        calls("create a", "list = a InProgress"),
        calls("create a", IS_ACTIVE, "list (status-Failed)"),
    ],
)
def job_missing_from_list(exchange: Exchange) -> Violations:
    """An existing job that meets the filters is on no page of a list.

    Code that lists jobs to find forgotten ones, and to stop or count them, does not find it.
    """
    listing, spec = exchange.listing, exchange.spec
    if listing is None or listing.cut:
        return
    names = {row.name for row in listing.rows}
    for standing in listing.known.values():
        if standing.name not in names and _belongs(standing, listing.asked, spec):
            by = ", ".join(sorted(set(listing.asked) - {"MaxResults", "SortBy", "SortOrder"}))
            yield Violation(facts={"by": f" by {by}" if by else "", "pair": standing.pair(spec)})


def _belongs(standing: KnownJob, asked: Mapping[str, Any], spec: Spec) -> bool:
    """Whether a job must be in a list; False if that is unknown."""
    if standing.deleted or standing.doubtful:
        return False
    if any(name.endswith(("After", "Before")) for name in asked):
        return False
    wanted = asked.get("StatusEquals")
    certain = standing.is_over(spec) or standing.is_active(spec)
    if wanted is not None and not (certain and standing.primary == wanted):
        return False
    # AWS does not say whether the match is case-sensitive.
    return str(asked.get("NameContains", "")) in standing.name
