"""What a run of the fuzzer found, how, and what it never saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from trainstate.checking.report import Finding
from trainstate.rules.model import Severity
from trainstate.testing.fuzzing.program import Program
from trainstate.testing.visits import Visits

_NUMBER = re.compile(r"\d+", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_FREE = frozenset({"said", "known", "shown", "asked", "beyond", "pair"})
_LONGEST = 80


@frozen(order=True)
class Key:
    """What makes two findings one: the rule, the place without numbers, and the words.

    Words are the facts that are no numbers, times, names or free text: statuses,
    members, operations, codes of errors.
    """

    code: str
    name: str
    place: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(part for part in (self.code, self.name, self.place, *self.words) if part)


def key_of(finding: Finding) -> Key:
    """The key of a finding, the same in every run."""
    words = (
        f"{name}={value}"
        for name, value in sorted(finding.facts.items())
        if name not in _FREE and isinstance(value, str) and _is_word(value)
    )
    place = _NUMBER.sub("#", finding.pointer)
    return Key(finding.code, finding.name, place, tuple(words))


def _is_word(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and _DIGIT.search(value) is None


@frozen(kw_only=True)
class Discovery:
    """A finding, and the smallest program that shows it.

    ``script`` is the program as Python that anybody can run; ``programs`` counts the
    programs that showed the finding; ``reproducible`` tells whether the program showed
    it again when it was run once more, None where there was no time for that.
    """

    key: Key
    finding: Finding
    program: Program
    script: str
    programs: int
    reproducible: bool | None

    @property
    def emblem(self) -> Finding:
        """The finding as baselines know it: without what differs from run to run."""
        words = " ".join(self.key.words)
        return evolve(self.finding, job="", file=None, pointer=self.key.place, message=words)


@frozen(kw_only=True)
class FuzzReport:
    """The result of a run of the fuzzer. Iterating gives the discoveries.

    ``discoveries`` are those that no baseline knows, worst first; ``known`` those that
    it does. ``calls`` counts the calls of the API, ``programs`` the programs;
    ``visits`` is what of the specification the responses showed. ``ended`` says what
    ended the run: *programs*, *calls*, *time*, or *interrupted*, after which no program
    was made smaller.
    """

    target: str
    seed: int
    discoveries: tuple[Discovery, ...]
    known: tuple[Discovery, ...]
    calls: int
    programs: int
    seconds: float
    visits: Visits
    ended: str
    spec_version: str

    def __iter__(self) -> Iterator[Discovery]:
        return iter(self.discoveries)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that no baseline knows, worst first."""
        return tuple(found.finding for found in self.discoveries)

    def at_least(self, severity: Severity | str) -> tuple[Discovery, ...]:
        """The discoveries of this severity, a member or its name, and worse ones."""
        rank = Severity(severity).rank
        return tuple(found for found in self.discoveries if found.finding.severity.rank <= rank)

    @property
    def coverage(self) -> Mapping[str, Any]:
        """By kind of fact and its evidence: how many were visited, of how many."""
        return self.visits.counted()

    def to_json(self) -> str:
        """The report as JSON text."""
        from trainstate.testing.fuzzing.rendering import report_json  # noqa: PLC0415 - a cycle

        return report_json(self)

    def to_junit(self, *, fail_on: Severity = Severity.ERROR) -> str:
        """The report as JUnit XML: a test case for each rule."""
        from trainstate.testing.fuzzing.rendering import report_junit  # noqa: PLC0415 - a cycle

        return report_junit(self, fail_on=fail_on)

    def __str__(self) -> str:
        from trainstate.testing.fuzzing.rendering import report_lines  # noqa: PLC0415 - a cycle

        return "\n".join(report_lines(self))
