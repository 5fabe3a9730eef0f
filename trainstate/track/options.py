"""What a tracker is made with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from attrs import field, frozen

from trainstate.checking.order import Order
from trainstate.checking.stream import Checker
from trainstate.errors import UsageError
from trainstate.rules.index import select_rules
from trainstate.rules.model import Rule
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec

E = TypeVar("E", bound=StrEnum)


def _names(selectors: Iterable[str]) -> tuple[str, ...]:
    return (selectors,) if isinstance(selectors, str) else tuple(selectors)


def _evidence(value: str) -> Evidence:
    return _choice("accept", value, Evidence)


def _order(value: str | None) -> Order | None:
    return None if value is None else _choice("order", value, Order)


def _choice(option: str, value: str, choices: type[E]) -> E:
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        raise UsageError(f"Expected {option} to be one of {known} but got {value!r}.") from None


@frozen(kw_only=True)
class Options:
    """What a tracker was made with, but for the specification; as in ``trainstate.check``."""

    select: tuple[str, ...] = field(default=(), converter=_names)
    ignore: tuple[str, ...] = field(default=(), converter=_names)
    accept: Evidence = field(default=Evidence.DEPRECATED, converter=_evidence)
    order: Order | None = field(default=None, converter=_order)
    tolerances: Tolerances = field(factory=Tolerances)

    def checker(self, spec: Spec) -> Checker:
        """A check with these options."""
        return Checker(
            spec=spec,
            rules=_selected(self.select, self.ignore),
            accept=self.accept,
            order=self.order,
            tolerances=self.tolerances,
        )


@lru_cache(maxsize=64)
def _selected(select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules of a selection: an orchestrator makes many trackers of one kind."""
    return select_rules(select=select, ignore=ignore)
