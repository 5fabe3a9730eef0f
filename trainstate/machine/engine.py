"""The same machine as a hierarchical machine of the `transitions` library, for embedding.

Only this module imports the library. Parents are primaries, children secondaries. It closes
what the library silently accepts: every option is explicit, there are no automatic
transitions, every state is declared before a transition names it, each trigger has one
transition a source, and an illegal move raises our error with the facts in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import define
from transitions import EventData
from transitions.extensions.nesting import HierarchicalMachine, NestedState

from trainstate.errors import IllegalMoveError, UnknownNameError
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import is_legal_step, showing, successors
from trainstate.spec.model import Spec

PairName = tuple[str, str]


class PairState(NestedState):
    """A state named ``Primary/Secondary``."""

    separator = "/"


class PairMachine(HierarchicalMachine):
    """The library's machine with pairs as states."""

    state_cls = PairState


@define(slots=False)
class _Model:
    """The object whose state the library sets."""

    state: str = ""


class Engine:
    """A running machine: it adopts an observed pair and makes legal moves, one at a time.

    ``config`` decides the guards. ``on_change`` is called after each move with the pairs before
    and after it.
    """

    def __init__(
        self,
        spec: Spec,
        *,
        config: Configuration = UNSEEN,
        initial: PairName | None = None,
        on_change: Callable[[PairName, PairName], object] | None = None,
    ) -> None:
        row = spec.initials[0]
        self._spec = spec
        self.config = config
        self._on_change = on_change
        self._model = _Model()
        start = self._known(initial or (row.primary, row.secondary))
        self._machine = PairMachine(
            model=self._model,
            states=nested(spec),
            initial=node_of(start),
            transitions=library_transitions(spec, self._is_allowed),
            auto_transitions=False,
            ordered_transitions=False,
            ignore_invalid_triggers=False,
            send_event=True,
            queued=False,
            after_state_change=self._changed,
        )

    @property
    def pair(self) -> PairName:
        """The current primary and secondary status."""
        primary, _, secondary = self._model.state.partition(PairState.separator)
        return primary, secondary

    @property
    def next(self) -> tuple[PairName, ...]:
        """Pairs that one legal move leads to."""
        return tuple(pair for pair in self._spec.pair_by_key if self.can(pair))

    def can(self, after: PairName) -> bool:
        """Whether one legal move leads to the pair; raises UnknownNameError for an illegal pair."""
        trigger = node_of(self._known(after))
        if trigger not in self._machine.get_triggers(self._model.state):
            return False
        return bool(self._model.may_trigger(trigger))  # type: ignore[attr-defined]

    def check(self, after: PairName) -> None:
        """Raises IllegalMoveError unless one legal move leads to the pair."""
        if not self.can(after):
            options = ", ".join(node_of(pair) for pair in self.next) or "nothing"
            raise IllegalMoveError(
                f"{node_of(after)} cannot follow {node_of(self.pair)}; what can follow: {options}."
            )

    def move(self, after: PairName) -> None:
        """Makes one move; raises IllegalMoveError if it is illegal."""
        self.check(after)
        self._model.trigger(node_of(after))  # type: ignore[attr-defined]

    def adopt(self, pair: PairName) -> None:
        """Adopts an observed pair without a move; raises UnknownNameError for an illegal pair."""
        self._machine.set_state(node_of(self._known(pair)), model=self._model)

    def _known(self, pair: PairName) -> PairName:
        if pair not in self._spec.pair_by_key:
            raise UnknownNameError(
                f"Expected a pair of the {self._spec.name} spec but got {'/'.join(pair)!r};"
                " `trainstate spec` lists the legal pairs."
            )
        return pair

    def _is_allowed(self, before: PairName, after: PairName) -> bool:
        return is_legal_step(self._spec, before, after, self.config)

    def _changed(self, event: EventData) -> None:
        if self._on_change is not None and event.transition is not None:
            before = event.transition.source.split(PairState.separator)
            self._on_change((before[0], before[1]), self.pair)


def node_of(pair: PairName) -> str:
    """The library's name of a pair."""
    return PairState.separator.join(pair)


def crossed(before: PairName | None, after: PairName) -> tuple[list[str], list[str]]:
    """Nodes left and entered between two pairs, in the library's order."""
    left = [] if before is None else [node_of(before), before[0]]
    entered = [after[0], node_of(after)]
    if before is not None and before[0] == after[0]:
        return left[:1], entered[1:]
    return left, entered


def nested(spec: Spec) -> list[dict[str, Any]]:
    """States for the library: each primary with its secondaries as children."""
    children: dict[str, list[str]] = {}
    for pair in spec.pairs:
        children.setdefault(pair.primary, []).append(pair.secondary)
    return [{"name": primary, "children": names} for primary, names in children.items()]


def library_transitions(
    spec: Spec, allowed: Callable[[PairName, PairName], bool]
) -> list[dict[str, Any]]:
    """One transition for each legal step; its condition checks the guards at the time."""
    return [
        {
            "trigger": node_of(after),
            "source": node_of(before),
            "dest": node_of(after),
            "conditions": _condition(allowed, before, after),
        }
        for before in spec.pair_by_key
        for after in _steps(spec, before)
    ]


def _steps(spec: Spec, before: PairName) -> Iterable[PairName]:
    found = (
        following.pair
        for state in showing(spec, *before)
        for following, _ in successors(spec, state)
    )
    return dict.fromkeys(found)


def _condition(
    allowed: Callable[[PairName, PairName], bool], before: PairName, after: PairName
) -> Callable[[EventData], bool]:
    return lambda _event: allowed(before, after)
