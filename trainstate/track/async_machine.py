"""The machine for embedding in asynchronous programs: callbacks may be coroutines."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Iterable
from typing import Any

from trainstate.machine.async_engine import AsyncEngine
from trainstate.machine.engine import PairName
from trainstate.track.callbacks import ANY, Callback, Callbacks
from trainstate.track.machine import known_pair
from trainstate.track.tracker import Tracker
from trainstate.track.update import Change, Standing, Update


class AsyncTrainingJobMachine:
    """As TrainingJobMachine; a callback that gives an awaitable is awaited before the next."""

    def __init__(self, *, tracker: Tracker | None = None) -> None:
        self.tracker = Tracker() if tracker is None else tracker
        self._callbacks = Callbacks(self.tracker.spec)
        self._lock = asyncio.Lock()
        self._pending: deque[Change] = deque()
        self._change = Change(before=None, after=Standing())
        self._pair: PairName | None = known_pair(self.tracker, self.tracker.state)
        self._engine = AsyncEngine(
            self.tracker.spec,
            initial=self._pair,
            config=self.tracker.configuration,
            on_enter=self._entered,
            on_exit=self._left,
        )

    @property
    def pair(self) -> PairName | None:
        """The last known pair that the machine has passed; None before the first."""
        return self._pair

    def on_enter(self, state: str, callback: Callback) -> None:
        """Calls back with each change that enters a state; raises UnknownNameError."""
        self._callbacks.on_enter(state, callback)

    def on_exit(self, state: str, callback: Callback) -> None:
        """Calls back with each change that leaves a state; raises UnknownNameError."""
        self._callbacks.on_exit(state, callback)

    def on_transition(self, callback: Callback, *, before: str = ANY, after: str = ANY) -> None:
        """Calls back with each change from a state to a state; by default with each change."""
        self._callbacks.on_transition(callback, before=before, after=after)

    async def observe(self, observed: Any) -> Update:
        """Takes an observation in, as ``Tracker.observe``, and passes its changes."""
        async with self._lock:
            update = self.tracker.observe(observed)
            self._pending.extend(update.changes)
            self._engine.config = self.tracker.configuration
            while self._pending:
                await self._pass(self._pending.popleft())
            return update

    async def _pass(self, change: Change) -> None:
        self._change = change
        pair = known_pair(self.tracker, change.after)
        if pair is not None:
            before = None if change.before is None else self._pair
            self._pair = pair
            if before is not None and self._engine.can(pair):
                await self._engine.move(pair)
            else:
                await self._engine.jump(before, pair)
        await self._call(self._callbacks.passed(change))

    async def _entered(self, node: str) -> None:
        await self._call(self._callbacks.entered(node))

    async def _left(self, node: str) -> None:
        await self._call(self._callbacks.left(node))

    async def _call(self, callbacks: Iterable[Callback]) -> None:
        for callback in callbacks:
            result = callback(self._change)
            if inspect.isawaitable(result):
                await result
