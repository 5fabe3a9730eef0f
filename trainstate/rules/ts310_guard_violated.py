"""TS310 guard-violated."""

from functools import cache

from trainstate.machine.step import trace
from trainstate.rules.example import ACTIVE, STOPPED, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import shown, shows
from trainstate.spec.model import Spec

_TODAY = {"/RemoteDebugConfig": {"EnableRemoteDebug": False}}
"""Marks a client that knows of retries."""


@rule(
    severity="error",
    sources=["guide-spot", "api-retry", "api-stopping-condition"],
    message="{what} is possible only where {says}",
    help="compare the history with the job's configuration; two jobs may have been mixed up",
    bad=[
        "InProgress/Interrupted: Starting 90, Training 60, Interrupted",
        "Stopped/MaxWaitTimeExceeded: Starting 90, Stopping 5, MaxWaitTimeExceeded",
        poll("InProgress/Starting: Starting 90, Training 60, Starting", _TODAY),
    ],
    good=[ACTIVE, STOPPED],
    needs=["history", "guards"],
    follows=["TS301", "TS310", "TS511"],
)
def guard_violated(comparison: Comparison) -> Violations:
    """A job has a status or a transition that its configuration does not allow.

    Only spot instances are taken away, only a job with a retry strategy starts again, and
    only one on a training plan goes back to waiting. The configuration is fixed at creation,
    so no run explains the history. A setting is not off because an event, a search, an
    excerpt or a client older than the setting leaves it out: it is judged once a response
    shows it, also for what came before. The youngest member in a response shows the age of
    its client; a job that is older than a setting does not have it.
    """
    yield from _own(comparison.reading.statuses)
    if comparison.shut and len(comparison.response.statuses) < len(comparison.known):
        yield from _before(comparison)


def _own(statuses: Statuses) -> Violations:
    """Violations in the response itself that its job's configuration does not allow."""
    spec, history = statuses.spec, statuses.history
    broken: set[str] = set()
    places = list(shown(statuses)) if shows(statuses, _guarded(spec)) else []
    if len(places) > 1 and places[0].status == places[-1].status:
        places = places[1:]  # the secondary status is the last entry's: one fault
    for place in places:
        row = spec.secondary_by_name.get(place.status)
        if row is not None and row.guard and statuses.config.of(row.guard).holds is False:
            broken.add(row.guard)
            yield _violation(spec, place.pointer, f"`{place.status}`", row.guard)
    for index, move in enumerate(statuses.moves):
        if move.guard is not None and move.guard not in broken:
            pointer = statuses.entry_pointer(index, spec.layout.entry_status)
            what = f"`{history[index]}` after `{history[index - 1]}`"
            yield _violation(spec, pointer, what, move.guard)


def _before(comparison: Comparison) -> Violations:
    """Violations in longer histories of the job, if this response is the first to forbid them."""
    spec, seen = comparison.spec, tuple(entry.status for entry in comparison.known)
    for index, move in enumerate(trace(spec, seen, comparison.reading.config)):
        if move.guard in comparison.shut:
            what = f"`{seen[index]}` after `{seen[index - 1]}` in an earlier response"
            yield _violation(spec, spec.guard_by_name[move.guard].member, what, move.guard)
            return


@cache
def _guarded(spec: Spec) -> frozenset[str]:
    return frozenset(row.name for row in spec.secondary_by_name.values() if row.guard)


def _violation(spec: Spec, pointer: str, what: str, guard: str) -> Violation:
    says = spec.guard_by_name[guard].says
    return Violation(pointer=pointer, facts={"what": what, "guard": guard, "says": says})
