"""Virtual time: it never goes back, and who drives it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from trainstate.errors import UsageError
from trainstate.simulator import TimeIsUp, VirtualClock
from trainstate.simulator.clock import Setting


def test_a_clock_stands_still_until_it_is_advanced() -> None:
    """It begins at the same moment each time, and moves by what it is told."""
    clock = VirtualClock()
    before = clock.moment
    clock.advance("1h")

    assert datetime(2026, 1, 2, 10, tzinfo=UTC) == before == VirtualClock().moment
    assert timedelta(hours=1) == clock.moment - before


def test_a_clock_with_a_speed_runs() -> None:
    """Each real second is so many virtual ones, and an advance comes on top."""
    real = [100.0]
    clock = VirtualClock(speed=60, real=lambda: real[0])
    before = clock.now
    real[0] += 2
    clock.advance(5)
    real[0] += 1

    assert (2 * 60 + 5 + 60) * 1_000_000 == clock.now - before


def test_a_clock_never_goes_back() -> None:
    """The real clock may be set back: virtual time waits for it."""
    real = [100.0]
    clock = VirtualClock(speed=1, real=lambda: real[0])
    real[0] += 10
    later = clock.now
    real[0] -= 5

    assert later == clock.now


def test_a_clock_goes_on_from_a_setting() -> None:
    """The time between counts at the old speed, what follows at the new one."""
    real = [0.0]
    clock = VirtualClock(speed=1, real=lambda: real[0])
    real[0] = 100.0
    clock.restore(Setting(5_000_000, 40.0, 10.0))
    at_once = clock.now
    real[0] = 101.0

    assert (605_000_000, 606_000_000) == (at_once, clock.now)


def test_sleep_drives_the_clock() -> None:
    """Inside the context no real time passes; afterwards sleep is what it was."""
    clock, real = VirtualClock(), time.sleep
    with clock.driven_by_sleep():
        before, wall = clock.now, time.time()
        time.sleep(3_600)
        passed, seen = clock.now - before, time.time() - wall

    assert 3_600_000_000 == passed
    assert 3_600 <= seen < 3_601
    assert real is time.sleep


def test_who_waits_by_the_wall_waits_as_long_as_virtual_time_does() -> None:
    """Code that sleeps until a time has come, or asks only after a time, goes no further."""
    clock = VirtualClock()
    with clock.driven_by_sleep():
        before, wall, steady = clock.now, time.time(), time.monotonic()
        while time.time() - wall < 30:
            time.sleep(10)
        passed = time.monotonic() - steady

    assert 30_000_000 == clock.now - before
    assert 30 <= passed < 31


@pytest.mark.parametrize("name", ["time", "monotonic", "perf_counter"])
def test_every_clock_of_the_process_goes_on_by_what_was_slept(name: str) -> None:
    """In seconds and in nanoseconds; afterwards each is what it was."""
    real, in_nanoseconds = getattr(time, name), getattr(time, f"{name}_ns")
    with VirtualClock().driven_by_sleep():
        before = getattr(time, name)(), getattr(time, f"{name}_ns")()
        time.sleep(30)
        after = getattr(time, name)(), getattr(time, f"{name}_ns")()

    assert 30 <= after[0] - before[0] < 31
    assert 30e9 <= after[1] - before[1] < 31e9
    assert (real, in_nanoseconds) == (getattr(time, name), getattr(time, f"{name}_ns"))


@pytest.mark.parametrize("start", ["9999-01-01T00:00:00Z", "9990-01-01T00:00:01Z"])
def test_a_clock_begins_within_the_calendar(start: str) -> None:
    """Later there is no room for what will happen."""
    with pytest.raises(UsageError, match="beginning before"):
        VirtualClock(start)


def test_a_clock_stands_still_at_the_end_of_the_calendar() -> None:
    """However fast it runs."""
    real = [0.0]
    clock = VirtualClock(speed=1e300, real=lambda: real[0])
    real[0] = 1e9

    assert datetime(9990, 1, 1, tzinfo=UTC) == clock.moment


def careless() -> None:
    while True:
        try:
            time.sleep(25)
        except Exception:  # noqa: BLE001 - what careless code does
            continue


def test_who_sleeps_beyond_the_end_is_woken() -> None:
    """The alarm is no Exception: code that catches everything does not swallow it."""
    with VirtualClock().driven_by_sleep(within="1m"), pytest.raises(TimeIsUp):
        careless()


def test_a_negative_sleep_is_what_it_was() -> None:
    """The same error as without the context."""
    with VirtualClock().driven_by_sleep(), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf")])
def test_a_clock_needs_a_speed_that_can_be(speed: float) -> None:
    """Time neither goes back nor all at once."""
    with pytest.raises(UsageError, match="speed"):
        VirtualClock(speed=speed)


def test_a_clock_needs_a_beginning_that_is_a_time() -> None:
    """Another text is an error of ours."""
    with pytest.raises(UsageError, match="begins"):
        VirtualClock("yesterday")
