"""What a benchmark gives: a ratio with its spread, a goal, and whether it is met."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from attrs import frozen

Work = Callable[[], Any]


@frozen
class Spread:
    """The median of a measure over the rounds, with the lowest and the highest."""

    median: float
    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        digits = 0 if abs(self.median) >= 100 else 2
        shown = [f"{each:,.{digits}f}" for each in (self.median, self.low, self.high)]
        one, low, high = shown
        return f"{one}{self.unit}" if low == high else f"{one}{self.unit} ({low} - {high})"


@frozen(kw_only=True)
class Row:
    """A measure beside its goal; ``most`` and ``least`` are None where it has none.

    ``corpus`` tells what was measured on; ``skipped`` why it was not.
    """

    measure: str
    found: Spread | str = ""
    most: float | None = None
    least: float | None = None
    corpus: str = ""
    skipped: str = ""

    @property
    def verdict(self) -> str:
        """Whether the median meets the goal."""
        if self.skipped:
            return "skipped"
        if not isinstance(self.found, Spread) or self.most is self.least:
            return ""
        met = self.found.median <= self.most if self.most is not None else None
        if self.least is not None:
            met = self.found.median >= self.least
        return "met" if met else "**missed**"

    @property
    def goal(self) -> str:
        """The goal as it is written."""
        unit = self.found.unit if isinstance(self.found, Spread) else ""
        bound = self.least if self.most is None else self.most
        if bound is None:
            return ""
        shown = f"{bound:,.0f}" if bound >= 1000 else f"{bound:g}"
        return f"{'≥' if self.most is None else '≤'} {shown}{unit}"

    def __str__(self) -> str:
        cells = (self.measure, self.goal, self.skipped or self.found, self.verdict, self.corpus)
        return f"| {' | '.join(map(str, cells))} |"


_TITLES = ("measure", "goal", "measured (lowest - highest)", "goal met", "corpus")
HEAD = f"| {' | '.join(_TITLES)} |\n{'| --- ' * len(_TITLES)}|"


def interleaved(
    works: list[Work], rounds: int, clock: Callable[[], float] = process_time
) -> list[list[float]]:
    """The seconds of each work in each round; the works take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, seconds in zip(works, taken, strict=True):
            begun = clock()
            work()
            seconds.append(clock() - begun)
    return taken


def spread(
    above: list[float], below: list[float] | None = None, *, unit: str = "", by: float = 1.0
) -> Spread:
    """The spread of a measure, or of the ratio of two that were taken in turn."""
    others = [1.0] * len(above) if below is None else below
    ratios = [by * one / other for one, other in zip(above, others, strict=True)]
    return Spread(median(ratios), min(ratios), max(ratios), unit)


__all__ = ["HEAD", "Row", "Spread", "Work", "interleaved", "spread"]
