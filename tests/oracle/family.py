"""Families of sequences: finite products with random access, and a sample of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd, prod
from typing import Any

from tests.oracle.brute_force import History, Obs, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a job's configuration says; None where it was not seen."""

    spot: bool | None
    retry: int | None
    plan: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One sequence of observations and the terms on which it is judged."""

    observations: tuple[Obs, ...]
    config: Config
    order: Order = "arrival"
    accept: str = "deprecated"
    machine: str = "training-job"


@dataclass(frozen=True, slots=True)
class Family:
    """All combinations of the values of some axes; `build` makes a case of one of each."""

    name: str
    axes: tuple[Sequence[Any], ...]
    build: Callable[..., Case]

    @property
    def size(self) -> int:
        """The number of cases."""
        return prod(len(axis) for axis in self.axes)

    def case(self, index: int) -> Case:
        """The case of that number; the last axis changes fastest."""
        chosen: list[Any] = []
        for axis in reversed(self.axes):
            index, at = divmod(index, len(axis))
            chosen.append(axis[at])
        return self.build(*reversed(chosen))

    def sample(self, quota: int) -> Iterator[Case]:
        """At least `quota` cases, evenly spread; all of them where there are no more."""
        for index in range(0, self.size, _stride(self.size, quota)):
            yield self.case(index)


def quotas(families: Sequence[Family], budget: int) -> dict[str, int]:
    """Shares a budget out: a small family whole, the others alike."""
    shares: dict[str, int] = {}
    left = budget
    for at, family in enumerate(sorted(families, key=lambda family: family.size)):
        shares[family.name] = min(family.size, -(-left // (len(families) - at)))
        left -= shares[family.name]
    return shares


def _stride(size: int, quota: int) -> int:
    """The largest one that reaches the quota and falls in step with no axis."""
    return next((n for n in range(size // quota, 1, -1) if gcd(n, size) == 1), 1)


# ---------------------------------------------------------------------- LastModifiedTime

Clock = Callable[[Sequence[Obs]], list[int | None]]
LATE = 1000  # later than all entries


def _tight(seen: Sequence[Obs]) -> list[int | None]:
    return [each.history[-1][1] if each.history else 15 for each in seen]


CLOCKS: dict[str, Clock] = {
    "absent": lambda seen: [None for _ in seen],
    "equal": lambda seen: [LATE for _ in seen],
    "arrival": lambda seen: [LATE + i for i, _ in enumerate(seen)],
    "reversed": lambda seen: [LATE - i for i, _ in enumerate(seen)],
    "history": lambda seen: [LATE + len(each.history or ()) for each in seen],
    "alternate": lambda seen: [None if i % 2 else LATE + i for i, _ in enumerate(seen)],
    "tight": _tight,
}


def timed(seen: Sequence[Obs], times: Sequence[int | None]) -> tuple[Obs, ...]:
    """The observations with these values of LastModifiedTime."""
    return tuple(replace(each, modified=at) for each, at in zip(seen, times, strict=True))


def clocked(seen: Sequence[Obs], clock: str) -> tuple[Obs, ...]:
    """The observations with the values of LastModifiedTime that the clock gives them."""
    return timed(seen, CLOCKS[clock](seen))


# ------------------------------------------------------------------------------ histories

STEP = 10  # instants between two entries


def history_of(statuses: Sequence[str], *, ended: frozenset[str]) -> History:
    """A gapless history; the last entry is closed if its status is one that ends the job."""
    last = len(statuses) - 1
    starts = [STEP * i for i in range(len(statuses))]
    ends: list[int | None] = [*starts[1:], starts[last] if statuses[last] in ended else None]
    return tuple(zip(statuses, starts, ends, strict=True))
