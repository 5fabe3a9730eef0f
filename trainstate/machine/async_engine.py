"""The engine for asynchronous callbacks, on the asynchronous machine of `transitions`."""

from __future__ import annotations

import inspect
from typing import Any

from attrs import define
from transitions import MachineError
from transitions.extensions.asyncio import HierarchicalAsyncMachine, NestedAsyncState

from trainstate.errors import IllegalMoveError, UnknownNameError
from trainstate.machine.engine import (
    Notify,
    PairName,
    crossed,
    ignore,
    library_transitions,
    nested,
    node_of,
)
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import is_legal_step
from trainstate.spec.model import Spec


class AsyncPairState(NestedAsyncState):
    """A state called ``Primary/Secondary``."""

    separator = "/"


class AsyncPairMachine(HierarchicalAsyncMachine):
    """The library's asynchronous machine with pairs as states."""

    state_cls = AsyncPairState


@define(slots=False)
class _Model:
    """What the library changes: the name of the state, as it sets it."""

    state: str = ""


class AsyncEngine:
    """As Engine; ``on_enter`` and ``on_exit`` may give awaitables, which are awaited."""

    def __init__(
        self,
        spec: Spec,
        *,
        config: Configuration = UNSEEN,
        initial: PairName | None = None,
        on_enter: Notify = ignore,
        on_exit: Notify = ignore,
    ) -> None:
        row = spec.initials[0]
        self.config = config
        self._spec = spec
        self._on_enter, self._on_exit = on_enter, on_exit
        self._model = _Model()
        self._machine = AsyncPairMachine(
            model=self._model,
            states=nested(spec, on_enter, on_exit),
            initial=node_of(self._known(initial or (row.primary, row.secondary))),
            transitions=library_transitions(spec, self._is_allowed),
            auto_transitions=False,
            ordered_transitions=False,
            ignore_invalid_triggers=False,
            send_event=True,
            queued=False,
        )

    @property
    def pair(self) -> PairName:
        """The primary and the secondary status that the machine is in."""
        primary, _, secondary = self._model.state.partition(AsyncPairState.separator)
        return primary, secondary

    def can(self, after: PairName) -> bool:
        """Holds if one legal move leads to the pair; raises UnknownNameError for no pair."""
        return self._is_allowed(self.pair, self._known(after))

    async def move(self, after: PairName) -> None:
        """Makes one move; raises IllegalMoveError where it is not legal."""
        before, trigger = self.pair, node_of(self._known(after))
        try:
            moved = await self._model.trigger(trigger)  # type: ignore[attr-defined]
        except (MachineError, AttributeError) as error:
            # A callback of the caller's may raise the same classes; those are its own.
            if self.pair != before or self.can(after):
                raise
            raise self._illegal(before, after) from error
        if not moved:
            raise self._illegal(before, after)

    async def jump(self, pair: PairName | None, after: PairName) -> None:
        """Goes to an observed pair where no single legal move leads, callbacks awaited."""
        left, entered = crossed(pair, self._known(after))
        for node in left:
            await _awaited(self._on_exit(node))
        self._machine.set_state(node_of(after), model=self._model)
        for node in entered:
            await _awaited(self._on_enter(node))

    def _known(self, pair: PairName) -> PairName:
        if pair not in self._spec.pair_by_key:
            raise UnknownNameError(
                f"Expected a pair of the {self._spec.name} spec but got {'/'.join(pair)!r};"
                " `trainstate spec` lists the legal pairs."
            )
        return pair

    def _illegal(self, before: PairName, after: PairName) -> IllegalMoveError:
        options = [node_of(pair) for pair in self._spec.pair_by_key if self.can(pair)]
        return IllegalMoveError(
            f"{node_of(after)} cannot follow {node_of(before)}; what can follow:"
            f" {', '.join(options) or 'nothing'}."
        )

    def _is_allowed(self, before: PairName, after: PairName) -> bool:
        return is_legal_step(self._spec, before, after, self.config)


async def _awaited(value: Any) -> None:
    if inspect.isawaitable(value):
        await value
