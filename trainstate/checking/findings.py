"""Makes findings of what rules report."""

from __future__ import annotations

from attrs import evolve

from trainstate.checking.report import Finding
from trainstate.machine.align import Alignment
from trainstate.rules.model import Comparison, Rule, Violation


def finding_of(rule: Rule, violation: Violation) -> Finding:
    """The finding about a violation, without job and file."""
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


def placed(finding: Finding, violation: Violation, comparison: Comparison) -> Finding:
    """The finding with its job, file and line, and the edits that would repair the history."""
    response = comparison.response
    return evolve(
        finding,
        job=response.job,
        file=response.origin.file,
        line=response.origin.line,
        index=comparison.index,
        record=response,
        alignment=_alignment(violation, comparison),
    )


def _alignment(violation: Violation, comparison: Comparison) -> Alignment | None:
    """The edits that make the history legal, if the finding is about an entry."""
    within = violation.pointer.startswith(f"/{comparison.spec.layout.history}/")
    return comparison.reading.alignment if within else None


__all__ = ["finding_of", "placed"]
