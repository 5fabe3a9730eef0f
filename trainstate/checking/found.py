"""What a rule says of a place, as a finding of a job."""

from __future__ import annotations

from hashlib import blake2b

from attrs import evolve

from trainstate.checking.jobs import JobState
from trainstate.checking.report import Finding
from trainstate.machine.align import Alignment
from trainstate.rules.model import Place, Rule, Severity, Step


def finding_of(rule: Rule, place: Place) -> Finding:
    """The finding that a rule makes of a place, without the job and the file."""
    facts = {name: _whole(fact) for name, fact in place.facts.items()}
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=place.severity or rule.severity,
        message=rule.message.format(**facts),
        help=rule.help,
        sources=rule.sources,
        pointer=place.pointer,
        facts=facts,
        witness=place.witness,
        unknown=rule.unknown if place.unknown is None else place.unknown,
    )


def _whole(fact: object) -> object:
    """A whole number as such, of which tables make a fraction; any other fact as it is."""
    return int(fact) if isinstance(fact, float) and fact.is_integer() else fact


def placed(finding: Finding, place: Place, step: Step) -> Finding:
    """The finding with its job, where that was read, and the edits that would mend it."""
    response = step.response
    return evolve(
        finding,
        job=response.job,
        file=response.origin.file,
        line=response.origin.line,
        index=step.index,
        record=response,
        alignment=_alignment(place, step),
    )


def is_new(finding: Finding, state: JobState) -> bool:
    """Whether the job has not had the finding yet, as bad; the job's verdict takes it in."""
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
    """A number for what a finding says, the same in every process, so that it can be kept."""
    severity = severity or finding.severity
    text = f"{finding.code}\0{finding.pointer}\0{finding.message}\0{severity}"
    digest = blake2b(text.encode("utf-8", "backslashreplace"), digest_size=7)
    return int.from_bytes(digest.digest(), "big")


def _alignment(place: Place, step: Step) -> Alignment | None:
    """The edits that make the history legal, where the finding is about an illegal one."""
    within = place.pointer.startswith(f"/{step.spec.layout.history}/")
    return step.reading.alignment if within else None


__all__ = ["finding_of", "is_new", "placed"]
