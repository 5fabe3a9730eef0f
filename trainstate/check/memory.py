"""What rules have said: a machine of the silent steps that jobs take, made as they take them.

A *place* is everything about a job that decides what a rule can say of its next regular
response: the history's statuses, the pair, the configuration as rules see it, what was
reported. A *step* leads from a place to a place by the shape of a response. The first job
that takes a step is judged by the rules; where they are silent the step is remembered,
and other jobs take it without asking them again. Nothing here knows what a rule looks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from trainstate.machine.guards import Configuration
from trainstate.machine.step import touched
from trainstate.rules.model import Rule, Scope
from trainstate.spec.model import Evidence, Spec

MOST = 200_000
"""Steps and places that are remembered; what is new beyond them is always judged."""


@frozen(kw_only=True, eq=False)
class Setting:
    """A job's configuration as far as rules see it.

    They are told which guards hold, and ask only for those on which a history rests, or
    which allow a saving. ``absent`` are the required members that are not there;
    ``limit`` is the least limit of training in seconds, within which regular times keep,
    ``limits`` those that statuses tell to have been reached.
    """

    config: Configuration
    absent: tuple[str, ...]
    limit: float
    limits: Mapping[str, float]


@frozen(kw_only=True, cache_hash=True)
class Standing:
    """What names a place."""

    statuses: tuple[str, ...]
    pair: tuple[str | None, str | None]
    absent: tuple[str, ...]
    closed: bool
    ended: bool
    unknown: bool
    assumed: Evidence
    reported: frozenset[int]


@frozen(eq=False)
class Spoken:
    """A step on which only rules about the response alone spoke; ``place`` is where it leads."""

    rules: tuple[Rule, ...]
    place: Place


@define(eq=False)
class Place:
    """A place and the silent steps from it: a response's shape, and the place it leads to.

    ``spoken`` are the steps on which rules had something to say.

    ``guards`` are those on which the history rests; ``clocked`` holds where an entry
    before the last one has started the clock of training.
    """

    standing: Standing | None
    guards: tuple[str, ...] = ()
    clocked: bool = False
    steps: dict[Any, Place] = field(factory=dict)
    spoken: dict[Any, Spoken] = field(factory=dict)


@define(kw_only=True)
class Memory:
    """The places of one check; ``root`` is where a job begins.

    ``seen`` are attached machines and statuses whose first sighting the rules passed over:
    they are told of each alone.
    """

    spec: Spec
    root: Place = field(factory=lambda: Place(None))
    places: dict[Standing, Place] = field(factory=dict)
    seen: set[tuple[str, str]] = field(factory=set)
    _steps: int = 0

    def place(self, standing: Standing) -> Place | None:
        """The place with this standing; None where no more are remembered."""
        known = self.places.get(standing)
        if known is not None or len(self.places) >= MOST:
            return known
        clocked = not set(self.spec.time.clock_starts).isdisjoint(standing.statuses[:-1])
        place = Place(standing, touched(self.spec, standing.statuses), clocked)
        return self.places.setdefault(standing, place)

    def learn(
        self, before: Place, shape: Any, after: Place, *, silent: bool, rules: tuple[Rule, ...]
    ) -> None:
        """Remembers a step: nothing was found, or only by rules about the response alone."""
        if self._steps >= MOST:
            return
        self._steps += 1
        if silent:
            before.steps[shape] = after
        elif all(rule.scope is Scope.RESPONSE for rule in rules):
            before.spoken[shape] = Spoken(rules, after)


__all__ = ["Memory", "Place", "Setting", "Spoken", "Standing"]
