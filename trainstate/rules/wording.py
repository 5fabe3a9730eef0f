"""How rules write times and pairs of statuses in their facts."""

from collections.abc import Iterable
from difflib import get_close_matches

from trainstate.history.instants import iso
from trainstate.spec.model import Spec

_LONGEST = 60
"""Characters of a word compared with known ones: the comparison is quadratic."""


def time_text(instant: int | None) -> str:
    """An instant as ISO 8601 in UTC, or the word *absent*."""
    return "absent" if instant is None else iso(instant)


def pair_text(pair: tuple[str | None, str | None], spec: Spec) -> str:
    """A pair as ``primary/secondary``, with ``?`` for one that was not recorded.

    Jobs of some specifications have only one status.
    """
    shown = pair if spec.layout.secondary else pair[:1]
    return "/".join(status or "?" for status in shown)


def nearest(written: str, known: Iterable[str]) -> str:
    """A question about the known word nearest in spelling; empty if there is none."""
    words = {word.casefold(): word for word in known}
    close = get_close_matches(written[:_LONGEST].casefold(), words, n=1, cutoff=0.75)
    return f"; did you mean `{words[close[0]]}`?" if close else ""
