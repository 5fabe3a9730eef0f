"""Makes findings of what rules report."""

from __future__ import annotations

from hashlib import blake2b

from attrs import evolve

from trainstate.checking.jobs import JobState
from trainstate.checking.report import Finding
from trainstate.machine.align import Alignment
from trainstate.rules.model import Rule, Severity, Step, Violation


def finding_of(rule: Rule, violation: Violation) -> Finding:
    """The finding that a rule makes of a place, without job and file."""
    facts = {name: _whole(fact) for name, fact in violation.facts.items()}
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=violation.severity or rule.severity,
        message=rule.message.format(**facts),
        help=rule.help,
        sources=rule.sources,
        pointer=violation.pointer,
        facts=facts,
        witness=violation.witness,
        unknown=rule.unknown if violation.unknown is None else violation.unknown,
    )


def _whole(fact: object) -> object:
    """A whole number as an int, since tables turn it into a float; any other fact unchanged."""
    return int(fact) if isinstance(fact, float) and fact.is_integer() else fact


def placed(finding: Finding, violation: Violation, step: Step) -> Finding:
    """The finding with its job, file and line, and the edits that would repair the history."""
    response = step.response
    return evolve(
        finding,
        job=response.job,
        file=response.origin.file,
        line=response.origin.line,
        index=step.index,
        record=response,
        alignment=_alignment(violation, step),
    )


def is_new(finding: Finding, state: JobState) -> bool:
    """Whether a job has this finding for the first time, or worse; updates the job's state."""
    number = number_of(finding)
    if number in state.reported:
        return False
    state.reported.add(number)
    worse = (one for one in Severity if one.rank < finding.severity.rank)
    if any(number_of(finding, one) in state.reported for one in worse):
        return False
    state.errors += finding.severity is Severity.ERROR
    guards = finding.facts.get("guards", ()) if finding.unknown else ()
    state.unseen.update(guards)
    state.unknown |= finding.unknown and not guards
    return True


def number_of(finding: Finding, severity: Severity | None = None) -> int:
    """A hash of a finding's code, pointer, message and severity, the same in every process."""
    severity = severity or finding.severity
    text = f"{finding.code}\0{finding.pointer}\0{finding.message}\0{severity}"
    digest = blake2b(text.encode("utf-8", "backslashreplace"), digest_size=7)
    return int.from_bytes(digest.digest(), "big")


def _alignment(violation: Violation, step: Step) -> Alignment | None:
    """The edits that make the history legal, if the finding is about an entry."""
    within = violation.pointer.startswith(f"/{step.spec.layout.history}/")
    return step.reading.alignment if within else None


__all__ = ["finding_of", "is_new", "placed"]
