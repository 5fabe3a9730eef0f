"""TS924 list-out-of-order."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.instants import parse
from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Place, rule


@rule(
    code="TS924",
    name="list-out-of-order",
    severity="error",
    scope="operation",
    reads=["*"],
    sources=["api-list-jobs"],
    message="the list sorted by {key}, {order}, shows jobs in another order",
    help="sort before the pages are cut",
    bad=[
        calls("create a", "create b", "list (by-name-down) = a InProgress; b InProgress"),
    ],
    good=[
        calls("create a", "create b", "list (by-name) = a InProgress; b InProgress"),
        calls("create a", "create b", "list = b InProgress; a InProgress"),
    ],
    since="0.1.0",
)
def list_out_of_order(exchange: Exchange) -> Iterator[Place]:
    """A list is not in the order that was asked for.

    Only names and times of creation are compared. Code that takes the first of a list
    for the latest job takes another one.
    """
    listing, layout = exchange.listing, exchange.spec.layout
    key = None if listing is None else listing.asked.get("SortBy")
    member = {"Name": layout.name, "CreationTime": layout.created}.get(str(key))
    if listing is None or member is None:
        return
    order = str(listing.asked.get("SortOrder", "Ascending"))
    values = [
        summary.get(member)
        for page in listing.pages
        for summary in page
        if summary.get(layout.name) in listing.known
    ]
    if None in values:
        return
    comparable = [parse(v)[0] if member == layout.created else str(v).casefold() for v in values]
    if comparable != sorted(comparable, reverse=order == "Descending"):
        yield Place(facts={"key": key, "order": order})
