"""The clock of a simulation: it stands still, is advanced, or runs faster than real time.

Durations are written as people write them.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.history.instants import SECOND, Instant, NotAnInstant, iso, parse
from trainstate.machine.record import moment

Duration = str | float | timedelta

LONGEST = 100 * 365 * 86_400.0
"""Seconds of the longest duration."""

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)", re.ASCII)
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+", re.ASCII)


def seconds(value: Duration) -> float:
    """The seconds of a duration: ``"1h30m"``, ``"90s"``, a number of seconds, a timedelta.

    Raises UsageError for another form, a negative duration, or a finite one of more than a hundred
    years.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, bool) or not value >= 0:
        raise UsageError(f"Expected a duration of 0 or more seconds but got {value!r}.")
    if LONGEST < value < math.inf:
        raise UsageError(f"Expected a duration of at most 100 years but got {value!r} seconds.")
    return float(value)


def _parsed(text: str) -> float:
    if not _WHOLE.fullmatch(text):
        raise UsageError(f"Expected a duration such as '90s' or '1h30m' but got {text!r}.")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


START = "2026-01-02T10:00:00Z"
"""The default start of a simulation: always the same moment."""

LATEST = Instant(parse("9990-01-01T00:00:00Z")[0])
"""The end of time: what is due later never happens, so that every time has a date."""

_MILLISECOND = 1000
_SECONDS, _NANOSECONDS = 1.0, 1_000_000_000
_CLOCKS = {
    **dict.fromkeys(("time", "monotonic", "perf_counter"), _SECONDS),
    **dict.fromkeys(("time_ns", "monotonic_ns", "perf_counter_ns"), _NANOSECONDS),
}
"""The functions of ``time`` that return the time, with their units."""


class TimeIsUp(BaseException):
    """The code under test slept beyond its allowed time.

    Not an Exception, so that a consumer that catches everything stops.
    """


@frozen
class Setting:
    """The state of a clock: at the real time ``real`` it showed ``shown``.

    ``real`` is in epoch seconds, ``speed`` in virtual seconds a real one; ``last`` is the latest
    moment that it showed.
    """

    shown: int
    real: float
    speed: float
    last: int = 0


class VirtualClock:
    """Virtual time. It stands still until it is advanced; with a speed it runs by itself.

    It never goes back. All methods are thread-safe.
    """

    def __init__(
        self,
        start: datetime | str | None = None,
        *,
        speed: float = 0.0,
        real: Callable[[], float] = time.time,
    ) -> None:
        if not (speed >= 0 and math.isfinite(speed)):
            raise UsageError(f"Expected a speed of 0 or more but got {speed!r}.")
        try:
            instant, _naive = parse(START if start is None else start)
        except NotAnInstant as error:
            raise UsageError(
                f"Expected when the clock begins but got {start!r}: {error}."
            ) from error
        if instant > LATEST:
            raise UsageError(f"Expected a beginning before {iso(LATEST)} but got {start!r}.")
        self._real = real
        self._lock = threading.RLock()
        self._setting = Setting(instant - instant % _MILLISECOND, real(), speed)
        self._last = self._setting.shown
        self._listeners: list[Callable[[Instant], None]] = []

    def __repr__(self) -> str:
        return f"VirtualClock({iso(self.now)!r}, speed={self.speed})"

    @property
    def now(self) -> Instant:
        """The clock's time in microseconds, cut to the millisecond."""
        with self._lock:
            setting = self._setting
            passed = (self._real() - setting.real) * setting.speed if setting.speed else 0.0
            shown = setting.shown + int(min(passed * SECOND, LATEST))
            # If the real clock is set back, the virtual one stands still meanwhile.
            self._last = min(max(self._last, shown - shown % _MILLISECOND), LATEST)
            return Instant(self._last)

    @property
    def moment(self) -> datetime:
        """The clock's time as an aware datetime."""
        return moment(self.now)

    @property
    def speed(self) -> float:
        """Virtual seconds a real one; 0 for a clock that is only advanced."""
        return self._setting.speed

    @property
    def setting(self) -> Setting:
        """The state of the clock; a clock restored to it shows the same."""
        with self._lock:
            return evolve(self._setting, last=self.now)

    def restore(self, setting: Setting) -> None:
        """Sets the clock to another's state; it runs at its own speed from now on."""
        with self._lock:
            own, self._setting = self._setting.speed, setting
            self._last = max(setting.shown, setting.last)
            self._setting = Setting(self.now, self._real(), own)

    def advance(self, by: Duration) -> Instant:
        """Advances the clock at once, notifies the listeners, and returns the new moment.

        Raises UsageError for a duration beyond the end of the calendar.
        """
        step = round(min(seconds(by), LATEST / SECOND) * SECOND)
        with self._lock:
            if self.now + step > LATEST:
                raise UsageError(f"Expected a moment before {iso(LATEST)} but got {by!r} more.")
            self._setting = Setting(self.now + step, self._real(), self.speed)
            now = self.now
        for listener in tuple(self._listeners):
            listener(now)
        return now

    def on_advance(self, listener: Callable[[Instant], None]) -> None:
        """Calls a function with the new moment whenever the clock is advanced."""
        self._listeners.append(listener)

    @contextmanager
    def driven_by_sleep(self, *, within: Duration | None = None) -> Iterator[Self]:
        """A context in which ``time.sleep`` advances virtual time instead of real time.

        ``time.time``, ``time.monotonic`` and ``time.perf_counter`` advance by the same amount, so
        code that waits by them waits in virtual time; ``datetime`` does not. ``within`` is how much
        may pass before TimeIsUp is raised. Code that imported the functions by name keeps the real
        ones. Not for several contexts at once in several threads.
        """
        until = None if within is None else self.now + round(seconds(within) * SECOND)
        slept = [0.0]
        real = {name: getattr(time, name) for name in ("sleep", *_CLOCKS)}

        def sleep(duration: Any, /) -> None:
            if duration < 0:
                raise ValueError("sleep length must be non-negative")
            if until is not None and self.now + duration * SECOND > until:
                raise TimeIsUp(f"asleep beyond {iso(until)}")
            self.advance(float(duration))
            slept[0] += duration

        def gone_on(name: str, unit: float) -> Callable[[], float]:
            return lambda: real[name]() + type(unit)(slept[0] * unit)

        time.sleep = sleep
        for name, unit in _CLOCKS.items():
            setattr(time, name, gone_on(name, unit))
        try:
            yield self
        finally:
            for name, function in real.items():
                setattr(time, name, function)
