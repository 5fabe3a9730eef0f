"""TS924 list-out-of-order."""

from collections.abc import Callable, Mapping
from typing import Any

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange, ListedJob
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-list-jobs"],
    message="the list sorted by {key}, {order}, shows jobs in another order",
    help="sort before you cut the pages",
    bad=[calls("create a", "create b", "list (by-name-down) = a InProgress; b InProgress")],
    good=[
        calls("create a", "create b", "list (by-name) = a InProgress; b InProgress"),
        calls("create a", "create b", "list = b InProgress; a InProgress"),
    ],
)
def list_out_of_order(exchange: Exchange) -> Violations:
    """A list is not in the requested order.

    Only names and creation times are compared, and only if an order was requested: AWS's page
    names two defaults. Code that takes the first of a list for the latest job picks another
    one.
    """
    listing = exchange.listing
    key = "" if listing is None else str(listing.asked.get("SortBy"))
    if listing is None or key not in _VALUES or "SortOrder" not in listing.asked:
        return
    order = str(listing.asked["SortOrder"])
    values = [_VALUES[key](row) for row in listing.rows if row.name in listing.known]
    if None not in values and values != sorted(values, reverse=order == "Descending"):
        yield Violation(facts={"key": key, "order": order})


_VALUES: Mapping[str, Callable[[ListedJob], Any]] = {
    "Name": lambda row: row.name.casefold() if row.name else None,
    "CreationTime": lambda row: row.created,
}
