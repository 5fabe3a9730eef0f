"""P5: a tracker that remembers steps says what a tracker says that asks the rules each time."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.walks import observations
from trainstate.errors import TrainstateError
from trainstate.history.instants import NotAnInstant, parse
from trainstate.spec.load import builtin_spec
from trainstate.testing import faulty, polls
from trainstate.testing.corpus import Corpus, generated
from trainstate.testing.faults import operators
from trainstate.track import Tracker
from trainstate.track.ledger import Ledger
from trainstate.track.shortcut import Shortcut

SPEC = builtin_spec()
NAMES = sorted(operators())
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)))
Response = dict[str, Any]


class Written(Enum):
    """A status as a program may hold it, which JSON writes like its text."""

    STARTING = "Starting"


def as_boto3(value: Any, zone: Any = UTC) -> Any:
    """A response with its times as datetimes, and the metadata that boto3 adds."""
    shown = _dated(value, zone)
    return {**shown, "ResponseMetadata": {"RetryAttempts": 0}} if isinstance(shown, dict) else value


def _dated(value: Any, zone: Any) -> Any:
    if isinstance(value, dict):
        return {key: _moment(key, item, zone) for key, item in value.items()}
    return [_dated(item, zone) for item in value] if isinstance(value, list) else value


def _moment(key: str, value: Any, zone: Any) -> Any:
    if not key.endswith("Time") or isinstance(value, dict | list):
        return _dated(value, zone)
    try:
        return (EPOCH + timedelta(microseconds=parse(value)[0])).astimezone(zone)
    except (NotAnInstant, OverflowError):
        return value


def slow() -> Tracker:
    """A tracker that asks the rules each time."""
    tracker = Tracker()
    tracker._intake._starts = 0
    return tracker


def told(tracker: Tracker, observed: Any) -> Any:
    """What a tracker says of an observation; a refusal is an answer, too."""
    try:
        update = tracker.observe(copy.deepcopy(observed))
    except TrainstateError as error:
        return str(error)
    return update, tracker.state, tracker.outcome, tracker.job, tracker.configuration


def agree(observed: list[Any], asked: Iterable[int] = ()) -> Tracker:
    """Both trackers say the same of each observation; after those asked for, all they know."""
    fast, plain = Tracker(), slow()
    for place, one in enumerate(observed):
        assert told(plain, one) == told(fast, one)
        if place in asked:
            assert plain.timeline == fast.timeline
    assert plain.to_json() == fast.to_json()
    assert (plain.epochs, plain.durations) == (fast.epochs, fast.durations)
    return fast


def by_job(corpus: Corpus) -> list[list[Any]]:
    """The responses of a corpus, job by job, as boto3 gives them."""
    jobs: dict[str, list[Any]] = {}
    for text, _ in generated(corpus):
        try:
            shown = json.loads(text)
        except ValueError:
            continue
        if isinstance(shown, dict):
            jobs.setdefault(str(shown.get("TrainingJobArn")), []).append(as_boto3(shown))
    return list(jobs.values())


@pytest.fixture(scope="module", autouse=True)
def warmed() -> None:
    """A memory that has seen many legal jobs: a fault would have to hide in it."""
    for responses in by_job(Corpus(jobs=120, polls=5, seed=21)):
        followed(responses)


def followed(responses: list[Any]) -> Tracker:
    tracker = Tracker()
    for one in responses:
        tracker.observe(one)
    return tracker


@st.composite
def repeated(draw: st.DrawFn, sequence: list[Response]) -> list[Any]:
    """Responses as boto3 gives them, some several times, some of these modified later."""
    zone = draw(st.sampled_from(ZONES))
    found = []
    for response in sequence:
        shown = as_boto3(response, zone)
        found.append(shown)
        for seconds in draw(st.lists(st.integers(-1, 90), max_size=3)):
            modified = shown.get("LastModifiedTime")
            moved = seconds > 0 and isinstance(modified, datetime)
            later = {"LastModifiedTime": modified + timedelta(seconds=seconds)} if moved else {}
            found.append({**shown, **later})
    return found


@st.composite
def broken(draw: st.DrawFn) -> list[Any]:
    """The polls of a job with a planted fault."""
    name = draw(st.sampled_from(NAMES))
    sequence = draw(faulty(polls(most=5), rule=name)).responses
    return draw(repeated([one for one in sequence if isinstance(one, dict)]))


@given(polls(most=8).flatmap(repeated), st.sets(st.integers(0, 20)))
@settings(deadline=None)
def test_legal_jobs_are_told_alike(observed: list[Any], asked: set[int]) -> None:
    """Updates, state and timeline are those of the rules, whenever somebody asks."""
    agree(observed, asked)


@given(broken(), st.sets(st.integers(0, 20)))
@settings(deadline=None)
def test_faulty_jobs_are_told_alike(observed: list[Any], asked: set[int]) -> None:
    """A planted fault is found where the rules find it."""
    agree(observed, asked)


@given(observations(), st.data())
@settings(deadline=None)
def test_anything_is_told_alike(observed: list[Any], data: st.DataObject) -> None:
    """Events, summaries, late and falsified responses between polls change nothing of it."""
    mixed = [one if "detail" in one else as_boto3(one) for one in observed]
    again = data.draw(st.lists(st.sampled_from(mixed), max_size=6))
    agree(data.draw(st.permutations([*mixed, *again])))


def test_a_corpus_with_faults_is_told_alike() -> None:
    """Jobs of which half have a fault, after many that have none."""
    for responses in by_job(Corpus(jobs=80, polls=8, seed=33, faults=0.5)):
        agree(responses)


def test_most_responses_are_told_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of jobs like those before them the rules are asked of hardly any response."""
    told: list[bool] = []
    take = Shortcut.take

    def taken(shortcut: Shortcut, observed: Any, ledger: Ledger) -> Any:
        update = take(shortcut, observed, ledger)
        told.append(update is not None)
        return update

    monkeypatch.setattr(Shortcut, "take", taken)
    for _ in range(2):
        told.clear()
        for responses in by_job(Corpus(jobs=60, polls=6, seed=5)):
            followed(responses)

    assert told.count(True) > 0.9 * len(told) > 300


def test_a_ledger_that_nobody_asks_does_not_grow_without_end() -> None:
    """Times that move with every poll are taken in at last."""
    first = by_job(Corpus(jobs=1, polls=1, seed=21))[0][0]
    tracker = Tracker()
    for second in range(300):
        moved = first["LastModifiedTime"] + timedelta(seconds=second)
        tracker.observe({**first, "LastModifiedTime": moved})
    shortcut = tracker._intake._shortcut

    assert shortcut is not None
    assert len(shortcut.waiting) <= 64
    assert 300 == tracker.epochs[0].responses


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("BillableTimeInSeconds", float("nan")),
        ("BillableTimeInSeconds", Decimal(4)),
        ("Environment", {1: "one"}),
        ("FailureReason", None),
        ("FinalMetricDataList", [{"MetricName": "loss", "Value": float("nan")}]),
        ("HyperParameters", {"json": '{"depth":null}'}),
        ("ModelArtifacts", {"S3ModelArtifacts": b"bytes"}),
        ("OutputModelPackageArn", Decimal(3)),
        ("RoleArn", b"bytes"),
        ("RoleArn", UUID(int=7)),
        ("TrainingTimeInSeconds", 3.0),
    ],
)
def test_a_value_that_json_has_not_is_told_alike(member: str, value: Any, place: int) -> None:
    """What would be another value in a line is judged as it is."""
    job = max(by_job(Corpus(jobs=20, polls=8, seed=21)), key=len)

    agree([*job[:place], *({**one, member: value} for one in job[place:])])


def test_a_step_to_a_value_that_only_looks_the_same_is_judged() -> None:
    """A program's own value in the place of a text is a finding, as it always was."""
    first = by_job(Corpus(jobs=1, polls=1, seed=21))[0][0]

    agree([{**first, "SecondaryStatus": Written.STARTING}])


def test_trackers_in_threads_share_a_memory() -> None:
    """Each of them says what it says alone."""
    jobs = by_job(Corpus(jobs=30, polls=6, seed=77, faults=0.3))
    alone = [[told(tracker, one) for one in job] for job in jobs for tracker in [slow()]]
    together: list[list[Any]] = []

    def follow() -> None:
        together.append(
            [[told(tracker, one) for one in job] for job in jobs for tracker in [Tracker()]]
        )

    threads = [threading.Thread(target=follow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [alone] * 4 == together
