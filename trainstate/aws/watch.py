"""Watches a job to its end and yields each update, whatever happens on the way."""

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from attrs import frozen

from trainstate.aws.faults import WatchError, has_ended_before
from trainstate.aws.follow import Follower, WatchLimits
from trainstate.aws.pace import Pace, Timing
from trainstate.aws.requests import method_of, named_in
from trainstate.errors import TrainstateError
from trainstate.history.machines import machine_named
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.track import STRICT, Action, Policy, Tracker, Update

Sleep = Callable[[float], Awaitable[object]]

_REAL_SLEEP = time.sleep


class JobFailed(WatchError):
    """The job ended in a way that the policy calls an error.

    ``outcome`` says how; ``tracker`` is what is known of the job.
    """

    def __init__(self, message: str, *, outcome: Outcome, tracker: Tracker) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.tracker = tracker


@frozen(kw_only=True)
class Ended:
    """How a wait ended: the job's outcome, and the policy's action."""

    outcome: Outcome
    action: Action
    tracker: Tracker


def watch(
    client: Any,
    name: str,
    *,
    spec: Spec | None = None,
    tracker: Tracker | None = None,
    pace: Pace | None = None,
    limits: WatchLimits | None = None,
    stop: threading.Event | None = None,
    renew: Callable[[], Any] | None = None,
    clock: Timing | None = None,
) -> Iterator[Update]:
    """Yields each update of a job until it has ended: a training job, or one of ``spec``.

    ``client`` is boto3's for SageMaker; an ARN as the ``name`` also decides the machine;
    ``tracker`` is one to continue with. The watch waits out throttling, failures of the service
    and the network, and expired credentials; ``renew`` makes a client with fresh ones. A deleted
    job or a reused name ends the watch. Setting ``stop`` ends it quietly; the job goes on. Raises
    WatchTimeout, JobNotFound, AccessError or ServiceError, all of them WatchError.
    """
    clock = clock or Timing()
    tracker = tracker or Tracker(job=name, spec=machine_named(name, spec))
    follower = _follower(name, tracker, pace, limits, clock)
    while not (follower.done or _is_set(stop)):
        try:
            response = _describing(client, name, follower)()
        except Exception as error:  # noqa: BLE001 - sorted by fault_of; what is fatal is raised
            yield from follower.failed(_foreign(error))
            client = _renewed(client, follower, renew)
        else:
            yield from follower.took(response)
        if not follower.done and not _is_set(stop):
            _pause(follower.delay(), stop, clock)


async def watch_async(
    client: Any,
    name: str,
    *,
    spec: Spec | None = None,
    tracker: Tracker | None = None,
    pace: Pace | None = None,
    limits: WatchLimits | None = None,
    stop: asyncio.Event | None = None,
    renew: Callable[[], Any] | None = None,
    clock: Timing | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Update]:
    """Like ``watch``; boto3's calls run in a thread, an asynchronous client's are awaited."""
    tracker = tracker or Tracker(job=name, spec=machine_named(name, spec))
    follower = _follower(name, tracker, pace, limits, clock or Timing())
    while not (follower.done or _is_set(stop)):
        try:
            response = await _awaited(_describing(client, name, follower))
        except Exception as error:  # noqa: BLE001 - sorted by fault_of; what is fatal is raised
            for update in follower.failed(_foreign(error)):
                yield update
            # Making a client may take a second, which would block the event loop.
            client = await asyncio.to_thread(_renewed, client, follower, renew)
        else:
            for update in follower.took(response):
                yield update
        if not follower.done and not _is_set(stop):
            await _pause_async(follower.delay(), stop, sleep)


def wait(
    client: Any,
    name: str,
    *,
    policy: Policy = STRICT,
    spec: Spec | None = None,
    tracker: Tracker | None = None,
    **how: Any,
) -> Ended:
    """Waits until the policy has an action for a job, and returns it.

    ``how`` are the options of ``watch``. Raises JobFailed if the policy calls the outcome an
    error, else the errors of ``watch``.
    """
    tracker = tracker or Tracker(job=name, spec=machine_named(name, spec))
    action = policy.action(tracker.outcome)
    if action is Action.WAIT:
        for update in watch(client, name, tracker=tracker, **how):
            action = policy.action(update.outcome)
            if action is not Action.WAIT:
                break
    outcome = tracker.outcome
    if action is Action.ERROR:
        reason = f": {tracker.failure_reason}" if tracker.failure_reason else ""
        raise JobFailed(
            f"The job {name!r} ended {outcome} ({tracker.state}), which the policy"
            f" {policy.name!r} calls an error{reason}.",
            outcome=outcome,
            tracker=tracker,
        )
    return Ended(outcome=outcome, action=action, tracker=tracker)


def stop_job(client: Any, name: str, *, spec: Spec | None = None) -> bool:
    """Requests a job's stop; returns whether it did: not if the job had already ended.

    Asking twice is fine. ``spec`` and an ARN as the name are as in ``watch``.
    """
    spec = machine_named(name, spec)
    try:
        getattr(client, method_of(spec.layout.stop))(**named_in(spec, name))
    except Exception as error:
        if has_ended_before(error):
            return False
        raise
    return True


def _follower(
    name: str, tracker: Tracker, pace: Pace | None, limits: WatchLimits | None, clock: Timing
) -> Follower:
    return Follower(
        name=name, tracker=tracker, pace=pace or Pace(), limits=limits or WatchLimits(), clock=clock
    )


def _foreign(error: Exception) -> Exception:
    """The error of a call; raises our own errors, which no waiting fixes."""
    if isinstance(error, TrainstateError):
        raise error
    return error


def _renewed(client: Any, follower: Follower, renew: Callable[[], Any] | None) -> Any:
    return renew() if follower.renewals and renew is not None else client


def _is_set(stop: threading.Event | asyncio.Event | None) -> bool:
    return stop is not None and stop.is_set()


def _pause(delay: float, stop: threading.Event | None, clock: Timing) -> None:
    """Sleeps until the delay is over or ``stop`` is set."""
    if stop is not None and clock.sleep is _REAL_SLEEP:
        stop.wait(delay)
    else:
        clock.sleep(delay)


async def _pause_async(delay: float, stop: asyncio.Event | None, sleep: Sleep) -> None:
    if stop is None:
        await sleep(delay)
        return
    stopped = asyncio.ensure_future(stop.wait())
    slept = asyncio.ensure_future(sleep(delay))
    done, pending = await asyncio.wait({stopped, slept}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*done, *pending, return_exceptions=True)


def _describing(client: Any, name: str, follower: Follower) -> Callable[[], Any]:
    spec = follower.tracker.spec
    return partial(getattr(client, method_of(spec.layout.operation)), **named_in(spec, name))


async def _awaited(call: Callable[[], Any]) -> Any:
    response = await asyncio.to_thread(call)
    return await response if inspect.isawaitable(response) else response
