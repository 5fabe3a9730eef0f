"""How rules write times and pairs of statuses in their facts."""

from __future__ import annotations

from trainstate.history.instants import iso


def time_text(instant: int | None) -> str:
    """An instant as ISO 8601 in UTC, or the word for one that is not there."""
    return "absent" if instant is None else iso(instant)


def pair_text(pair: tuple[str | None, str | None]) -> str:
    """A pair as ``primary/secondary``, with ``?`` for one that was not recorded."""
    return "/".join(status or "?" for status in pair)
