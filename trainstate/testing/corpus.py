"""Generated corpora: the polls of many jobs at once, of realistic size, with planted faults.

Runs come from the graph of the machine, as those of the strategies do; what decides
them is drawn from a seeded generator, so that a seed gives the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from random import Random
from typing import Any

import msgspec
from attrs import evolve, field, frozen

from trainstate.errors import UsageError
from trainstate.machine.record import moment
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.testing import showing
from trainstate.testing.catalogue import ARN
from trainstate.testing.faults import operators
from trainstate.testing.options import Options
from trainstate.testing.planting import Faulty, Operator
from trainstate.testing.runs import HEAD, Run, Tapes, run_of
from trainstate.testing.strategies import narrowed

AT_ONCE = 250
"""Jobs that are polled in turn, until all of them have been polled to their last time."""

_TRIES = 12
_TOUCHED = 0.3
_EVIDENCE = Evidence.RECORDED  # jobs of today: no status that the service has retired
_PATH, _TEXTURE = 5, 14
_BULK = {"HyperParameters": 24, "Environment": 12}


@frozen(kw_only=True)
class Corpus:
    """What is generated: so many jobs, each polled so often, faults in a share of them.

    ``faults`` is from 0 to 1. Raises UsageError for numbers that make no corpus.
    """

    jobs: int
    polls: int = 20
    seed: int = 0
    faults: float = 0.0
    spec: Spec = field(factory=builtin_spec)

    def __attrs_post_init__(self) -> None:
        if self.jobs < 1 or self.polls < 1:
            raise UsageError(
                f"Expected at least one job and one poll but got {self.jobs} and {self.polls}."
            )
        if not 0 <= self.faults <= 1:
            raise UsageError(f"Expected a rate of faults from 0 to 1 but got {self.faults}.")


@frozen(kw_only=True)
class Planted:
    """A fault in a corpus: its rule, where the finding is, and how it was planted.

    ``line`` counts the lines of the corpus from 1, ``index`` the job's responses from 0.
    """

    job: str
    rule: str
    line: int
    index: int
    pointer: str
    operator: str


@frozen
class _Polls:
    """The lines of one job, and the fault that was planted into them."""

    job: str
    texts: list[str]
    fault: Faulty | None


def generated(corpus: Corpus) -> Iterator[tuple[str, Planted | None]]:
    """The lines of a corpus as JSON, each with the fault that is to be found there, if any."""
    line = 0
    for start in range(0, corpus.jobs, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, corpus.jobs))
        queues = [_polls(corpus, number) for number in numbers]
        for index, turn in enumerate(zip_longest(*(queue.texts for queue in queues))):
            for queue, text in zip(queues, turn, strict=True):
                if text is not None:
                    line += 1
                    yield text, _planted(queue, index, line)


def _planted(polls: _Polls, index: int, line: int) -> Planted | None:
    fault = polls.fault
    if fault is None or fault.index != index:
        return None
    return Planted(
        job=polls.job,
        rule=fault.rule,
        line=line,
        index=index,
        pointer=fault.pointer,
        operator=fault.operator,
    )


def _polls(corpus: Corpus, number: int) -> _Polls:
    random = Random(f"{corpus.seed}/{number}")  # noqa: S311 - the same bytes for a seed
    name = f"train-{corpus.seed}-{number:07d}"
    run = _run(corpus.spec, random, name)
    shown = _shown(run, corpus.polls, random)
    fault = _fault(corpus.spec, shown, random) if random.random() < corpus.faults else None
    responses = shown if fault is None else fault.responses
    return _Polls(name, _texts(responses), fault)


def _run(spec: Spec, random: Random, name: str) -> Run:
    """A run whose configuration is as bulky as that of jobs in production."""
    tapes = Tapes(
        head=random.randbytes(HEAD),
        path=random.randbytes(random.randrange(_PATH)),
        texture=random.randbytes(_TEXTURE),
    )
    asked = Options(evidence=_EVIDENCE)
    run = run_of(narrowed(spec, _EVIDENCE), asked, tapes, name=name)
    bulk: dict[str, Any] = {member: _bulk(random, size) for member, size in _BULK.items()}
    bulk["InputDataConfig"] = [_channel(random, at) for at in range(2)]
    known = {member: value for member, value in bulk.items() if member in spec.member_by_name}
    records = tuple(evolve(record, fields={**record.fields, **known}) for record in run.records)
    return evolve(run, records=records)


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
    """The responses to polls at even times, from the creation until after the last change.

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
            shown.append(showing.response(run, at, times="datetime"))
        elif random.random() < _TOUCHED:
            shown.append({**shown[-1], modified: moment(until)})
        else:
            shown.append(shown[-1])
        seen = at
    return shown


def _fault(spec: Spec, shown: list[dict[str, Any]], random: Random) -> Faulty | None:
    """A fault for which the job offers a place; None where a few tries find none."""
    known: list[Operator] = [one for several in operators().values() for one in several]
    for _ in range(_TRIES):
        found = random.choice(known).apply(shown, spec, random.randrange(256))
        if found is not None:
            return found
    return None


def _texts(responses: list[Any]) -> list[str]:
    """Each response as AWS CLI JSON on one line; a response that is shown twice is made once."""
    made: dict[int, str] = {}
    for response in responses:
        if id(response) not in made:
            made[id(response)] = response if isinstance(response, str) else _text(response)
    return [made[id(response)] for response in responses]


def _text(response: dict[str, Any]) -> str:
    return msgspec.json.encode(showing.written(response, "iso"), enc_hook=repr).decode()


__all__ = ["AT_ONCE", "Corpus", "Planted", "generated"]
