"""Whatever clock a consumer reads, and however it has imported it, it shows virtual time."""

# What is not to be used is what is tried, and a function that is kept is not led.
# ruff: noqa: DTZ002, DTZ003, DTZ005, DTZ011, PLW0108
from __future__ import annotations

import datetime as module
import pickle
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import monotonic_ns
from typing import Any

import pytest

from trainstate.testing.consumers import How, replay

COURSE = "InProgress/Starting, (InProgress/Training), Failed/Failed"
WAITING = "InProgress/Starting, InProgress/Pending x300, Failed/Failed"
DAY = 86_400.0

bound = datetime.now


class Kept:
    """A clock that was given long ago: as a default, as an attribute."""

    made = datetime

    def __init__(self, kind: type[datetime] = datetime) -> None:
        self.kind = kind

    def __call__(self) -> float:
        assert self.made.now() >= self.kind.now(UTC).astimezone().replace(tzinfo=None)
        return self.kind.now().timestamp()


class Special(datetime):
    """A class of datetimes of its own."""


KEPT = Kept()
CLOCKS: dict[str, Callable[[], float]] = {
    "from datetime import datetime": lambda: datetime.now().timestamp(),
    "datetime.datetime": lambda: module.datetime.now(module.UTC).timestamp(),
    "another zone": lambda: datetime.now(module.timezone(module.timedelta(hours=5))).timestamp(),
    "utcnow": lambda: datetime.utcnow().replace(tzinfo=UTC).timestamp(),
    "datetime.today": lambda: datetime.today().timestamp(),
    "date.today": lambda: date.today().toordinal() * DAY,
    "a method that is kept": lambda: bound().timestamp(),
    "a class that is kept": KEPT,
    "a class that is derived": lambda: Special.now().timestamp(),
    "time.time": lambda: time.time(),
    "time.time_ns": lambda: time.time_ns() / 1e9,
    "time.monotonic": lambda: time.monotonic(),
    "time.monotonic_ns": lambda: monotonic_ns() / 1e9,
    "time.perf_counter": lambda: time.perf_counter(),
    "time.perf_counter_ns": lambda: time.perf_counter_ns() / 1e9,
}


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_a_clock_shows_the_time_that_was_slept(clock: Callable[[], float]) -> None:
    """A day of sleep is a day by every clock, and a day ends by it."""

    def wait(client: Any, name: str) -> float:
        del client, name
        before = clock()
        time.sleep(DAY)
        return clock() - before

    ending = replay(wait, COURSE, patience="2d").ending

    assert ending.how is How.RETURNED, ending
    assert pytest.approx(DAY, abs=1) == ending.value


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_a_time_out_of_a_pending_job_is_reached(clock: Callable[[], float]) -> None:
    """Who gives up after two days without capacity does so, and not when he has polled enough."""

    def wait(client: Any, name: str) -> None:
        begun = clock()
        while "Failed" not in client.describe_training_job(TrainingJobName=name).values():
            if clock() - begun > 2 * DAY:
                raise TimeoutError
            time.sleep(3600)

    played = replay(wait, WAITING, patience="30d")

    assert isinstance(played.ending.error, TimeoutError), played
    assert 2 * DAY < played.polls[-1].at < 4 * DAY


def test_the_times_of_the_job_are_those_of_the_clock() -> None:
    """A job that was just created is no older than the second that a call takes."""

    def wait(client: Any, name: str) -> float:
        described = client.describe_training_job(TrainingJobName=name)
        age = datetime.now(UTC) - described["CreationTime"]
        return float(age.total_seconds())

    ending = replay(wait, COURSE).ending

    assert ending.how is How.RETURNED, ending
    assert 0 <= ending.value <= 2


def test_datetimes_stay_what_they_are() -> None:
    """The class is one and the same meanwhile: comparing, asking and pickling work."""

    def wait(client: Any, name: str) -> datetime:
        created: datetime = client.describe_training_job(TrainingJobName=name)["CreationTime"]
        shown = datetime.now(created.tzinfo)
        assert type(shown) is datetime
        assert isinstance(created, module.datetime)
        assert isinstance(Special.now(), Special)
        assert pickle.loads(pickle.dumps(shown)) == shown
        return shown

    ending = replay(wait, COURSE).ending

    assert ending.how is How.RETURNED, ending


def test_other_threads_and_times_keep_the_real_time() -> None:
    """A thread of before does not follow, nor does anybody when all is over."""
    seen: list[float] = []
    asked, done = threading.Event(), threading.Event()

    def other() -> None:
        asked.wait(60)
        seen.append(datetime.now().timestamp() - time.clock_gettime(time.CLOCK_REALTIME))
        done.set()

    def wait(client: Any, name: str) -> None:
        del client, name
        time.sleep(DAY)
        asked.set()
        assert done.wait()

    thread = threading.Thread(target=other)
    thread.start()
    ending = replay(wait, COURSE, patience="2d").ending
    thread.join()
    clocks = (datetime.now, bound, module.datetime.now)
    seen += [clock().timestamp() - time.clock_gettime(time.CLOCK_REALTIME) for clock in clocks]

    assert ending.how is How.RETURNED, ending
    assert seen == pytest.approx([0.0] * 4, abs=10)
