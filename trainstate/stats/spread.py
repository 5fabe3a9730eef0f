"""How numbers are spread: count, sum, quantiles."""

from __future__ import annotations

from array import array
from statistics import median

from attrs import define, field

MEASURES = ("count", "total", "median", "p90", "p95", "longest")
"""What is told of a distribution; the last four are None where it has no values."""


@define
class Distribution:
    """Seconds: how many values, their sum, and how they are spread.

    ``p90`` and ``p95`` are the smallest value that at least 90, or 95, of 100 values do
    not exceed.
    """

    values: array[float] = field(factory=lambda: array("d"))
    _sorted: list[float] = field(factory=list, eq=False, repr=False)

    def add(self, value: float) -> None:
        """Takes a value in."""
        self.values.append(value)

    def told(self) -> dict[str, float | None]:
        """The measures, by their names."""
        return {name: getattr(self, name) for name in MEASURES}

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.values)

    @property
    def total(self) -> float:
        """Their sum."""
        return sum(self._ordered, 0.0)

    @property
    def median(self) -> float | None:
        """The value in the middle."""
        return median(self._ordered) if self.values else None

    @property
    def p90(self) -> float | None:
        """What 90 of 100 do not exceed."""
        return self._quantile(90)

    @property
    def p95(self) -> float | None:
        """What 95 of 100 do not exceed."""
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
