"""Watching in asynchronous programs: the same as `watch`, and nothing else stands still."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from tests.lives import COMPLETED, life, poll
from tests.service import EXPIRED, MISSING, THROTTLED, Service
from tests.watched import WHOLE, passed
from trainstate.aws import (
    watch_async,
)
from trainstate.track import Outcome


def test_an_asynchronous_watch_tells_the_same(service: Service, hours: Any) -> None:
    """The coroutine's updates are those of the generator, faults included."""
    service.jobs["job-1"] = life(*COMPLETED)
    service.plan = [(200, poll("Starting")), THROTTLED, EXPIRED]

    async def sleep(seconds: float) -> None:
        hours.sleep(seconds)

    async def followed() -> list[Any]:
        stop = asyncio.Event()
        watched = watch_async(service.client(), "job-1", clock=hours.clock, sleep=sleep, stop=stop)
        return [update async for update in watched]

    assert WHOLE == passed(asyncio.run(followed()))


def test_an_asynchronous_client_is_awaited(hours: Any) -> None:
    """A client whose calls are coroutines can be watched."""

    class Client:
        async def describe_training_job(self, **_: Any) -> dict[str, Any]:
            return poll(*COMPLETED)

    async def followed() -> list[Any]:
        return [update async for update in watch_async(Client(), "job-1", clock=hours.clock)]

    assert WHOLE == passed(asyncio.run(followed()))


def test_an_asynchronous_watch_sleeps_without_a_stop(hours: Any) -> None:
    """Where nobody can ask for a stop, the sleep is plain."""
    answers = iter([poll("Starting"), poll(*COMPLETED)])

    class Client:
        def describe_training_job(self, **_: Any) -> dict[str, Any]:
            return next(answers)

    async def sleep(seconds: float) -> None:
        hours.sleep(seconds)

    async def followed() -> list[Any]:
        watched = watch_async(Client(), "job-1", clock=hours.clock, sleep=sleep)
        return [update async for update in watched]

    assert (WHOLE, [5.0]) == (passed(asyncio.run(followed())), hours.sleeps)


def test_an_asynchronous_watch_tells_of_a_deletion(service: Service, hours: Any) -> None:
    """The record is gone: the last update says so."""
    service.plan = [(200, poll("Starting")), MISSING, MISSING]

    async def sleep(seconds: float) -> None:
        hours.sleep(seconds)

    async def followed() -> list[Any]:
        watched = watch_async(service.client(), "job-1", clock=hours.clock, sleep=sleep)
        return [update async for update in watched]

    assert Outcome.DELETED is asyncio.run(followed())[-1].outcome


def test_a_client_is_renewed_beside_the_loop(service: Service, hours: Any) -> None:
    """Making one takes time, in which other tasks go on."""
    service.jobs["job-1"] = [poll(*COMPLETED)]
    service.plan = [EXPIRED]
    threads: list[threading.Thread] = []

    def renew() -> Any:
        threads.append(threading.current_thread())
        return service.client()

    async def sleep(seconds: float) -> None:
        hours.sleep(seconds)

    async def followed() -> list[Any]:
        how: dict[str, Any] = {"clock": hours.clock, "sleep": sleep, "renew": renew}
        return [update async for update in watch_async(service.client(), "job-1", **how)]

    assert WHOLE == passed(asyncio.run(followed()))
    assert threading.main_thread() not in threads
    assert threads
