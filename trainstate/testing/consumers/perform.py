"""Runs a consumer's code in its own thread, and ends it when it is stuck."""

import asyncio
import ctypes
import inspect
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import boto3
import botocore
from attrs import frozen

import trainstate
from trainstate.errors import UsageError
from trainstate.simulator.clock import TimeIsUp
from trainstate.simulator.inprocess import reached_by_new_clients
from trainstate.testing.consumers.patched import led_by, silence
from trainstate.testing.consumers.stage import REGION, Play

Wait = Callable[[Any, str], Any]
"""A consumer: with a boto3 client and a job's name, it waits for the job's end."""

_LAST_BREATH = 1.0
_FIRST = 90.0
"""Extra real seconds for the first course, when a consumer imports its library."""


UNUSED = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
"""Credentials that sign nothing; explicit ones stop the search for others."""


class How(StrEnum):
    """How a consumer's wait ended."""

    RETURNED = "returned"
    RAISED = "raised"
    WAITED_ON = "waited on"
    STUCK = "was stuck"


@frozen(kw_only=True)
class Ending:
    """How a consumer's wait ended, and with what.

    ``where`` is the consumer's raising code, as ``file:line``.
    """

    how: How
    value: Any = None
    error: BaseException | None = None
    where: str = ""

    def __str__(self) -> str:
        if self.how is How.RETURNED:
            return f"returned {_short(self.value)}"
        if self.how is How.RAISED:
            at = f" at {self.where}" if self.where else ""
            return f"raised {type(self.error).__name__}: {_short(self.error)}{at}"
        return f"{self.how}: {self.error}"


def _short(value: object) -> str:
    text = str(value) if isinstance(value, BaseException) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 200 else f"{text[:197]}..."


class Stage:
    """Plays courses to one consumer, one after the other."""

    def __init__(self, *, seconds: float) -> None:
        self.client: Any = None
        self._others = frozenset(threading.enumerate())
        self._warm = False
        self._seconds = seconds
        self.play: Play | None = None
        self.is_blocked = False

    def current(self) -> Play | None:
        """The current play, for the consumer's threads; None for older threads."""
        return None if threading.current_thread() in self._others else self.play

    def perform(self, wait: Wait, play: Play, name: str) -> Ending:
        """How the consumer's wait for this play's job ended."""
        endings: list[Ending] = []
        over = play.parked

        def work() -> None:
            endings.append(_ending(wait, self.client, name))
            over.set()

        thread = threading.Thread(target=work, daemon=True, name="consumer under test")
        self.play, play.thread = play, thread
        try:
            thread.start()
            if not self._watched(play):
                return self._interrupted(thread)
            swallowed = TimeIsUp("it swallows that its time is up")
            return endings[0] if endings else Ending(how=How.WAITED_ON, error=swallowed)
        finally:
            self.play, self._warm = None, True

    def _watched(self, play: Play) -> bool:
        """Whether the consumer is done; False if it has neither called nor slept for long."""
        patience = self._seconds if self._warm else self._seconds + _FIRST
        while not play.parked.wait(patience):
            if play.beats == 0:
                return False
            play.beats, patience = 0, self._seconds
        return True

    def _interrupted(self, thread: threading.Thread) -> Ending:
        stuck = TimeIsUp(f"no call and no sleep in {self._seconds:g} real seconds")
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeIsUp)
        )
        thread.join(_LAST_BREATH)
        self.is_blocked = thread.is_alive()
        if self.is_blocked:
            # An undelivered exception would make the interpreter look for it at every step.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), None)
        return Ending(how=How.STUCK, error=stuck)


def _ending(wait: Wait, client: Any, name: str) -> Ending:
    try:
        value = wait(client, name)
        if inspect.isawaitable(value):
            value = asyncio.run(_awaited(value))
    except TimeIsUp as error:
        return Ending(how=How.WAITED_ON, error=error)
    except BaseException as error:  # noqa: BLE001 - a consumer's error is its report
        return Ending(how=How.RAISED, error=error, where=_where(error))
    return Ending(how=How.RETURNED, value=value)


async def _awaited(value: Any) -> Any:
    return await value


_INSIDE = tuple(
    f"{Path(module.__file__ or '').parent}{os.sep}" for module in (boto3, botocore, trainstate)
)


def _where(error: BaseException) -> str:
    """The innermost frame outside this package and the client's library."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_INSIDE)
    ]
    if not frames:
        return ""
    return f"{'/'.join(frames[-1].filename.split('/')[-3:])}:{frames[-1].lineno}"


_STAGES: list[Stage] = []
_ALONE = threading.RLock()
"""Time is replaced in the whole process: threads check consumers one after the other."""


def _served(model: Any, params: Any, **extra: Any) -> Any:
    """Answers by the play on the open stage: consumers keep clients from one to the next."""
    play = _STAGES[-1].play if _STAGES else None
    if play is None:
        raise UsageError(f"{model.name}: no course is played to this client any more.")
    return play.serve(model, params, **extra)


@contextmanager
def staged(*, seconds: float, quiet: bool) -> Iterator[Stage]:
    """A stage; its client, and all clients made in the context, see only its plays."""
    stage = Stage(seconds=seconds)
    with (
        _ALONE,
        reached_by_new_clients(_served, REGION),
        led_by(stage.current),
        silence(on=quiet),
    ):
        session = boto3.session.Session(region_name=REGION)
        stage.client = session.client("sagemaker", **UNUSED)
        _STAGES.append(stage)
        try:
            yield stage
        finally:
            _STAGES.remove(stage)
