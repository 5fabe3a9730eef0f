"""The specification against what a service's own model lists."""

from __future__ import annotations

from collections.abc import Iterable

from trainstate.checking.found import finding_of
from trainstate.checking.report import Finding
from trainstate.rules.drift import Drift
from trainstate.rules.index import rules as all_rules
from trainstate.rules.model import Rule, Scope


def check_drift(drift: Drift, *, rules: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """What the service's model has and the specification lacks, and the other way round."""
    asked = all_rules() if rules is None else rules
    return tuple(
        finding_of(rule, place)
        for rule in asked
        if rule.scope is Scope.DRIFT
        for place in rule.check(drift)
    )
