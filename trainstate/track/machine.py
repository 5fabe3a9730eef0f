"""The machine of the training job for embedding: callbacks once for each change.

The tracker finds the changes, the machine of the `transitions` library goes through
them: what polls skipped is passed state by state, where a history tells it.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from trainstate.errors import UsageError
from trainstate.machine.engine import Engine, PairName
from trainstate.track.callbacks import ANY, Callback, Callbacks
from trainstate.track.tracker import Tracker
from trainstate.track.update import Change, Standing, Update

__all__ = ["ANY", "TrainingJobMachine", "known_pair"]


class TrainingJobMachine:
    """A tracker with callbacks: enter, exit and transition, each once a change.

    ``tracker`` is one to go on with; None makes a new one. A state is written
    ``Primary``, ``Primary/Secondary`` or ``*/Secondary``; a callback gets the Change.
    The callback of a primary is called only when the primary itself changes. A change
    that no legal step explains is passed too: the service decides where the job is. A
    status that the specification does not know reaches only ``on_transition``.

    Where a callback raises, the error comes out of ``observe``, and the changes after it
    are passed at the next call.
    """

    def __init__(self, *, tracker: Tracker | None = None) -> None:
        self.tracker = Tracker() if tracker is None else tracker
        self._callbacks = Callbacks(self.tracker.spec)
        self._lock = threading.RLock()
        self._pending: deque[Change] = deque()
        self._change = Change(before=None, after=Standing())
        self._pair: PairName | None = known_pair(self.tracker, self.tracker.state)
        self._engine = Engine(
            self.tracker.spec,
            initial=self._pair,
            config=self.tracker.configuration,
            on_enter=self._entered,
            on_exit=self._left,
        )

    def __repr__(self) -> str:
        return f"<TrainingJobMachine at {'/'.join(self._pair or ()) or 'no state yet'}>"

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

    def can(self, primary: str, secondary: str) -> bool:
        """Holds if one legal move leads to the pair; raises UnknownNameError for no pair."""
        return self._engine.can((primary, secondary))

    def observe(self, observed: Any) -> Update:
        """Takes an observation in, as ``Tracker.observe``, and passes its changes."""
        with self._lock:
            update = self.tracker.observe(observed)
            self._pending.extend(update.changes)
            self._engine.config = self.tracker.configuration
            while self._pending:
                self._pass(self._pending.popleft())
            return update

    def move(self, primary: str, secondary: str) -> None:
        """Makes one move without an observation; raises IllegalMoveError where none is legal.

        For simulations and tests; the tracker does not learn of it.
        """
        if self._pair is None:
            raise UsageError("The machine has no state yet: observe a response before a move.")
        with self._lock:
            before = Standing(primary=self._pair[0], secondary=self._pair[1])
            after = Standing(primary=primary, secondary=secondary)
            self._change = Change(before=before, after=after)
            self._engine.move((primary, secondary))
            self._pair = self._engine.pair
            self._passed(self._change)

    def _pass(self, change: Change) -> None:
        self._change = change
        pair = known_pair(self.tracker, change.after)
        if pair is not None:
            before = None if change.before is None else self._pair
            self._pair = pair
            if before is not None and self._engine.can(pair):
                self._engine.move(pair)
            else:
                self._engine.jump(before, pair)
        self._passed(change)

    def _entered(self, node: str) -> None:
        self._call(self._callbacks.entered(node))

    def _left(self, node: str) -> None:
        self._call(self._callbacks.left(node))

    def _passed(self, change: Change) -> None:
        self._call(self._callbacks.passed(change))

    def _call(self, callbacks: Any) -> None:
        for callback in callbacks:
            callback(self._change)


def known_pair(tracker: Tracker, state: Standing) -> PairName | None:
    """The pair of a state, where the specification has it; None otherwise."""
    primary, secondary = state.pair
    if primary is None or secondary is None:
        return None
    return (primary, secondary) if (primary, secondary) in tracker.spec.pair_by_key else None
