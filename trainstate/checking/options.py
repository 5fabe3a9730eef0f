"""The options of a check or a tracker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from trainstate.checking.order import Order
from trainstate.checking.stream import Checker
from trainstate.errors import UsageError, one_of
from trainstate.rules.index import select_rules
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec


def _names(option: str, selectors: Any) -> tuple[str, ...]:
    if isinstance(selectors, str):
        return (selectors,)
    names = tuple(selectors) if isinstance(selectors, Iterable) else (selectors,)
    if all(isinstance(name, str) for name in names) and isinstance(selectors, Iterable):
        return names
    raise UsageError(
        f"Expected {option} to be codes, prefixes or names of rules, as in ['TS3'], but got"
        f" {selectors!r} (a {type(selectors).__name__})."
    )


def _selected(selectors: Iterable[str]) -> tuple[str, ...]:
    return _names("select", selectors)


def _ignored(selectors: Iterable[str]) -> tuple[str, ...]:
    return _names("ignore", selectors)


def _evidence(value: str) -> Evidence:
    return one_of("accept", value, Evidence)


def _order(value: str | None) -> Order | None:
    return None if value is None else one_of("order", value, Order)


def _tolerances(value: Tolerances | None) -> Tolerances:
    return Tolerances() if value is None else instance_of("tolerances", value, Tolerances)


def instance_of(option: str, value: Any, kind: type) -> Any:
    """The value of an option; raises UsageError if it is of another class."""
    if isinstance(value, kind):
        return value
    raise UsageError(
        f"Expected {option} to be a {kind.__name__} but got {value!r} (a {type(value).__name__})."
    )


@frozen(kw_only=True)
class CheckerOptions:
    """The options of ``trainstate.check``, without the specification.

    Raises UsageError for a value of another type or choice.
    """

    select: tuple[str, ...] = field(default=(), converter=_selected)
    ignore: tuple[str, ...] = field(default=(), converter=_ignored)
    accept: Evidence = field(default=Evidence.DEPRECATED, converter=_evidence)
    order: Order | None = field(default=None, converter=_order)
    tolerances: Tolerances = field(factory=Tolerances, converter=_tolerances)

    def checker(self, spec: Spec) -> Checker:
        """A checker with these options; raises UnknownNameError for an unknown rule."""
        return Checker(
            spec=spec,
            rules=select_rules(select=self.select, ignore=self.ignore),
            accept=self.accept,
            order=self.order,
            tolerances=self.tolerances,
        )
