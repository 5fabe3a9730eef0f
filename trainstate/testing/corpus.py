"""Generated corpora: the polls of many jobs at once, of realistic size, with planted faults.

The strategies draw every corner of the machine equally; a corpus for measuring has common things
often. Steps are as likely as their counts in the facts, none less than a few in a hundred, so that
stops, failures and interruptions occur. A seeded generator draws whole numbers only: the same seed
gives the same bytes everywhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from itertools import chain, zip_longest
from random import Random
from typing import Any

import msgspec
from attrs import evolve, field, frozen

from trainstate.errors import UsageError
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
from trainstate.rules.index import rules
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec, Transition
from trainstate.testing import observations
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
from trainstate.testing.faults import operators
from trainstate.testing.mutation import Faulty
from trainstate.testing.runs import CREATED, Run, WalkGraph, lived, stepped, walk_graph
from trainstate.testing.strategies import narrowed

AT_ONCE = 250
"""Jobs that are polled in turn, until each has had its last poll."""

_TRIES = 40
_TOUCHED_BETWEEN = 0.3
_EVIDENCE = Evidence.RECORDED  # jobs of today: no status that the service has retired
_BULK = {"HyperParameters": (12, 40), "Environment": (4, 24)}


@frozen(kw_only=True)
class Corpus:
    """The size of a corpus: jobs, polls of each, and the share of them with a fault.

    ``faults`` is from 0 to 1. A fault is planted only if ``fits`` holds for its responses: a table
    cannot hold every fault. Raises UsageError for impossible
    numbers that make no corpus.
    """

    jobs: int
    polls: int = 20
    seed: int = 0
    faults: float = 0.0
    spec: Spec = field(factory=builtin_spec)
    fits: Callable[[list[Any]], bool] | None = None

    def __attrs_post_init__(self) -> None:
        if self.jobs < 1 or self.polls < 1:
            raise UsageError(
                f"Expected at least one job and one poll but got {self.jobs} and {self.polls}."
            )
        if not 0 <= self.faults <= 1:
            raise UsageError(f"Expected a rate of faults from 0 to 1 but got {self.faults}.")


@frozen(kw_only=True)
class Planted:
    """A fault in a corpus: its rule, the place of the finding, and its operator.

    ``line`` counts the lines of the corpus from 1, ``index`` the job's responses from 0.
    """

    job: str
    rule: str
    line: int
    index: int
    pointer: str
    operator: str


def generated(corpus: Corpus) -> Iterator[tuple[str, Planted | None]]:
    """The lines of a corpus as JSON, each with the fault to be found there, if any."""
    # A repeated response comes soon, while the others of its turn are held.
    made: dict[int, tuple[Any, str]] = {}
    for response, planted in responses(corpus):
        if id(response) not in made:
            text = response
            if not isinstance(response, str):  # in the form of the AWS CLI
                shown = observations.written(response, "iso")
                text = msgspec.json.encode(shown, enc_hook=repr).decode()
            if len(made) >= 4 * AT_ONCE:
                made.clear()
            made[id(response)] = response, text
        yield made[id(response)][1], planted


def responses(corpus: Corpus) -> Iterator[tuple[Any, Planted | None]]:
    """The responses of a corpus as boto3 returns them, each with the fault to be found there.

    A fault that makes a record unreadable turns the job's responses into text.
    """
    line = 0
    for start in range(0, corpus.jobs, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, corpus.jobs))
        queues = [_polls(corpus, number) for number in numbers]
        for response, planted in filter(None, chain.from_iterable(zip_longest(*queues))):
            line += 1
            yield response, planted and evolve(planted, line=line)


def _polls(corpus: Corpus, number: int) -> list[tuple[Any, Planted | None]]:
    """The responses of one job, each with the fault that is planted there, if any."""
    random = Random(f"{corpus.seed}/{number}")  # noqa: S311 - the same bytes for a seed
    # One job in three has capitals, which its ARN has in lower case.
    name = f"{'train' if number % 3 else 'Train'}-{corpus.seed}-{number:07d}"
    run = _run(corpus.spec, random, name)
    shown = _shown(run, corpus.polls, random)
    fault = _fault(corpus, shown, random) if random.random() < corpus.faults else None
    if fault is None:
        return [(response, None) for response in shown]
    place = _place(fault, corpus.spec)
    planted = Planted(
        job=name,
        rule=fault.rule,
        line=0,
        index=fault.index,
        pointer=fault.pointer,
        operator=fault.operator,
    )
    return [(one, planted if at == place else None) for at, one in enumerate(fault.responses)]


def _run(spec: Spec, random: Random, name: str) -> Run:
    """A run with a configuration as bulky as in production."""
    bulk: dict[str, Any] = {
        member: _bulk(random, random.randrange(*sizes)) for member, sizes in _BULK.items()
    }
    bulk["InputDataConfig"] = [_channel(random, at) for at in range(1 + random.randrange(4))]
    known = {member: value for member, value in bulk.items() if member in spec.member_by_name}
    return random_run(narrowed(spec, _EVIDENCE), random, name=name, bulk=known)


def whole(spec: Spec) -> dict[str, Any]:
    """A response with every possible member of a corpus, each with all its parts."""
    random = Random(0)  # noqa: S311 - its values are not looked at
    bulk: dict[str, Any] = {member: _bulk(random, 1) for member in _BULK}
    return everything(spec, {**bulk, "InputDataConfig": [_channel(random, 0)]})


def _bulk(random: Random, size: int) -> dict[str, str]:
    return {f"setting_{at:02d}": f"{random.getrandbits(96):x}" for at in range(size)}


def _channel(random: Random, at: int) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://example-bucket/{random.getrandbits(64):016x}/channel-{at}",
        "S3DataDistributionType": "FullyReplicated",
    }
    return {
        "ChannelName": f"channel-{at}",
        "DataSource": {"S3DataSource": source},
        "ContentType": "application/x-recordio-protobuf",
        "CompressionType": "None",
        "RecordWrapperType": "None",
        "RoleArn": f"{ARN}:role/reader",
    }


def _shown(run: Run, polls: int, random: Random) -> list[dict[str, Any]]:
    """The responses to evenly spaced polls, from the creation until after the last change.

    Between its changes the service modifies the record for reasons that do not show.
    """
    modified, records = run.spec.layout.modified, run.records
    first, last = records[0].modified, records[-1].modified
    shown: list[dict[str, Any]] = []
    at, seen = -1, -1
    for poll in range(1, polls + 1):
        until = first + (last - first) * poll // polls
        while at + 1 < len(records) and records[at + 1].modified <= until:
            at += 1
        if at != seen:
            shown.append(observations.response(run, at, times="datetime"))
        elif random.random() < _TOUCHED_BETWEEN:
            shown.append({**shown[-1], modified: moment(until)})
        else:
            shown.append(shown[-1])
        seen = at
    return shown


def _fault(corpus: Corpus, shown: list[dict[str, Any]], random: Random) -> Faulty | None:
    """A fault that the job has a place for; None if a few tries find none."""
    planted_by = operators()
    named = (rule.name for rule in rules() if not rule.on_request)
    known = [one for name in named for one in planted_by.get(name, ()) if not one.in_log]
    # Polls with equal content share it: plant the fault in only one of them.
    apart = [deepcopy(response) for response in shown]
    for _ in range(_TRIES):
        found = random.choice(known).apply(apart, corpus.spec, random.randrange(256))
        if found is not None and (corpus.fits is None or corpus.fits(found.responses)):
            return found
    return None


def _place(fault: Faulty, spec: Spec) -> int:
    """The response with the fault; an index counts those of one job's life."""
    created = spec.layout.created
    if fault.pointer != f"/{created}":
        return fault.index
    lives = [response.get(created) for response in fault.responses]
    return fault.index if lives.count(lives[-1]) == len(lives) else lives.index(lives[-1])


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
