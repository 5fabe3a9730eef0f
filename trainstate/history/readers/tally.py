"""What is read with, and counted of, one input."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from attrs import define, field

from trainstate.history.model import Origin, Unreadable
from trainstate.history.readers.settings import Limits
from trainstate.spec.model import Spec

NO_RESPONSE = "no member of a training job's response"
"""The reason of a record that is well formed but holds no response."""

_EXCERPT = 120
_WORD = re.compile(r"""[^\s{}\[\]():,;="']+""")
_WORDS = re.compile(r"…(?:\s*…)+")


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

    def unreadable(
        self, reason: str, origin: Origin, shown: object = "", *, foreign: bool = False
    ) -> Unreadable:
        """A record that could not be read, counted as broken, or as foreign."""
        if foreign or reason == NO_RESPONSE:
            self.foreign += 1
        else:
            self.broken += 1
        return Unreadable(reason=reason, origin=origin, excerpt=outline(shown, self.spec))


def outline(shown: object, spec: Spec) -> str:
    """The structure of what could not be read: its marks, and the names of members; no value.

    What is damaged tells a value from nothing else, and each may be a password.
    """
    if isinstance(shown, bytes):
        shown = shown[: 4 * _EXCERPT].decode("utf-8", "replace")
    if not isinstance(shown, str):
        # The repr of a value could be as large as the input, or nested too deeply to be made.
        return type(shown).__name__
    names = _names(spec)
    words = _WORD.sub(lambda word: word[0] if word[0] in names else "…", shown[: 4 * _EXCERPT])
    return _WORDS.sub("…", words)[:_EXCERPT]


@cache
def _names(spec: Spec) -> frozenset[str]:
    """The names of members: of a response, and of an entry of its history."""
    layout = spec.layout
    entry = {layout.entry_status, layout.entry_start, layout.entry_end, layout.entry_message}
    return frozenset({*spec.member_by_name, *entry})
