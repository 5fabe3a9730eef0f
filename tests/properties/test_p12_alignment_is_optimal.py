"""P12: alignments are optimal, by a search that shares no code, and by pm4py as a peer."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import cache
from itertools import chain, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainstate.machine.align import EditKind, align
from trainstate.machine.guards import UNSEEN, Allowance, Configuration
from trainstate.machine.step import begin, move, trace
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
STATUSES = tuple(status.name for status in SPEC.secondaries)
OPEN = Configuration(tuple((guard.name, Allowance(True, 30)) for guard in SPEC.guards))
SHUT = Configuration(tuple((guard.name, Allowance(False)) for guard in SPEC.guards))
CONFIGS = (UNSEEN, OPEN, SHUT)
# Few statuses that reach every kind of fault, so that all short histories can be tried.
REDUCED = ("Starting", "Training", "Stopping", "Uploading", "Completed", "Stopped")
LONGEST = 7


def runs(length: int, config: Configuration) -> Iterator[tuple[str, ...]]:
    """Every legal history of up to a length, by extending histories one status at a time."""
    level: list[tuple[str, ...]] = [()]
    for _ in range(length):
        level = [
            (*run, status)
            for run in level
            for status in STATUSES
            if not any(step.refusal for step in trace(SPEC, (*run, status), config)[-1:])
        ]
        yield from level


@cache
def legal_runs(config: Configuration) -> tuple[tuple[str, ...], ...]:
    """The legal histories of up to five statuses."""
    return tuple(runs(5, config))


def is_complete(run: tuple[str, ...]) -> bool:
    return bool(run) and run[-1] in SPEC.terminal_secondaries


def distance(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Insertions and deletions between two sequences, by the table of longest common parts."""
    row = [0] * (len(other) + 1)
    for left in one:
        before = row
        row = [0]
        for column, right in enumerate(other):
            longer = before[column] + 1 if left == right else 0
            row.append(max(longer, before[column + 1], row[column]))
    return len(one) + len(other) - 2 * row[-1]


def cheapest(statuses: tuple[str, ...], config: Configuration, *, finished: bool) -> int:
    """The least distance to any legal history, by looking at all of them."""
    candidates: Any = legal_runs(config)
    candidates = filter(is_complete, candidates) if finished else chain([()], candidates)
    return min(distance(statuses, run) for run in candidates)


@pytest.mark.parametrize("finished", [True, False])
def test_no_legal_history_is_nearer(finished: bool) -> None:
    """For every history of up to two statuses no legal history is nearer than the cost says."""
    wrong = [
        statuses
        for length in range(3)
        for statuses in product(REDUCED, repeat=length)
        if cheapest(statuses, OPEN, finished=finished)
        != getattr(align(SPEC, statuses, OPEN, finished=finished), "cost", None)
    ]

    assert [] == wrong


def test_no_legal_history_is_nearer_without_what_guards_allow() -> None:
    """The same for a sample of histories of three, in which no guard holds."""
    tried = random.Random(12).sample(list(product(REDUCED, repeat=3)), 40)
    wrong = [
        statuses
        for statuses in tried
        if cheapest(statuses, SHUT, finished=True)
        != getattr(align(SPEC, statuses, SHUT, finished=True), "cost", None)
    ]

    assert [] == wrong


histories = st.lists(st.sampled_from(STATUSES), max_size=12).map(tuple)


@given(statuses=histories, config=st.sampled_from(CONFIGS), finished=st.booleans())
def test_the_edits_explain_the_history_and_lead_to_a_legal_one(
    statuses: tuple[str, ...], config: Configuration, finished: bool
) -> None:
    """Without the inserted statuses the edits are the history; without the deleted a legal one."""
    alignment = align(SPEC, statuses, config, finished=finished)

    assert alignment is not None
    assert statuses == tuple(e.status for e in alignment.edits if e.kind is not EditKind.INSERT)
    assert not any(step.refusal for step in trace(SPEC, alignment.legal, config))
    assert not finished or is_complete(alignment.legal)
    assert alignment.cost == sum(edit.kind is not EditKind.KEEP for edit in alignment.edits)


@given(statuses=histories, config=st.sampled_from(CONFIGS), finished=st.booleans())
def test_the_cost_is_zero_exactly_for_legal_histories(
    statuses: tuple[str, ...], config: Configuration, finished: bool
) -> None:
    """A history costs nothing if and only if the machine takes it, to an end where it ended."""
    alignment = align(SPEC, statuses, config, finished=finished)
    legal = not any(step.refusal for step in trace(SPEC, statuses, config))

    assert alignment is not None
    assert (alignment.cost == 0) == (legal and (is_complete(statuses) or not finished))


@given(statuses=histories, config=st.sampled_from(CONFIGS))
def test_fitness_is_between_nothing_and_all(
    statuses: tuple[str, ...], config: Configuration
) -> None:
    """The fitness of a finished history is from 0 to 1: the worst case is one of the cases."""
    alignment = align(SPEC, statuses, config, finished=True)

    assert alignment is not None
    assert 0 <= alignment.fitness <= 1


def test_an_unknown_status_can_only_be_deleted() -> None:
    """A status that no fact knows costs one, and the rest is kept."""
    alignment = align(SPEC, ("Starting", "Dreaming", "Training"))

    assert alignment is not None
    assert [("keep", "Starting"), ("delete", "Dreaming"), ("keep", "Training")] == [
        (str(edit.kind), edit.status) for edit in alignment.edits
    ]


def petri_net() -> tuple[Any, Any, Any]:
    """The machine as a Petri net: a place a position, a labelled transition a move."""
    from pm4py.objects.petri_net.obj import Marking, PetriNet  # noqa: PLC0415
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to  # noqa: PLC0415

    net, places = PetriNet("machine"), {}
    source, sink = PetriNet.Place("source"), PetriNet.Place("sink")
    net.places.update((source, sink))

    def link(before: Any, after: Any, label: str | None) -> None:
        transition = PetriNet.Transition(f"t{len(net.transitions)}", label)
        net.transitions.add(transition)
        add_arc_from_to(before, transition, net)
        add_arc_from_to(transition, after, net)

    def place(position: Any) -> Any:
        if position not in places:
            places[position] = PetriNet.Place(f"{position.primary}/{position.secondary}")
            net.places.add(places[position])
            waiting.append(position)
        return places[position]

    waiting: list[Any] = []
    for status in STATUSES:
        first = begin(SPEC, status)
        if first.refusal is None:
            link(source, place(first.position), status)
    while waiting:
        position = waiting.pop()
        if position.secondary in SPEC.terminal_secondaries:
            link(places[position], sink, None)
        for status in STATUSES:
            step = move(SPEC, position, status, OPEN)
            if step.refusal is None:
                link(places[position], place(step.position), status)
    return net, Marking({source: 1}), Marking({sink: 1})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pm4py_finds_the_same_costs_and_is_slower() -> None:
    """On 400 histories pm4py's optimal alignments cost the same, and take far longer.

    All of at most two statuses, and random ones.
    """
    pytest.importorskip("pm4py", reason="pm4py is a peer, for development only: pip install pm4py")
    from pm4py.algo.conformance.alignments.petri_net import algorithm  # noqa: PLC0415
    from pm4py.objects.log.obj import Event, Trace  # noqa: PLC0415

    net, initial, final = petri_net()
    dice = random.Random(7)
    tried = [history for length in range(3) for history in product(STATUSES, repeat=length)]
    while len(tried) < 400:
        tried.append(tuple(dice.choice(STATUSES) for _ in range(dice.randrange(3, LONGEST))))
    # The distances in the machine are found once, as the net is built once.
    align(SPEC, (), OPEN, finished=True)
    began = time.perf_counter()
    peers = [
        algorithm.apply(
            Trace([Event({"concept:name": status}) for status in statuses]), net, initial, final
        )
        for statuses in tried
    ]
    middle = time.perf_counter()
    ours = [align(SPEC, statuses, OPEN, finished=True) for statuses in tried]
    ended = time.perf_counter()

    # Standard costs of pm4py: 10,000 a visible move, 1 a silent one.
    assert [peer["cost"] // 10_000 for peer in peers] == [found and found.cost for found in ours]
    assert [round(peer["fitness"], 6) for peer in peers] == [
        found and round(found.fitness, 6) for found in ours
    ]
    # Some hundred times as fast on a quiet machine; a loaded one must not fail the test.
    assert (middle - began) > 50 * (ended - middle)
