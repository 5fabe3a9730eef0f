"""How many edges and histories a second others judge: state machines, automata, alignments.

    python benchmarks/peers.py [--rounds R]

Prints ratios of one run, taken in turn, with their spread. Peers that are not installed are
named; `pip install -r benchmarks/requirements-peers.txt` installs them. Goals: edges at least
100 times as fast as a shared machine of `transitions`, alignments at least 500 times as fast
as pm4py's.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from goals import spread  # type: ignore[import-not-found]
from transitions import Machine

from trainstate.machine import align as alignments
from trainstate.machine.guards import UNSEEN, Allowance, Configuration
from trainstate.machine.step import trace
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
STATUSES = [status.name for status in SPEC.secondaries]
OPEN = Configuration(tuple((guard.name, Allowance(True, 30)) for guard in SPEC.guards))
EDGES = sorted({(row.before, row.after) for row in SPEC.transitions})
TABLE = frozenset(EDGES)
Judge = Callable[[list[tuple[str, ...]]], int]


def walks(count: int) -> list[tuple[str, ...]]:
    """Legal walks along the edges, of two to seven statuses: of 4.4, as recordings have."""
    drawn, after = random.Random(1), dict[str, list[str]]()
    for one, two in EDGES:
        after.setdefault(one, []).append(two)
    found = []
    for _ in range(count):
        walk = [drawn.choice(SPEC.initials).secondary]
        length = drawn.randint(2, 7)
        while walk[-1] in after and len(walk) < length:
            ways = after[walk[-1]]
            going_on = [way for way in ways if way in after and len(walk) + 1 < length]
            walk.append(drawn.choice(going_on or ways))
        found.append(tuple(walk))
    return found


def looked_up(histories: list[tuple[str, ...]]) -> int:
    """Ours, as the steps of the fast path: edges in a table, and nothing said of them."""
    done = 0
    for history in histories:
        done += TABLE.issuperset(pairwise(history))
    return done


def remembered(histories: list[tuple[str, ...]]) -> int:
    """Ours, as a check asks: a history that was seen before is looked up."""
    done = 0
    for history in histories:
        done += len(trace(SPEC, history, UNSEEN))
    return done


def first_time(histories: list[tuple[str, ...]]) -> int:
    """Ours, each history as if it had never been seen."""
    steps = trace.__wrapped__
    return sum(len(steps(SPEC, history, UNSEEN)) for history in histories)


def shared_machine(histories: list[tuple[str, ...]]) -> int:
    """One machine of `transitions` for all histories."""
    states = list(dict.fromkeys(STATUSES))
    rows = [{"trigger": f"to {two}", "source": one, "dest": two} for one, two in EDGES]
    machine = Machine(states=states, transitions=rows, initial=states[0], auto_transitions=False)
    done = 0
    for history in histories:
        machine.set_state(history[0])
        for status in history[1:]:
            done += machine.trigger(f"to {status}")
    return done


def automaton(histories: list[tuple[str, ...]]) -> int:
    """A deterministic automaton of automata-lib."""
    from automata.fa.dfa import DFA  # type: ignore[import-not-found]

    table = {state: {} for state in [*STATUSES, "begin"]}  # type: dict[str, dict[str, str]]
    for one, two in EDGES:
        table[one][two] = two
    for row in SPEC.initials:
        table["begin"][row.secondary] = row.secondary
    dfa = DFA(
        states=set(table),
        input_symbols=set(STATUSES),
        transitions=table,
        initial_state="begin",
        final_states=set(STATUSES),
        allow_partial=True,
    )
    return sum(dfa.accepts_input(history) for history in histories)


def statemachine(histories: list[tuple[str, ...]]) -> int:
    """One machine of python-statemachine a history, as its model adopts no state."""
    from statemachine import State, StateMachine  # type: ignore[import-not-found]

    states = {
        name: State(name, initial=name == STATUSES[0], final=name in SPEC.terminal_secondaries)
        for name in STATUSES
    }
    for one, two in EDGES:
        states[one].to(states[two], event=f"to_{two}")
    attributes: dict[str, Any] = dict(states)
    machine = type("Job", (StateMachine,), attributes)
    done = 0
    for history in histories:
        job = machine(start_value=history[0])
        for status in history[1:]:
            job.send(f"to_{status}")
            done += 1
    return done


def ours_aligned(histories: list[tuple[str, ...]]) -> int:
    """The cheapest edits of each distinct history, none of them remembered."""
    clear = alignments.align.cache_clear
    clear()
    found = (alignments.align(SPEC, one, OPEN, finished=True) for one in histories)
    return sum(one.cost for one in found if one is not None)


def pm4py_aligned(histories: list[tuple[str, ...]]) -> int:
    """The same by pm4py's optimal alignments, on the net of the machine that P12 compares."""
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    from tests.properties.test_p12_alignment_is_optimal import petri_net

    net, initial, final = petri_net()
    found = (
        algorithm.apply(
            Trace([Event({"concept:name": one}) for one in history]), net, initial, final
        )
        for history in histories
    )
    # pm4py counts 10,000 for a visible move and 1 for a silent one.
    return sum(one["cost"] // 10_000 for one in found)


def damaged(count: int) -> list[tuple[str, ...]]:
    """Distinct histories with an edit somewhere, so that there is something to align."""
    drawn, found = random.Random(2), dict[tuple[str, ...], None]()
    for walk in walks(20 * count):
        spot = drawn.randrange(len(walk))
        found[(*walk[:spot], drawn.choice(STATUSES), *walk[spot + drawn.randint(0, 1) :])] = None
        if len(found) == count:
            break
    return list(found)


def timings(
    judges: dict[str, Judge], histories: list[tuple[str, ...]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """The seconds of each judge in each round, in turns; and of those not installed, what lacks."""
    taken: dict[str, list[float]] = {}
    missing: dict[str, str] = {}
    for number in range(-1, rounds):  # the first round is for what is remembered
        for name, judge in judges.items():
            begun = process_time()
            try:
                judge(histories)
            except ImportError as error:
                missing[name] = error.name or str(error)
                judges = {one: two for one, two in judges.items() if one != name}
                continue
            if number >= 0:
                taken.setdefault(name, []).append(process_time() - begun)
    return taken, missing


def rates(judges: dict[str, Judge], histories: list[tuple[str, ...]], rounds: int) -> Iterator[str]:
    """A line a judge: how often it takes as long as the first one."""
    taken, missing = timings(judges, histories, rounds)
    first = next(iter(taken.values()))
    for name, seconds in taken.items():
        each = 1e6 * median(seconds) / len(histories)
        yield f"| {name} | {each:.2f} µs | {spread(seconds, first)} |"
    for name, lacking in missing.items():
        yield f"| {name} | {lacking} is not installed |"


EDGE_JUDGES: dict[str, Judge] = {
    "trainstate, edges in a table": looked_up,
    "trainstate, histories remembered": remembered,
    "trainstate, histories seen for the first time": first_time,
    "automata-lib": automaton,
    "transitions, one shared machine": shared_machine,
    "python-statemachine": statemachine,
}
ALIGNERS: dict[str, Judge] = {"trainstate": ours_aligned, "pm4py": pm4py_aligned}


def main() -> None:
    """Prints the two tables."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    histories = walks(2_000)
    edges = sum(len(list(pairwise(one))) for one in histories)
    print(f"{len(histories):,} legal histories, {edges:,} edges\n")
    print("| edges judged by | a history | times as long as ours |\n| --- | --- | --- |")
    for line in rates(EDGE_JUDGES, histories, rounds):
        print(line)
    faulty = damaged(300)
    print(f"\n{len(faulty)} distinct histories, most of them illegal\n")
    print("| aligned by | a history | times as long as ours |\n| --- | --- | --- |")
    for line in rates(ALIGNERS, faulty, rounds):
        print(line)


if __name__ == "__main__":
    main()
