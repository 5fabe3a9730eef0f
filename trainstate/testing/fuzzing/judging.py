"""The rules about operations, asked about exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainstate.checking.found import finding_of
from trainstate.checking.report import Finding
from trainstate.rules.exchange import Exchange
from trainstate.rules.index import rules as all_rules
from trainstate.rules.model import Rule, Scope


def judged(exchange: Exchange, rules: Iterable[Rule] | None = None) -> Iterator[Finding]:
    """The findings about one exchange; without ``rules`` those of all rules about operations."""
    for rule in all_rules() if rules is None else rules:
        if rule.scope is Scope.OPERATION:
            for place in rule.check(exchange):
                yield finding_of(rule, place)
