"""The counts of one input while it is read, and what it is read with."""

import re
from collections import Counter
from functools import cache

from attrs import define, field

from trainstate.history.model import Origin, Unreadable
from trainstate.history.readers.settings import Limits
from trainstate.spec.model import Spec

NO_RESPONSE = "no member of a training job's response"
"""The reason for a well-formed record without a response."""

_EXCERPT = 120
_WORD = re.compile(r"""[^\s{}\[\]():,;="']+""")
_WORDS = re.compile(r"…(?:\s*…)+")


@define(kw_only=True)
class Counts:
    """The facts, limits and origin of one input, and the counts of what was found.

    ``forms`` counts responses by what they were wrapped in; ``others`` counts skipped records of
    things other than training jobs.
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
        """How many records were found, including unreadable ones."""
        return self.responses + self.broken + self.foreign

    def unreadable(
        self, reason: str, origin: Origin, shown: object = "", *, foreign: bool = False
    ) -> Unreadable:
        """An unreadable record; counts it as broken or foreign."""
        other = foreign or reason == NO_RESPONSE
        if other:
            self.foreign += 1
        else:
            self.broken += 1
        return Unreadable(
            reason=reason,
            origin=origin,
            excerpt=outline(shown, self.spec),
            lost=not other or shown == {},
        )


def shows_status(data: bytes, spec: Spec) -> bool:
    """Whether a text contains the name of a member with a job's status."""
    folded = data.replace(b"_", b"").lower()
    shown = (name for one in spec.family.values() for name in (one.primary, one.history))
    return any(name.lower().encode() in folded for name in shown if name)


def outline(shown: object, spec: Spec) -> str:
    """The structure of an unreadable record: punctuation and member names, no values.

    Damage can hide where a value begins, and any value may be a password.
    """
    if isinstance(shown, bytes):
        shown = shown[: 4 * _EXCERPT].decode("utf-8", "replace")
    if not isinstance(shown, str):
        # A value's repr could be as large as the input, or nested too deeply.
        return type(shown).__name__
    names = _names(spec)
    words = _WORD.sub(lambda word: word[0] if word[0] in names else "…", shown[: 4 * _EXCERPT])
    return _WORDS.sub("…", words)[:_EXCERPT]


@cache
def _names(spec: Spec) -> frozenset[str]:
    """The names of a response's members and of its history's."""
    layout = spec.layout
    entry = {layout.entry_status, layout.entry_start, layout.entry_end, layout.entry_message}
    return frozenset({*spec.member_by_name, *entry})
