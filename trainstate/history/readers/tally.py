"""What is read with, and counted of, one input."""

from __future__ import annotations

from collections import Counter

from attrs import define, field

from trainstate.history.model import Origin, Unreadable
from trainstate.history.readers.settings import Limits
from trainstate.spec.model import Spec

NO_RESPONSE = "no member of a training job's response"
"""The reason of a record that is well formed but holds no response."""

_EXCERPT = 120


@define(kw_only=True)
class Tally:
    """One input's reading: the facts that it is read with, and the counts of what was found.

    ``forms`` counts the responses by what they were wrapped in; ``others`` counts the
    records of other things than training jobs, which are left out.
    """

    spec: Spec
    limits: Limits
    file: str | None
    reader: str
    forms: Counter[str] = field(factory=Counter)
    broken: int = 0
    foreign: int = 0
    others: int = 0

    @property
    def responses(self) -> int:
        """How many responses were found."""
        return self.forms.total()

    @property
    def records(self) -> int:
        """How many records were found, those that could not be read among them."""
        return self.responses + self.broken + self.foreign

    def unreadable(self, reason: str, origin: Origin, shown: object = "") -> Unreadable:
        """A record that could not be read, counted as broken, or as foreign."""
        if reason == NO_RESPONSE:
            self.foreign += 1
        else:
            self.broken += 1
        return Unreadable(reason=reason, origin=origin, excerpt=excerpt(shown))


def excerpt(shown: object) -> str:
    """The beginning of what could not be read, as text."""
    if isinstance(shown, bytes):
        return shown[: 4 * _EXCERPT].decode("utf-8", "replace")[:_EXCERPT]
    # The repr of a value could be as large as the input, or nested too deeply to be made.
    return shown[:_EXCERPT] if isinstance(shown, str) else type(shown).__name__
