"""What rules have said: a machine of the silent steps that jobs take, made as they take them.

A *place* is everything about a job that decides what a rule can say of its next regular
response: the history's statuses, the pair, the configuration as rules see it, what was
reported. A *step* leads from a place to a place by the shape of a response. The first job
that takes a step is judged by the rules; where they are silent the step is remembered,
and other jobs take it without asking them again. Nothing here knows what a rule looks for.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen

from trainstate.machine.guards import Configuration
from trainstate.spec.model import Evidence

MOST = 200_000
"""Steps and places that are remembered; what is new beyond them is always judged."""


@frozen(kw_only=True, cache_hash=True)
class Setting:
    """A job's configuration as far as rules see it.

    ``absent`` are the required members that are not there. ``limit`` is the least limit of
    training in seconds; it tells no two settings apart, as regular times keep within it.
    """

    config: Configuration
    absent: tuple[str, ...]
    limit: float = field(eq=False)


@frozen(kw_only=True, cache_hash=True)
class Standing:
    """What names a place."""

    statuses: tuple[str, ...]
    pair: tuple[str | None, str | None]
    setting: Setting
    closed: bool
    ended: bool
    unknown: bool
    assumed: Evidence
    reported: frozenset[int]


@define(eq=False)
class Place:
    """A place and the silent steps from it: a response's shape, and the place it leads to.

    ``clocked`` holds where an entry before the last one has started the clock of training.
    """

    standing: Standing | None
    clocked: bool = False
    steps: dict[Any, Place] = field(factory=dict)


@define(kw_only=True)
class Memory:
    """The places of one check; ``root`` is where a job begins.

    ``seen`` are attached machines and statuses whose first sighting the rules passed over:
    they are told of each alone.
    """

    clock_starts: frozenset[str]
    root: Place = field(factory=lambda: Place(None))
    places: dict[Standing, Place] = field(factory=dict)
    seen: set[tuple[str, str]] = field(factory=set)
    _steps: int = 0

    def place(self, standing: Standing) -> Place | None:
        """The place with this standing; None where no more are remembered."""
        known = self.places.get(standing)
        if known is not None or len(self.places) >= MOST:
            return known
        clocked = not self.clock_starts.isdisjoint(standing.statuses[:-1])
        return self.places.setdefault(standing, Place(standing, clocked))

    def learn(self, before: Place, shape: Any, after: Place) -> None:
        """Remembers a silent step."""
        if self._steps < MOST:
            self._steps += shape not in before.steps
            before.steps[shape] = after


__all__ = ["Memory", "Place", "Setting", "Standing"]
