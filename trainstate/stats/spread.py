"""The spread of numbers: count, sum, quantiles."""

from array import array
from collections.abc import Collection, Mapping
from statistics import median

from attrs import define, field, frozen

from trainstate.spec.outcome import Outcome

MEASURES = ("count", "total", "median", "p90", "p95", "longest")
"""The measures of a distribution; the last four are None if it has no values."""


@define
class Distribution:
    """Seconds: the number of values, their sum and their spread.

    ``p90`` and ``p95`` are the smallest values that at least 90 or 95 % of the values do not
    exceed.
    """

    values: "array[float]" = field(factory=lambda: array("d"))
    _sorted: list[float] = field(factory=list, eq=False, repr=False)

    def add(self, value: float) -> None:
        """Adds a value."""
        self.values.append(value)

    def measures(self) -> dict[str, float | None]:
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


FIRST, LATER = "before the first attempt", "between attempts"
GIVEN_UP = frozenset({Outcome.FAILED, Outcome.OUT_OF_TIME, Outcome.OUT_OF_WAIT_TIME})
STOPPED = frozenset({Outcome.STOPPED_BY_USER, Outcome.STOPPED})


@frozen(kw_only=True)
class Wait:
    """A wait in one status, before the first attempt or between two."""

    status: str
    when: str
    seconds: float


@define
class WaitingGroup:
    """The jobs of one group: how long they waited, and how many in vain.

    ``granted`` got an instance in the end; ``gave_up`` ended by themselves without one, ``stopped``
    were stopped without one.
    """

    waited: Distribution = field(factory=Distribution)
    granted: int = 0
    gave_up: int = 0
    stopped: int = 0


@define
class Waiting:
    """Waiting by status, and by what may explain it (type, market, region, day, hour)."""

    _statuses: dict[tuple[str, str], Distribution] = field(factory=dict)
    _groups: dict[tuple[str, str], WaitingGroup] = field(factory=dict)

    def take(
        self,
        waits: Collection[Wait],
        groups: Mapping[str, str],
        *,
        granted: bool | None,
        outcome: Outcome,
    ) -> None:
        """Adds a job; ``groups`` are the names of its groups, by kind."""
        for wait in waits:
            self._statuses.setdefault((wait.status, wait.when), Distribution()).add(wait.seconds)
        for key in groups.items():
            group = self._groups.setdefault(key, WaitingGroup())
            if waits:
                group.waited.add(sum(wait.seconds for wait in waits))
            group.granted += granted is True
            group.gave_up += granted is False and outcome in GIVEN_UP
            group.stopped += granted is False and outcome in STOPPED

    @property
    def statuses(self) -> Mapping[tuple[str, str], Distribution]:
        """Seconds waited, by status and time of the wait."""
        return dict(sorted(self._statuses.items()))

    @property
    def groups(self) -> Mapping[tuple[str, str], WaitingGroup]:
        """The groups, those of one kind together."""
        kinds = list(dict.fromkeys(kind for kind, _ in self._groups))
        ordered = sorted(self._groups, key=lambda key: (kinds.index(key[0]), key[1]))
        return {key: self._groups[key] for key in ordered}
