"""Runs as in production: histories as frequent as they were recorded, times as long.

The strategies draw every corner of the machine equally; a corpus for measuring should have common
things often. Steps are as likely as their counts in the facts, none less than a few in a hundred,
so that stops, failures and interruptions occur. Everything is drawn in whole numbers: the same
seed gives the same bytes on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from attrs import evolve

from trainstate.history.instants import SECOND, Instant
from trainstate.machine.record import (
    Record,
    create,
    describe,
    moment,
    rewrite,
    touch,
)
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Hop, budgets, ending, walk
from trainstate.spec.model import Evidence, Spec, Transition
from trainstate.testing.configuration import (
    ARN,
    OPTIONAL,
    OUTCOME,
    RESULTS,
    SECONDS,
    SHARES,
    configured,
    dated,
    input_mode,
    kept,
    machine_steps,
    message,
)
from trainstate.testing.runs import CREATED, Run, WalkGraph, lived, stepped, walk_graph

RARELY = 2
"""Percent of jobs with an optional member that has no share of its own."""
SPOT, OTHER_GUARDS = 30, 10
"""Percent of jobs with managed spot, and with each other guard."""

_FILE_MODE, _UNFINISHED, _REWRITTEN, _TOUCHED, _MOVED = 60, 5, 30, 60, 50
_MACHINE, _LEAST = 30, 3
_LONGEST = 16
_MILLISECOND = SECOND // 1000
_SPREAD = 90 * 24 * 3600 * 1000  # jobs of three months


def random_run(spec: Spec, random: Random, *, name: str, bulk: Mapping[str, Any]) -> Run:
    """A run whose history, times and members are as likely as in production.

    ``bulk`` has values of the job's members, in place of the catalogue's.
    """
    spot = spec.time.savings_guard
    names = [guard.name for guard in spec.guards]
    guards = frozenset(n for n in names if _chance(random, SPOT if n == spot else OTHER_GUARDS))
    known, budget = walk_graph(spec, guards, None, None), 1 + random.randrange(3)
    states = list(_walk(spec, known, random, budget))
    fields = _fields(spec, random, guards, budget)
    fields |= {member: bulk[member] for member in bulk if member in fields}
    whole = lived(
        spec,
        states,
        guards,
        partial(_steps, random),
        name=name,
        at=Instant(CREATED - random.randrange(_SPREAD) * _MILLISECOND),
        fields=fields,
        results=random.randrange(8),
        billed=random.randrange(25, 80) / 100,
    )
    cut = 1 + random.randrange(len(whole)) if _chance(random, _UNFINISHED) else len(whole)
    return Run(spec=spec, records=whole[:cut], counting=_chance(random, 50))


def _chance(random: Random, percent: int) -> bool:
    return random.randrange(100) < percent


def _fields(spec: Spec, random: Random, guards: frozenset[str], budget: int) -> dict[str, Any]:
    shares = [SHARES.get(member, RARELY) for member in kept(OPTIONAL, spec)]
    shares += [_MACHINE] * len(spec.machines)
    bits = sum(_chance(random, share) << at for at, share in enumerate(shares))
    mode = input_mode(_chance(random, _FILE_MODE), random.randrange(2))
    return configured(spec, guards, budget=budget, bits=bits, mode=mode)


def everything(spec: Spec, bulk: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping with every possible member of a corpus, each with all its parts."""
    guards = frozenset(guard.name for guard in spec.guards)
    every = (1 << len(OPTIONAL) + len(spec.machines)) - 1
    fields = {**configured(spec, guards, budget=1, bits=every, mode=input_mode(True, 0)), **bulk}
    status = initial_states(spec)[0].position.secondary
    born = create(spec, name="all", arn=ARN, at=CREATED, status=status, fields=fields)
    limits = dict.fromkeys(spec.time.limits.values(), CREATED // SECOND)
    for pointer, most in limits.items():
        member, _, part = pointer.strip("/").partition("/")
        fields[member] = {**fields.get(member, {}), part: most}
    closed = evolve(born.history[0], end=CREATED)
    layout, seconds = spec.layout, dict.fromkeys(m.name for m in spec.members_with("billing"))
    times = {name: moment(CREATED) for name in (layout.started, layout.ended) if name}
    whole = describe(evolve(born, history=(closed,), fields=fields), spec)
    outcome = dated({**kept(OUTCOME, spec), **kept(RESULTS, spec)}, spec, moment(CREATED))
    return {**whole, **dict.fromkeys(seconds, 1), **times, **outcome}


def _walk(spec: Spec, known: WalkGraph, random: Random, budget: int) -> Iterator[State]:
    """States from the creation to an end, each step as likely as recorded."""
    steps = ending(spec, known.config)
    start = next(start for start in initial_states(spec) if start in steps)

    def choose(hops: Sequence[Hop]) -> Hop | None:
        # No rule reports a pair that is documented or recorded.
        pairs, most = spec.pair_by_key, Evidence.RECORDED.rank
        found = [hop for hop in hops if pairs[hop.state.pair].evidence.rank <= most]
        rows = [hop.row for hop in found]
        counts = [row.logs + row.responses if isinstance(row, Transition) else 0 for row in rows]
        least = max(1, sum(counts) * _LEAST // 100)
        weights = [max(count, least) for count in counts]
        return random.choices(found, weights)[0] if found else None

    walked = [start, *walk(steps, start, choose, most=_LONGEST, left=budgets(spec, budget))]
    yield from walked
    yield from known.home[walked[-1]]


def _steps(random: Random, spec: Spec, record: Record, states: Sequence[State]) -> Iterator[Record]:
    for number, state in enumerate(states):
        left = _lasting(record.status, random)
        for extra in _meanwhile(spec, record, left, number, random):
            record = extra
            yield record
        record = stepped(spec, record, state, Instant(record.modified + left))
        yield record
    if record.ended is not None and _chance(random, _TOUCHED):
        later = Instant(record.modified + random.randrange(1, 372_000) * _MILLISECOND)
        if _chance(random, _REWRITTEN):
            yield rewrite(record, message(record.status, 1), at=later)
        else:
            yield touch(record, at=later)


def _meanwhile(
    spec: Spec, record: Record, left: int, number: int, random: Random
) -> Iterator[Record]:
    """What happens to a record before its next step: a message, an attached machine."""
    at = Instant(record.modified + left // 3)
    if _chance(random, _REWRITTEN):
        record = rewrite(record, message(record.status, 1 + number), at=at)
        yield record
    if record.status in spec.time.clock_starts and _chance(random, _MOVED):
        fields = dict(machine_steps(spec, record, random.randrange(256)))
        yield touch(record, at=at, fields=fields)


def _lasting(status: str, random: Random) -> int:
    """Microseconds of a status, half of the time less than usual, up to eight times as long."""
    usual: int = SECONDS.get(status, SECONDS["Stopping"])
    return usual * random.randrange(200, 1000) * random.randrange(250, 8000) // 2000 * _MILLISECOND
