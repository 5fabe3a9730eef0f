"""Compares the specification with a service's own API model."""

from __future__ import annotations

from collections.abc import Iterable

from trainstate.checking.findings import finding_of
from trainstate.checking.report import Finding
from trainstate.rules.drift import Drift
from trainstate.rules.index import rules as all_rules
from trainstate.rules.model import Rule, Scope


def check_drift(drift: Drift, *, rules: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """Findings for what only the service's model has, and what only the specification has."""
    asked = all_rules() if rules is None else rules
    return tuple(
        finding_of(rule, violation)
        for rule in asked
        if rule.scope is Scope.DRIFT
        for violation in rule.check(drift)
    )
