"""What a run of the fuzzer found and never saw: as text, JSON and JUnit XML."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from attrs import evolve, frozen

from trainstate.checking.report import Finding
from trainstate.render.json import finding_object
from trainstate.render.junit import suite_text, xml_text
from trainstate.render.plain import plain
from trainstate.render.text import UNSTYLED, counted, rule_line
from trainstate.rules.index import rules
from trainstate.rules.model import Scope, Severity
from trainstate.spec.facts import Evidence
from trainstate.spec.load import builtin_spec
from trainstate.testing.coverage import Coverage
from trainstate.testing.fuzzing.program import Program
from trainstate.version import installed_version

_NUMBER = re.compile(r"\d+", re.ASCII)
_FREE = frozenset({"said", "known", "shown", "asked", "beyond", "pair"})
_LONGEST = 80


@frozen(order=True)
class Key:
    """The identity of a finding: the rule, the place without numbers, and the words.

    Words are facts other than numbers, times, names or free text: statuses, members,
    operations, error codes.
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
        if name not in _FREE
        and isinstance(value, str)
        and 0 < len(value) <= _LONGEST
        and not _NUMBER.search(value)
    )
    place = _NUMBER.sub("#", finding.pointer)
    return Key(finding.code, finding.name, place, tuple(words))


@frozen(kw_only=True)
class Discovery:
    """A finding, and the smallest program that shows it.

    ``script`` is the program as runnable Python; ``programs`` counts the programs that showed
    the finding; ``reproducible``: the program showed it again; None if there was no time to
    try.
    """

    key: Key
    finding: Finding
    program: Program
    script: str
    programs: int
    reproducible: bool | None

    @property
    def rank(self) -> tuple[int, str]:
        """The sort key of discoveries: the worst first."""
        return self.finding.severity.rank, str(self.key)

    @property
    def emblem(self) -> Finding:
        """The finding as baselines know it, without what differs between runs."""
        words = " ".join(self.key.words)
        return evolve(self.finding, job="", file=None, pointer=self.key.place, message=words)

    def as_dict(self) -> dict[str, Any]:
        """The discovery in plain values."""
        return {
            **finding_object(self.finding),
            "program": [str(call) for call in self.program.calls],
            "program_seed": self.program.seed,
            "script": self.script,
            "programs": self.programs,
            "reproducible": self.reproducible,
        }


_ASKED = (Scope.RESPONSE, Scope.SEQUENCE, Scope.OPERATION)
SCHEMA = 1
"""The version of the JSON form; it grows when a member changes its meaning."""


@frozen(kw_only=True)
class FuzzReport:
    """The result of a run of the fuzzer. Iterating yields the discoveries.

    ``discoveries`` are those outside the baseline, worst first; ``known`` those in it. ``calls``
    counts API calls, ``programs`` programs; ``visits`` is the coverage of the specification.
    ``ended`` says what ended the run: *programs*, *calls*, *time*, or *interrupted*, after which
    no program was
    shrunk.
    """

    target: str
    seed: int
    discoveries: tuple[Discovery, ...]
    known: tuple[Discovery, ...]
    calls: int
    programs: int
    seconds: float
    visits: Coverage
    ended: str
    spec_version: str

    def __iter__(self) -> Iterator[Discovery]:
        return iter(self.discoveries)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings outside the baseline, worst first."""
        return tuple(found.finding for found in self.discoveries)

    def at_least(self, severity: Severity | str) -> tuple[Discovery, ...]:
        """The discoveries of this severity, a member or its name, and worse ones."""
        rank = Severity(severity).rank
        return tuple(found for found in self.discoveries if found.finding.severity.rank <= rank)

    @property
    def coverage(self) -> Mapping[str, Any]:
        """Visited facts and all facts, counted by kind and evidence."""
        return self.visits.counted()

    def to_json(self) -> str:
        """The report as JSON text, in ASCII: a service's text comes out escaped."""
        tool = {"name": "trainstate", "version": installed_version(), "spec": self.spec_version}
        content = {
            "schema": SCHEMA,
            "tool": tool,
            "target": self.target,
            "seed": self.seed,
            "calls": self.calls,
            "programs": self.programs,
            "seconds": self.seconds,
            "ended": self.ended,
            "coverage": self.coverage,
            "never_seen": self.visits.missed(Evidence.RECORDED),
            "findings": [found.as_dict() for found in self],
            "known": [str(found.key) for found in self.known],
        }
        return json.dumps(content, ensure_ascii=True, indent=1, default=str)

    def to_junit(self, *, fail_on: Severity = Severity.ERROR) -> str:
        """The report as JUnit XML: each rule of the fuzzer is a test case, perhaps a failure."""
        suite = Element("testsuite", name=f"trainstate fuzz {plain(self.target)}")
        for rule in (rule for rule in rules() if rule.scope in _ASKED):
            case = SubElement(suite, "testcase", classname="trainstate.fuzz", name=rule.name)
            _told(case, [found for found in self if found.finding.name == rule.name], fail_on)
        return suite_text(suite, failures="failure")

    def __str__(self) -> str:
        return "\n".join(report_lines(self))


def report_lines(report: FuzzReport, *, style: Mapping[str, str] = UNSTYLED) -> Iterator[str]:
    """The report as text: each finding with its program, then what was tried and seen."""
    for found in report:
        yield from _discovery_lines(found, style)
        yield ""
    yield from _totals(report)


def _discovery_lines(found: Discovery, style: Mapping[str, str]) -> Iterator[str]:
    finding, dim, off = found.finding, style["dim"], style["off"]
    yield f"{rule_line(finding, style)}: {plain(finding.message)}"
    yield from (f"   | {call}" for call in found.program.calls)
    yield "   |"
    if found.program.seed:
        yield f"   = seed: {found.program.seed}"
    if found.reproducible is False:
        yield "   = seen once: the program did not show it again"
    if found.reproducible is None:
        yield "   = not made smaller: the time was over"
    yield f"   = help: {finding.help}"
    for name in finding.sources:
        source = builtin_spec().source_by_id.get(name)
        yield f"   {dim}= source: {name if source is None else source.url or source.title}{off}"
    yield f"   {dim}= explain: trainstate rule {finding.name}{off}"


def _totals(report: FuzzReport) -> Iterator[str]:
    errors = len(report.at_least(Severity.ERROR))
    warnings = len(report.discoveries) - errors
    tried = f"{report.calls} calls in {report.programs} programs"
    known = f", {len(report.known)} known" if report.known else ""
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}{known}"
    yield f"{report.target}: {found}; {tried}, seed {report.seed}"
    for kind, levels in report.coverage.items():
        shares = ", ".join(f"{seen}/{of} {level}" for level, (seen, of) in levels.items() if of)
        yield f"{kind} seen: {shares}"


def _told(case: Element, found: list[Discovery], fail_on: Severity) -> None:
    loud = [one for one in found if one.finding.severity.rank <= fail_on.rank]
    mild = [one for one in found if one not in loud]
    if loud:
        first = loud[0].finding
        members = {"type": f"{first.code} {first.name}", "message": xml_text(first.message)}
        failure = SubElement(case, "failure", members)
        failure.text = "\n".join(_case_text(loud))
    if mild:
        SubElement(case, "system-out").text = "\n".join(_case_text(mild))


def _case_text(found: list[Discovery]) -> Iterator[str]:
    for discovery in found:
        yield xml_text(discovery.finding.message)
        yield f"program: {discovery.program}"
        yield from (xml_text(line) for line in discovery.script.splitlines())
