"""The spread of numbers: count, sum, quantiles."""

from __future__ import annotations

from array import array
from statistics import median

from attrs import define, field

MEASURES = ("count", "total", "median", "p90", "p95", "longest")
"""The measures of a distribution; the last four are None if it has no values."""


@define
class Distribution:
    """Seconds: the number of values, their sum and their spread.

    ``p90`` and ``p95`` are the smallest values that at least 90 or 95 % of the values do not
    exceed.
    """

    values: array[float] = field(factory=lambda: array("d"))
    _sorted: list[float] = field(factory=list, eq=False, repr=False)

    def add(self, value: float) -> None:
        """Adds a value."""
        self.values.append(value)

    def told(self) -> dict[str, float | None]:
        """The measures by name."""
        return {name: getattr(self, name) for name in MEASURES}

    @property
    def count(self) -> int:
        """The number of values."""
        return len(self.values)

    @property
    def total(self) -> float:
        """Their sum."""
        return sum(self._ordered, 0.0)

    @property
    def median(self) -> float | None:
        """The middle value."""
        return median(self._ordered) if self.values else None

    @property
    def p90(self) -> float | None:
        """The value that 90 % do not exceed."""
        return self._quantile(90)

    @property
    def p95(self) -> float | None:
        """The value that 95 % do not exceed."""
        return self._quantile(95)

    @property
    def longest(self) -> float | None:
        """The largest value."""
        return self._quantile(100)

    @property
    def _ordered(self) -> list[float]:
        if len(self._sorted) != len(self.values):
            self._sorted = sorted(self.values)
        return self._sorted

    def _quantile(self, percent: int) -> float | None:
        ordered = self._ordered
        return ordered[-(-percent * len(ordered) // 100) - 1] if ordered else None
