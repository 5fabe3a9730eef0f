"""P2: engine = step tables = declared relation, on every ordered pair of states.

The declared relation is expanded here from the TOML alone, by set comprehensions; the
engine runs through the `transitions` library; the step tables are the reference.
"""

from __future__ import annotations

import itertools
import tomllib
from importlib import resources
from typing import Any

import pytest

from trainstate.errors import IllegalMoveError, UnknownNameError
from trainstate.machine.engine import Engine
from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import is_legal_step
from trainstate.spec.load import builtin_spec

FACTS = tomllib.loads(
    (resources.files("trainstate.data") / "training_job.toml").read_text(encoding="utf-8")
)
SPEC = builtin_spec()
Pair = tuple[str, str]


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def spread(table: str, *keys: str) -> list[tuple[Any, ...]]:
    """The rows of a table with lists written out, as tuples of the keys and the row."""
    return [
        (*values, row)
        for row in FACTS[table]
        for values in itertools.product(*(as_list(row[key]) for key in keys))
    ]


PAIRS: dict[Pair, bool] = {
    (p, q): row["entered"] for p, q, row in spread("pair", "primary", "secondary")
}
CHANGES = {(a, b, row["alone"]) for a, b, row in spread("primary_transition", "before", "after")}
STATUS_GUARDS = {row["name"]: row.get("guard") for row in FACTS["secondary"]}
ENDED = {row["name"] for row in FACTS["primary"] if row["kind"] != "active"}


def entered_under(label: str, status: str) -> set[str]:
    """The primaries under which an entry can be entered after one under ``label``."""
    if PAIRS.get((label, status)):
        return {label}
    return {
        p
        for (p, q), entered in PAIRS.items()
        if entered and q == status and (label, p, False) in CHANGES
    }


def labels(pair: Pair) -> set[str]:
    """The primaries under which the last entry of a response with this pair was entered."""
    primary, status = pair
    own = {primary} if PAIRS[pair] else set()
    ahead = {a for a, b, alone in CHANGES if alone and b == primary and PAIRS.get((a, status))}
    return own | ahead


def declared_relation(allowed: set[str]) -> set[tuple[Pair, Pair]]:
    """Every legal step between pairs, where the guards in ``allowed`` hold."""
    alone = {
        ((a, q), (b, q))
        for a, b, is_alone in CHANGES
        if is_alone
        for _, q in PAIRS
        if (a, q) in PAIRS and (b, q) in PAIRS
    }
    entries = {
        (before, (shown, after))
        for q, after, row in spread("transition", "before", "after")
        if {row.get("guard"), STATUS_GUARDS.get(after)} - {None} <= allowed
        for before in PAIRS
        if before[1] == q and before[0] not in ENDED
        for label in labels(before)
        if row.get("under") in (None, label)
        for entered in entered_under(label, after)
        for shown in shown_after(before[0], label, entered, after)
    }
    return alone | entries


def shown_after(primary: str, label: str, entered: str, status: str) -> set[str]:
    """The primary that shows after an entry: the entry's, or one that stays ahead."""
    if primary in (label, entered) or (primary, entered, False) in CHANGES:
        return {entered}
    return {primary} if (primary, status) in PAIRS else set()


GUARDS = [row["name"] for row in FACTS["guard"]]
ALLOWED = [
    set(names) for r in range(len(GUARDS) + 1) for names in itertools.combinations(GUARDS, r)
]


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda names: "+".join(sorted(names)) or "none")
def test_engine_step_and_facts_agree_on_every_pair_of_states(allowed: set[str]) -> None:
    """For every set of guards the three say the same of every ordered pair of states."""
    config = Configuration(tuple((name, Allowance(name in allowed)) for name in GUARDS))
    engine = Engine(SPEC, config=config)
    expected = declared_relation(allowed)
    disagreed = []
    for before, after in itertools.product(SPEC.pair_by_key, repeat=2):
        engine.adopt(before)
        said = (
            (before, after) in expected,
            is_legal_step(SPEC, before, after, config),
            engine.can(after),
        )
        if len(set(said)) > 1:
            disagreed.append((before, after, said))

    assert disagreed == []


def test_an_illegal_move_names_the_states_and_what_can_follow() -> None:
    """A refused move is an error of ours that lists the legal ones."""
    engine = Engine(SPEC, initial=("InProgress", "Uploading"))

    with pytest.raises(
        IllegalMoveError, match="InProgress/Downloading cannot follow InProgress/Uploading"
    ):
        engine.move(("InProgress", "Downloading"))


def test_a_guarded_move_is_refused_where_the_guard_does_not_hold() -> None:
    """A trigger that exists, with a condition that fails, is an illegal move too."""
    config = Configuration((("retry", Allowance(False)),))
    engine = Engine(SPEC, config=config, initial=("InProgress", "Training"))

    with pytest.raises(IllegalMoveError):
        engine.move(("InProgress", "Starting"))


def test_a_terminal_state_allows_only_the_deletion() -> None:
    """Nothing follows the end but the record's deletion, and nothing follows that."""
    engine = Engine(SPEC, initial=("Completed", "Completed"))

    assert list(engine.next) == [("Deleting", "Completed")]
    engine.move(("Deleting", "Completed"))
    assert list(engine.next) == []
    with pytest.raises(IllegalMoveError, match="what can follow: nothing"):
        engine.move(("Completed", "Completed"))


def test_a_misspelt_initial_state_is_refused() -> None:
    """The library would make a new state of it; the engine names it."""
    with pytest.raises(UnknownNameError, match="Inprogress/Starting"):
        Engine(SPEC, initial=("Inprogress", "Starting"))


def test_a_misspelt_destination_is_refused() -> None:
    """A pair that the spec does not have is never a move."""
    engine = Engine(SPEC)

    with pytest.raises(UnknownNameError, match="Traning"):
        engine.can(("InProgress", "Traning"))


def test_the_library_adds_no_triggers_of_its_own() -> None:
    """No automatic transition leads from a terminal state back to an active one."""
    engine = Engine(SPEC, initial=("Completed", "Completed"))
    triggers = set(engine._machine.events)

    assert triggers <= {"/".join(pair) for pair in SPEC.pair_by_key}


def test_a_change_is_told_once_with_both_pairs() -> None:
    """The callback gets the pair before and the pair after."""
    told: list[tuple[Pair, Pair]] = []
    engine = Engine(SPEC, on_change=lambda before, after: told.append((before, after)))
    engine.move(("InProgress", "Downloading"))

    assert told == [(("InProgress", "Starting"), ("InProgress", "Downloading"))]
