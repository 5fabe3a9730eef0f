"""A tracker's options."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from trainstate.checking.order import Order
from trainstate.checking.stream import Checker
from trainstate.errors import one_of
from trainstate.rules.index import select_rules
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec


def _names(selectors: Iterable[str]) -> tuple[str, ...]:
    return (selectors,) if isinstance(selectors, str) else tuple(selectors)


def _evidence(value: str) -> Evidence:
    return one_of("accept", value, Evidence)


def _order(value: str | None) -> Order | None:
    return None if value is None else one_of("order", value, Order)


@frozen(kw_only=True)
class TrackerOptions:
    """A tracker's options without the specification; as in ``trainstate.check``."""

    select: tuple[str, ...] = field(default=(), converter=_names)
    ignore: tuple[str, ...] = field(default=(), converter=_names)
    accept: Evidence = field(default=Evidence.DEPRECATED, converter=_evidence)
    order: Order | None = field(default=None, converter=_order)
    tolerances: Tolerances = field(factory=Tolerances)

    def checker(self, spec: Spec) -> Checker:
        """A check with these options."""
        return Checker(
            spec=spec,
            rules=select_rules(select=self.select, ignore=self.ignore),
            accept=self.accept,
            order=self.order,
            tolerances=self.tolerances,
        )
