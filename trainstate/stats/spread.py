"""How numbers are spread: count, sum, quantiles."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from attrs import frozen


@frozen(kw_only=True)
class Distribution:
    """Seconds: how many values, their sum, and how they are spread.

    ``p90`` and ``p95`` are the smallest value that at least 90, or 95, of 100 values do
    not exceed.
    """

    count: int = 0
    total: float = 0.0
    median: float | None = None
    p90: float | None = None
    p95: float | None = None
    longest: float | None = None


def distribution(values: Iterable[float]) -> Distribution:
    """Count, sum, median, quantiles and maximum; empty where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return Distribution()
    return Distribution(
        count=len(ordered),
        total=sum(ordered),
        median=median(ordered),
        p90=_quantile(ordered, 90),
        p95=_quantile(ordered, 95),
        longest=ordered[-1],
    )


def _quantile(ordered: list[float], percent: int) -> float:
    return ordered[-(-percent * len(ordered) // 100) - 1]
