"""TS925 empty-page."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Place, rule


@rule(
    code="TS925",
    name="empty-page",
    severity="warning",
    scope="operation",
    sources=["api-list-jobs"],
    message="a page of the list by {filters} is empty, and there is a next one",
    help="cut the pages after the filters; only StatusEquals is documented to come after the cut",
    bad=[
        calls("create a", "create b", "list (page-1-named) = | b InProgress"),
    ],
    good=[
        calls("create a", "create b", "list (page-1) = a InProgress | b InProgress"),
        calls("create a", "list (status-Failed) ="),
    ],
    since="0.1.0",
)
def empty_page(exchange: Exchange) -> Iterator[Place]:
    """A page of a list has no jobs and names a next page.

    AWS documents this for StatusEquals with MaxResults: the page is cut first, then
    filtered. Of the other filters it says nothing of the kind, so that clients may take
    the empty page for the end.
    """
    listing = exchange.listing
    if listing is None or "StatusEquals" in listing.asked:
        return
    empty = [page for page in listing.pages[:-1] if not page]
    if empty:
        yield Place(facts={"filters": ", ".join(sorted(listing.asked))})
