"""What a job's configuration allows, as far as a response shows it."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from attrs import frozen

from trainstate.history.excerpt import is_configured
from trainstate.history.model import Response
from trainstate.spec.model import Guard, Spec


@frozen
class Allowance:
    """Whether one guard holds: True, False, or None where the configuration was not seen.

    ``budget`` is how often it may be used; None where no number was seen.
    """

    holds: bool | None
    budget: int | None = None


class Configuration(msgspec.Struct, frozen=True, cache_hash=True):
    """The guards of a job, by name. Hashable, so that judgements can be remembered by it.

    A record of msgspec's: what is remembered of a history is found in half the time,
    because no code of Python's runs for the hash.
    """

    allowances: tuple[tuple[str, Allowance], ...] = ()

    def of(self, guard: str | None) -> Allowance:
        """The allowance of a guard; one that is unseen where nothing is known of it."""
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
    """The guards that a response's configuration members let hold.

    What is absent from a response that shows its configuration is not set. Of an excerpt
    only what is there is known.
    """
    whole = is_configured(response, spec)
    return Configuration(
        tuple((guard.name, _allowance(guard, response, whole)) for guard in spec.guards)
    )


def _allowance(guard: Guard, response: Response, whole: bool) -> Allowance:
    value = response.get(guard.member)
    if value or (guard.implied_by and response.get(guard.implied_by) is not None):
        budget = response.get(guard.budget) if guard.budget else None
        return Allowance(True, budget if type(budget) is int else None)
    return Allowance(False) if whole or value is False else _UNSEEN


@lru_cache(maxsize=4096)
def is_settled(known: Configuration, spec: Spec) -> bool:
    """Holds if each guard was seen, so that no further response can show anything of them."""
    seen = {name for name, allowance in known.allowances if allowance.holds is not None}
    return len(known.allowances) == len(seen) == len(spec.guards)


def merged(known: Configuration, seen: Configuration) -> Configuration:
    """What two responses of one job show together; the first that shows a guard decides."""
    names = [name for name, _ in seen.allowances or known.allowances]
    pairs = ((name, known.of(name), seen.of(name)) for name in names)
    return Configuration(
        tuple((name, old if old.holds is not None else new) for name, old, new in pairs)
    )


@lru_cache(maxsize=4096)
def shared(config: Configuration) -> Configuration:
    """The same configuration, one object for all jobs: so that it is found by what it is."""
    return config


def proven(known: Configuration, spec: Spec) -> Configuration:
    """The configuration in which only what is known holds, or what a status itself proves."""
    return Configuration(
        tuple((guard.name, _proven(known.of(guard.name), guard)) for guard in spec.guards)
    )


def _proven(allowance: Allowance, guard: Guard) -> Allowance:
    unproven = allowance.holds is None and guard.when_unseen != "holds"
    return Allowance(False) if unproven else allowance
