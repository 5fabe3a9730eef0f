"""Waiting for capacity: how long, how often in vain, and for which jobs."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field, frozen

from trainstate.spec.outcome import Outcome
from trainstate.stats.spread import Distribution, distribution

FIRST, LATER = "before the first attempt", "between attempts"
GIVEN_UP = frozenset({Outcome.FAILED, Outcome.OUT_OF_TIME, Outcome.OUT_OF_WAIT_TIME})
STOPPED = frozenset({Outcome.STOPPED_BY_USER, Outcome.STOPPED})


@frozen(kw_only=True)
class Wait:
    """One status in which a job waited: before its first attempt, or between two."""

    status: str
    when: str
    seconds: float


@frozen(kw_only=True)
class Group:
    """The jobs of one group: what they waited, and how many waited in vain.

    ``granted`` had an instance at last; ``gave_up`` ended without one by themselves,
    ``stopped`` were stopped without one.
    """

    waited: Distribution
    granted: int
    gave_up: int
    stopped: int


@frozen(kw_only=True)
class Waiting:
    """What jobs waited: by status, and by what may explain it (type, market, region, day, hour)."""

    statuses: Mapping[tuple[str, str], Distribution]
    groups: Mapping[tuple[str, str], Group]


@define
class _Group:
    waited: array[float] = field(factory=lambda: array("d"))
    granted: int = 0
    gave_up: int = 0
    stopped: int = 0


@define
class Gathered:
    """The waits of the jobs so far."""

    _statuses: dict[tuple[str, str], array[float]] = field(factory=dict)
    _groups: dict[tuple[str, str], _Group] = field(factory=dict)

    def take(
        self,
        waits: Iterable[Wait],
        groups: Mapping[str, str],
        *,
        granted: bool | None,
        outcome: Outcome,
    ) -> None:
        """Takes a job in; ``groups`` are the names of those that it belongs to, by what."""
        listed = tuple(waits)
        for wait in listed:
            key = (wait.status, wait.when)
            self._statuses.setdefault(key, array("d")).append(wait.seconds)
        for key in groups.items():
            group = self._groups.setdefault(key, _Group())
            if listed:
                group.waited.append(sum(wait.seconds for wait in listed))
            group.granted += granted is True
            group.gave_up += granted is False and outcome in GIVEN_UP
            group.stopped += granted is False and outcome in STOPPED

    def told(self) -> Waiting:
        """What was gathered, groups of one kind together."""
        return Waiting(
            statuses={key: distribution(self._statuses[key]) for key in sorted(self._statuses)},
            groups=dict(self._told_groups()),
        )

    def _told_groups(self) -> Iterator[tuple[tuple[str, str], Group]]:
        kinds = list(dict.fromkeys(kind for kind, _ in self._groups))
        for key in sorted(self._groups, key=lambda key: (kinds.index(key[0]), key[1])):
            found = self._groups[key]
            yield (
                key,
                Group(
                    waited=distribution(found.waited),
                    granted=found.granted,
                    gave_up=found.gave_up,
                    stopped=found.stopped,
                ),
            )
