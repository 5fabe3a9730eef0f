"""The machine of the training job for embedding: callbacks once for each change.

The tracker finds the changes, and the machine of the `transitions` library goes through them:
states that polls skipped are passed one by one, if a history shows them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Any

from trainstate.errors import UsageError
from trainstate.machine.engine import Engine, PairName, crossed
from trainstate.track.callbacks import ANY, Callback, Callbacks
from trainstate.track.tracker import Tracker
from trainstate.track.update import Change, Standing, Update

__all__ = ["ANY", "CallingMachine", "TrainingJobMachine"]


class CallingMachine:
    """What synchronous and asynchronous machines share; they differ in how they call back."""

    def __init__(self, *, tracker: Tracker | None = None) -> None:
        self.tracker = Tracker() if tracker is None else tracker
        self._callbacks = Callbacks(self.tracker.spec)
        self._pending: deque[Change] = deque()
        self._pair = self._known_pair(self.tracker.state)
        self._engine = Engine(
            self.tracker.spec, initial=self._pair, config=self.tracker.configuration
        )

    def __repr__(self) -> str:
        shown = "/".join(self._pair or ()) or "no state yet"
        return f"<{type(self).__name__} at {shown}>"

    @property
    def pair(self) -> PairName | None:
        """The last known pair that the machine has passed; None before the first."""
        return self._pair

    def on_enter(self, state: str, callback: Callback) -> None:
        """Calls back at each change that enters a state; raises UnknownNameError."""
        self._callbacks.on_enter(state, callback)

    def on_exit(self, state: str, callback: Callback) -> None:
        """Calls back at each change that leaves a state; raises UnknownNameError."""
        self._callbacks.on_exit(state, callback)

    def on_transition(self, callback: Callback, *, before: str = ANY, after: str = ANY) -> None:
        """Calls back at each change between two states; by default at each change."""
        self._callbacks.on_transition(callback, before=before, after=after)

    def _observed(self, observed: Any) -> Update:
        update = self.tracker.observe(observed)
        self._pending.extend(update.changes)
        self._engine.config = self.tracker.configuration
        return update

    def _due(self) -> Iterator[tuple[Callback, Change]]:
        """The callbacks for pending changes, each with its change."""
        while self._pending:
            change = self._pending.popleft()
            yield from ((callback, change) for callback in self._passing(change))

    def _passing(self, change: Change) -> Iterator[Callback]:
        """The callbacks for a change. The engine moves between an exit and an entry."""
        pair = self._known_pair(change.after)
        if pair is not None:
            left, entered = crossed(None if change.before is None else self._pair, pair)
            self._pair = pair
            yield from chain.from_iterable(map(self._callbacks.left, left))
            self._engine.adopt(pair)
            yield from chain.from_iterable(map(self._callbacks.entered, entered))
        yield from self._callbacks.passed(change)

    def _known_pair(self, state: Standing) -> PairName | None:
        """The pair of a state, if the specification has it; None otherwise."""
        primary, secondary = state.pair
        if primary is None or secondary is None:
            return None
        known = (primary, secondary) in self.tracker.spec.pair_by_key
        return (primary, secondary) if known else None


class TrainingJobMachine(CallingMachine):
    """A tracker with callbacks: enter, exit and transition, each once a change.

    ``tracker`` is one to continue with; None makes a new one. A state is written ``Primary``,
    ``Primary/Secondary`` or ``*/Secondary``; a callback receives the Change. The callback of a
    primary is called only when the primary itself changes. A change that no legal step explains
    is made too: the service decides where the job is. A status that the specification does not
    know reaches only ``on_transition``.

    If a callback raises, ``observe`` raises its error, and the next call handles the changes
    after it.
    """

    def __init__(self, *, tracker: Tracker | None = None) -> None:
        super().__init__(tracker=tracker)
        self._lock = threading.RLock()

    def can(self, primary: str, secondary: str) -> bool:
        """Whether one legal move leads to the pair; raises UnknownNameError for an illegal pair."""
        return self._engine.can((primary, secondary))

    def observe(self, observed: Any) -> Update:
        """Takes an observation, as ``Tracker.observe``, and calls back for its changes."""
        with self._lock:
            update = self._observed(observed)
            for callback, change in self._due():
                callback(change)
            return update

    def move(self, primary: str, secondary: str) -> None:
        """Makes one move without an observation; raises IllegalMoveError if it is illegal.

        For simulations and tests; the tracker does not learn of it.
        """
        if self._pair is None:
            raise UsageError("The machine has no state yet: observe a response before a move.")
        with self._lock:
            self._engine.check((primary, secondary))
            before = Standing(primary=self._pair[0], secondary=self._pair[1])
            change = Change(before=before, after=Standing(primary=primary, secondary=secondary))
            for callback in self._passing(change):
                callback(change)
