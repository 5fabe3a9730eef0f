"""The rules that a check asks, by scope."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from trainstate.checking.ask import Questions
from trainstate.checking.compare import Comparer
from trainstate.checking.findings import finding_of
from trainstate.checking.report import Finding
from trainstate.history.typed import decode_of
from trainstate.rules.model import Check, Rule, Scope
from trainstate.rules.parts import Part
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec


@frozen(kw_only=True, eq=False)
class Rulebook:
    """The rules by scope, and the comparer if every response rule reads one part.

    It holds no job's state. Checks with the same rules share one, so a tracker reuses earlier
    results.
    """

    of_records: tuple[Rule, ...]
    of_responses: Questions
    of_sequences: tuple[tuple[Rule, Check], ...]
    of_jobs: tuple[Rule, ...]
    comparer: Comparer | None


@lru_cache(maxsize=16)
def rulebook(spec: Spec, rules: tuple[Rule, ...], tolerances: Tolerances) -> Rulebook:
    """The rules that apply to a machine."""
    scopes: dict[Scope, list[Rule]] = {scope: [] for scope in Scope}
    for rule in rules:
        if rule.applies(spec):
            scopes[rule.scope].append(rule)
    questions, decode = Questions.of(scopes[Scope.RESPONSE]), decode_of(spec)

    def ask(part: Part) -> dict[int, Finding]:
        found = [finding_of(*one) for one in questions.of_part(part)]
        return {finding.number(): finding for finding in found}

    typed = decode is not None and questions.is_of_parts
    return Rulebook(
        of_records=tuple(scopes[Scope.RECORD]),
        of_responses=questions,
        of_sequences=tuple([(rule, rule.check) for rule in scopes[Scope.SEQUENCE]]),
        of_jobs=tuple(scopes[Scope.JOB]),
        comparer=Comparer.of(spec, decode, tolerances, ask) if decode and typed else None,
    )
