"""Generated corpora: the polls of many jobs at once, of realistic size, with planted faults.

Runs come from the graph of the machine, like those of the strategies; a seeded generator
decides them, so the same seed gives the same bytes everywhere.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import chain, zip_longest
from random import Random
from typing import Any

import msgspec
from attrs import evolve, field, frozen

from trainstate.errors import UsageError
from trainstate.machine.record import moment
from trainstate.rules.index import rules
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.testing import observations
from trainstate.testing.configuration import ARN
from trainstate.testing.faults import operators
from trainstate.testing.mutation import Faulty
from trainstate.testing.random_walks import everything, random_run
from trainstate.testing.runs import Run
from trainstate.testing.strategies import narrowed

AT_ONCE = 250
"""Jobs that are polled in turn, until each has had its last poll."""

_TRIES = 40
_TOUCHED = 0.3
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
        elif random.random() < _TOUCHED:
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
