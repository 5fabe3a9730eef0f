"""What a job's configuration allows, as far as responses show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from attrs import frozen

from trainstate.history.excerpt import leaves_out, was_unknown
from trainstate.history.model import Response, value_at
from trainstate.spec.model import Guard, Spec

_ABSENT, _IMPLIED = -2, -1


@frozen
class Allowance:
    """Whether one guard holds: True, False, or None if the configuration was not seen.

    ``budget`` is how often it may be used, None if unseen. ``basis`` is 0 if the guard's own
    member is the source, and less if it follows from another.
    """

    holds: bool | None
    budget: int | None = None
    basis: int = 0

    @property
    def weight(self) -> tuple[bool, int, bool, int]:
        """Its strength: stated beats implied, and implied beats absent."""
        return self.holds is not None, self.basis, bool(self.holds), self.budget or 0


class Configuration(msgspec.Struct, frozen=True, cache_hash=True):
    """The guards of a job, by name. Hashable, so that caches can use it as a key.

    A msgspec record halves the lookup of a history, because the hash runs no Python code.
    """

    allowances: tuple[tuple[str, Allowance], ...] = ()

    def of(self, guard: str | None) -> Allowance:
        """The allowance of a guard; an unseen one if nothing is known about it."""
        if guard is None:
            return _FREE
        for name, allowance in self.allowances:
            if name == guard:
                return allowance
        return _UNSEEN


_FREE = Allowance(True)
_UNSEEN = Allowance(None)

UNSEEN = Configuration()
"""The configuration of a job of which only statuses were recorded."""


def configuration(response: Response, spec: Spec) -> Configuration:
    """The guards that a response's configuration establishes.

    A member missing from a response that had to show it is not set. In any other response, or
    if the client may be too old to know the member, only what is present is known.
    """

    def omits(name: str) -> bool:
        return leaves_out(response, name, spec) or was_unknown(response, name, spec)

    return configuration_of(response.members, spec, omits=omits)


def configuration_of(
    members: Mapping[str, Any], spec: Spec, *, omits: Callable[[str], bool]
) -> Configuration:
    """The guards that configuration members establish; ``omits`` names what was not seen."""
    return Configuration(
        tuple((guard.name, _allowance(guard, members, spec, omits)) for guard in spec.guards)
    )


def _allowance(
    guard: Guard, members: Mapping[str, Any], spec: Spec, omits: Callable[[str], bool]
) -> Allowance:
    value = value_at(members, guard.member)
    if value:
        budget = value_at(members, guard.budget) if guard.budget else None
        return Allowance(True, budget if type(budget) is int else None)
    if value is False:
        return Allowance(False)
    if guard.implied_by and value_at(members, guard.implied_by) is not None:
        return Allowance(True, basis=_IMPLIED)
    member = guard.member.strip("/").partition("/")[0]
    unseen = member not in spec.member_by_name or omits(member)
    return _UNSEEN if unseen else Allowance(False, basis=_ABSENT)


def merged(known: Configuration, seen: Configuration) -> Configuration:
    """What responses of one job show together, in any order.

    Of two budgets the larger wins: that they differ is a finding of its own.
    """
    names = [name for name, _ in seen.allowances or known.allowances]
    pairs = ((name, known.of(name), seen.of(name)) for name in names)
    return Configuration(
        tuple((name, max(old, new, key=lambda each: each.weight)) for name, old, new in pairs)
    )


@lru_cache(maxsize=4096)
def shared(config: Configuration) -> Configuration:
    """An equal configuration, one object for all jobs, so that lookups compare by identity."""
    return config


def proven(known: Configuration, spec: Spec) -> Configuration:
    """The configuration in which only what is known, or proven by a status, holds."""
    open_ = unproven(known, spec)
    names = [guard.name for guard in spec.guards]
    return Configuration(
        tuple((name, Allowance(False) if name in open_ else known.of(name)) for name in names)
    )


def shut(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Guards that are now known not to hold and were not before."""
    if before is after:
        return ()
    off = (name for name, allowance in after.allowances if allowance.holds is False)
    return tuple(name for name in off if before.of(name).holds is not False)


def unproven(known: Configuration, spec: Spec) -> tuple[str, ...]:
    """Guards that were not seen and that no status proves."""
    return tuple(
        guard.name
        for guard in spec.guards
        if known.of(guard.name).holds is None and guard.when_unseen != "holds"
    )
