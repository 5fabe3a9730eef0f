"""The functions of time, driven by the current play.

``time.sleep``, ``asyncio.sleep`` and the clocks of ``time`` and ``datetime`` are replaced
while courses are played, even where a library imported them by name. They show
and spend virtual time in every thread but those of before. ``threading.Event.wait`` with a
time-out does so in the consumer's own thread, since many sleep by it. What else waits inside
the interpreter (locks, queues, sockets, the timers of an event loop) stays with real time.
"""

import asyncio
import ctypes
import gc
import io
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, tzinfo
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from trainstate.history.instants import SECOND, Instant
from trainstate.testing.consumers.stage import Play

Leader = Callable[[], "Play | None"]

_sleep, _wall, _monotonic, _nap = time.sleep, time.time, time.monotonic, asyncio.sleep
_perf, _wall_ns, _monotonic_ns = time.perf_counter, time.time_ns, time.monotonic_ns
_perf_ns, _now, _utcnow = time.perf_counter_ns, datetime.now, datetime.utcnow
_wait = threading.Event.wait
_MOMENT = 0.002
_NANO = 1_000_000_000
_LEADERS: list[Leader] = []


def _play() -> Play | None:
    return _LEADERS[-1]() if _LEADERS else None


def _led(real: Callable[..., Any], virtual: Callable[..., Any]) -> Callable[..., Any]:
    """The real function where time is real, else the virtual one, which gets the play first."""

    def led(*given: Any) -> Any:
        play = _play()
        return real(*given) if play is None else virtual(play, *given)

    return led


def _instant() -> Instant | None:
    """The virtual moment; None if time is real."""
    play = _play()
    return None if play is None else play.clock.now


def _elapsed_ns(play: Play) -> int:
    return round(play.elapsed * _NANO)


async def _led_nap(delay: float, result: Any = None) -> Any:
    play = _play()
    if play is None:
        return await _nap(delay, result)
    play.sleep(max(0.0, float(delay)))
    return await _nap(0, result)


def _led_wait(event: threading.Event, timeout: float | None = None) -> bool:
    play = _play()
    if play is None or timeout is None or threading.current_thread() is not play.thread:
        return _wait(event, timeout)
    # Another thread may be about to set it, in real time.
    if _wait(event, min(timeout, _MOMENT)):
        return True
    play.sleep(max(0.0, float(timeout)))
    return event.is_set()


# One function for all stages: a library imported while one is open may keep it.
_REPLACED: Mapping[Any, Any] = {
    _sleep: _led(_sleep, lambda play, duration: play.sleep(float(duration))),
    _nap: _led_nap,
    _wall: _led(_wall, lambda play: play.clock.now / SECOND),
    _wall_ns: _led(_wall_ns, lambda play: play.clock.now * (_NANO // SECOND)),
    _monotonic: _led(_monotonic, lambda play: play.elapsed),
    _monotonic_ns: _led(_monotonic_ns, _elapsed_ns),
    _perf: _led(_perf, lambda play: play.elapsed),
    _perf_ns: _led(_perf_ns, _elapsed_ns),
    # Looked up at each call: while a stage is open the class has other methods.
    _now: lambda tz=None: datetime.now(tz),
    _utcnow: lambda: datetime.utcnow(),  # noqa: DTZ003, PLW0108
}


@contextmanager
def led_by(current: Leader) -> Iterator[None]:
    """A context in which sleeping advances the virtual time of the current play."""
    places = tuple(_places(_REPLACED))
    loop_time = asyncio.BaseEventLoop.time
    # An event loop sleeps in real time, so it must count real time.
    asyncio.BaseEventLoop.time = lambda _loop: _monotonic()  # type: ignore[method-assign, assignment]
    for module, name, value in places:
        setattr(module, name, _REPLACED[value])
    threading.Event.wait = _led_wait  # type: ignore[method-assign, assignment]
    _LEADERS.append(current)
    try:
        with led_datetimes(_instant):
            yield
    finally:
        _LEADERS.remove(current)
        for module, name, value in places:
            setattr(module, name, value)
        asyncio.BaseEventLoop.time = loop_time  # type: ignore[method-assign]
        threading.Event.wait = _wait  # type: ignore[method-assign]


def _places(functions: Mapping[Any, Any]) -> Iterator[tuple[ModuleType, str, Any]]:
    """The names of the functions in loaded modules.

    The standard library's own modules keep their imports: their locks
    and queues count real time.
    """
    for module in tuple(sys.modules.values()):
        if not isinstance(module, ModuleType) or not _is_led(module.__name__):
            continue
        for name, value in tuple(vars(module).items()):
            # Bound methods are equal, but new at each access.
            if isinstance(value, BuiltinFunctionType | FunctionType) and value in functions:
                yield module, name, value


def _is_led(name: str) -> bool:
    if name in ("time", "asyncio", "asyncio.tasks"):
        return True
    top = name.partition(".")[0]
    return top not in sys.stdlib_module_names and name != __name__


@contextmanager
def silence(*, on: bool = True) -> Iterator[None]:
    """A context that hides output, logs and warnings."""
    if not on:
        yield
        return
    before = logging.root.manager.disable
    with (
        warnings.catch_warnings(),
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


@contextmanager
def led_datetimes(current: Callable[[], Instant | None]) -> Iterator[None]:
    """A context in which datetimes show the moment of ``current``; real time where it is None.

    The two functions are replaced in the class itself, which is written in C, so that everybody
    who has the class sees it, however it was imported, and a datetime's type stays what it is.
    freezegun puts another class in its place: whoever kept the old one has real time, and
    ``pickle`` and ``type(x) is datetime`` fail. time-machine replaces the functions of ``time``
    in C, and with them the clock of the standard library's own locks and queues, which then wait
    for ever. ``date.today`` and ``datetime.today`` ask ``time.time``, which is led already.
    """
    (members,) = gc.get_referents(vars(datetime))
    now, utcnow = members["now"], members["utcnow"]

    def led_now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        at = current()
        shown: datetime = now.__get__(None, cls)(tz)
        return shown if at is None else cls.fromtimestamp(at / SECOND, tz)

    def led_utcnow(cls: type[datetime]) -> datetime:
        at = current()
        shown: datetime = utcnow.__get__(None, cls)()
        return shown if at is None else cls.fromtimestamp(at / SECOND, UTC).replace(tzinfo=None)

    _set(members, now=classmethod(led_now), utcnow=classmethod(led_utcnow))
    try:
        yield
    finally:
        _set(members, now=now, utcnow=utcnow)


def _set(members: dict[str, Any], **methods: Any) -> None:
    members.update(methods)
    # The interpreter caches class lookups.
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
