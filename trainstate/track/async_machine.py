"""The embeddable machine for asynchronous programs: callbacks may be coroutines."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from trainstate.track.machine import CallingMachine
from trainstate.track.tracker import Tracker
from trainstate.track.update import Update


class AsyncTrainingJobMachine(CallingMachine):
    """Like TrainingJobMachine; an awaitable from a callback is awaited before the next."""

    def __init__(self, *, tracker: Tracker | None = None) -> None:
        super().__init__(tracker=tracker)
        self._lock = asyncio.Lock()

    async def observe(self, observed: Any) -> Update:
        """Takes an observation, as ``Tracker.observe``, and calls back for its changes."""
        async with self._lock:
            update = self._observed(observed)
            for callback, change in self._due():
                result = callback(change)
                if inspect.isawaitable(result):
                    await result
            return update
