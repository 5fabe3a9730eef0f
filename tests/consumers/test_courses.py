"""The courses that are played: legal, complete up to the bound, and readable as text."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

import trainstate as ts
from trainstate.errors import UsageError
from trainstate.machine.step import State, initial_states, successors
from trainstate.machine.walks import configured
from trainstate.spec.load import builtin_spec
from trainstate.testing.consumers import (
    Course,
    CourseScope,
    How,
    check_consumer,
    course,
    replay,
)
from trainstate.testing.consumers.scope import courses, legal_walks
from trainstate.testing.consumers.stage import Play

SPEC = builtin_spec()
SEEN: list[list[dict[str, Any]]] = []


def collects(client: Any, name: str) -> None:
    """Reads everything there is to read, and keeps it apart by job."""
    by_creation: dict[datetime, list[dict[str, Any]]] = {}
    for _ in range(12):
        try:
            response = client.describe_training_job(TrainingJobName=name)
        except client.exceptions.ClientError:
            continue
        response.pop("ResponseMetadata", None)
        by_creation.setdefault(response["CreationTime"], []).append(response)
        time.sleep(45)
    SEEN.extend(by_creation.values())


SCOPES = {
    "recorded": CourseScope(longest=4, plan=True, random=60),
    "inferred": CourseScope(longest=3, spot=True, reuse=False, accept=ts.Evidence.INFERRED),
}


@pytest.mark.parametrize("accept", SCOPES)
def test_what_a_consumer_reads_is_legal(accept: str) -> None:
    """No rule has an error on what any course shows."""
    SEEN.clear()
    scope = SCOPES[accept]
    check_consumer(collects, scope=scope, outcome=lambda _value, _error: None)
    wrong = [
        str(finding) for job in SEEN for finding in ts.check(job) if finding.severity == "error"
    ]

    assert len(SEEN) > 250
    assert [] == wrong


def test_the_exhaustive_part_leaves_no_walk_out() -> None:
    """Every walk of the machine from a creation to an end is there, up to the bound."""
    names = frozenset(guard.name for guard in SPEC.guards)
    config = configured(SPEC, names)
    found = {walk.states for walk in legal_walks(SPEC, names, 4)}

    def ended(states: tuple[State, ...]) -> bool:
        return states[-1].primary in SPEC.terminal_primaries

    expected: set[tuple[State, ...]] = set()
    open_walks: list[tuple[State, ...]] = [(state,) for state in initial_states(SPEC)]
    while open_walks:
        walk = open_walks.pop()
        if ended(walk):
            expected.add(walk)
        elif len(walk) < 4:
            open_walks += [(*walk, state) for state, _ in successors(SPEC, walk[-1], config)]

    assert expected == found


def test_the_shortest_way_comes_first() -> None:
    """A finding is the shortest that shows it because courses are played in this order."""
    lengths = [len(walk.states) for walk in legal_walks(SPEC, frozenset({"managed-spot"}), 4)]

    assert sorted(lengths) == lengths


def test_a_course_is_read_back_from_its_text() -> None:
    """Every course of a scope is what its text says."""
    scope = CourseScope(longest=3, plan=True)
    made = [
        one for walk in legal_walks(SPEC, scope.guards, 3) for one in courses(walk, scope, SPEC)
    ]

    assert made == [course(str(one)) for one in made]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("InProgress", "got 'InProgress'"),
        ("(InProgress/Starting, Failed/Failed", "got '(InProgress/Starting'"),
        ("InProgress/Starting, Failed/Failed; fast", "got 'fast'"),
        ("InProgress/Starting, Completed/Uploading", "No job takes this course"),
        ("Completed/Completed", "No job takes this course"),
        ("gone", "begins with a state"),
        ("InProgress/Starting, gone", "Only an ended job is deleted"),
        ("InProgress/Starting, Failed/Failed, gone, Failed/Failed", "No job is left"),
        ("InProgress/Interrupted, Failed/Failed", "No job takes this course"),
    ],
)
def test_a_course_that_no_job_goes_is_refused(text: str, says: str) -> None:
    """The error names what is wrong and the course."""
    with pytest.raises(UsageError, match=r"(?s).*") as caught:
        replay(collects, text)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"longest": 1}, {"random": -1}, {"accept": "rumoured"}], ids=str
)
def test_a_scope_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    """The error names the option and its value."""
    with pytest.raises(UsageError, match=next(iter(options))):
        CourseScope(**options)


def gives_up(client: Any, name: str) -> str:
    """Stops the job after the first look, and waits for the end of it."""
    status = "InProgress"
    while status in ("InProgress", "Stopping"):
        status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        if status == "InProgress":
            client.stop_training_job(TrainingJobName=name)
        time.sleep(60)
    return status


def test_a_consumer_may_take_the_job_s_course_into_its_own_hands() -> None:
    """After a request to stop it the job goes on as the service would let it."""
    played = replay(gives_up, "InProgress/Starting, InProgress/Training, Failed/Failed")

    assert (How.RETURNED, "Stopped") == (played.ending.how, played.ending.value)


def lists(client: Any, name: str) -> None:
    """Asks for a listing instead of a description."""
    while True:
        (summary,) = client.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
        if summary["TrainingJobStatus"] not in ("InProgress", "Stopping"):
            return
        time.sleep(60)


def test_a_listing_is_a_poll_too() -> None:
    """The job goes on with each page that is read."""
    text = "InProgress/Starting, InProgress/Training, InProgress/Uploading, Completed/Completed"
    played = replay(lists, text)

    assert (None, 4) == (played.judgement, len(played.polls))


def test_time_passes_for_the_consumer_only_by_sleeping() -> None:
    """Wall time, monotonic time and the times of the job agree."""

    def measures(client: Any, name: str) -> tuple[float, float]:
        created = client.describe_training_job(TrainingJobName=name)["CreationTime"].timestamp()
        ticks = time.monotonic()
        time.sleep(3_600)
        return time.time() - created, time.monotonic() - ticks

    played = replay(measures, "InProgress/Starting, Failed/Failed")

    assert (3_601.0, 3_600.0) == tuple(map(round, played.ending.value))


def makes_its_own_client(client: Any, name: str) -> int:
    """Ignores what it is given, and asks from a pool of threads."""
    del client
    own = boto3.client("sagemaker")

    def look() -> str:
        while True:
            status = own.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
            if status not in ("InProgress", "Stopping"):
                return str(status)
            time.sleep(30)

    with ThreadPoolExecutor(3) as pool:
        statuses = {future.result() for future in [pool.submit(look) for _ in range(3)]}
    return len(statuses)


def test_a_consumer_may_make_its_own_client_and_threads() -> None:
    """New clients and new threads belong to the play."""
    played = replay(makes_its_own_client, "InProgress/Starting, InProgress/Training, Failed/Failed")

    assert (How.RETURNED, 1) == (played.ending.how, played.ending.value)


def waits_for_a_request_to_end(client: Any, name: str) -> str:
    """Sleeps as daemons do, so that a request to end would wake it."""
    ended, status = threading.Event(), "InProgress"
    while status == "InProgress" and not ended.wait(60):
        status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
    return status


def waits_for_a_thread(client: Any, name: str) -> str:
    """Lets another thread look, and waits for what it has seen, with a time-out."""
    seen, statuses = threading.Event(), []

    def look() -> None:
        statuses.append(client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"])
        seen.set()

    threading.Thread(target=look).start()
    while not seen.wait(5):
        pass
    return str(statuses[0])


def runs_its_own_loop(client: Any, name: str) -> str:
    """Is asynchronous inside, with a limit in real time."""

    async def polls() -> str:
        status = "InProgress"
        while status == "InProgress":
            await asyncio.sleep(60)
            status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        return status

    return asyncio.run(asyncio.wait_for(polls(), 20))


@pytest.mark.parametrize(
    ("wait", "says"),
    [
        (waits_for_a_request_to_end, "Failed"),
        (waits_for_a_thread, "InProgress"),
        (runs_its_own_loop, "Failed"),
    ],
)
def test_ways_of_sleeping_are_led(wait: Callable[[Any, str], str], says: str) -> None:
    """An event with a time-out and a loop of its own cost no real time."""
    before = time.perf_counter()
    played = replay(wait, "InProgress/Starting, InProgress/Training, Failed/Failed")

    assert (How.RETURNED, says) == (played.ending.how, played.ending.value)
    assert time.perf_counter() - before < 30


def test_other_threads_keep_real_time() -> None:
    """What ran before the check sleeps as ever meanwhile."""
    slept: list[float] = []

    def sleeps() -> None:
        began.wait()
        before = time.perf_counter()
        time.sleep(0.05)
        slept.append(time.perf_counter() - before)

    began = threading.Event()
    thread = threading.Thread(target=sleeps)
    thread.start()

    def lets_it_sleep(_client: Any, _name: str) -> None:
        began.set()
        thread.join()

    replay(lets_it_sleep, "InProgress/Starting, Failed/Failed")

    assert slept[0] >= 0.05


def test_a_job_of_a_course_is_created_now() -> None:
    """Code that compares the times of a job with the wall clock sees a young job."""

    def age(client: Any, name: str) -> float:
        job = client.describe_training_job(TrainingJobName=name)
        return float((datetime.now(UTC) - job["CreationTime"]).total_seconds())

    played = replay(age, "InProgress/Starting, Failed/Failed")

    assert abs(played.ending.value) < 60


def test_real_time_is_back_afterwards() -> None:
    """Nothing of the patching is left, by name or by attribute."""
    before = (time.sleep, time.time, time.monotonic, threading.Event.wait, asyncio.sleep)
    replay(lists, "InProgress/Starting, Failed/Failed")

    assert before == (
        *(time.sleep, time.time, time.monotonic),
        *(threading.Event.wait, asyncio.sleep),
    )


def test_a_rehearsal_plays_all_of_a_course() -> None:
    """Every course of the default bound is one that a job can go."""
    scope = CourseScope(longest=4)
    made: list[Course] = [
        one
        for walk in legal_walks(scope.accepted, scope.guards, 4)
        for one in courses(walk, scope, SPEC)
    ]
    for one in made:
        Play(one, patience=0, polls=0).rehearse()

    assert len(made) > 400
