"""The machine for embedding: callbacks once for each change, synchronous and not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.lives import BORN, COMPLETED, SPOT, life, poll
from trainstate.errors import IllegalMoveError, UnknownNameError, UsageError
from trainstate.machine.engine import Engine
from trainstate.machine.guards import Allowance, Configuration
from trainstate.spec.load import builtin_spec
from trainstate.track import Tracker
from trainstate.track.async_machine import AsyncTrainingJobMachine
from trainstate.track.machine import TrainingJobMachine

SPEC = builtin_spec()
PATTERNS = ("InProgress", "*/Training", "Completed/Completed", "Stopping")


def noted(machine: Any) -> list[str]:
    """What is called back, in order."""
    log: list[str] = []
    for pattern in PATTERNS:
        machine.on_enter(pattern, lambda _, pattern=pattern: log.append(f"enter {pattern}"))
        machine.on_exit(pattern, lambda _, pattern=pattern: log.append(f"exit {pattern}"))
    machine.on_transition(lambda change: log.append(str(change)))
    return log


WHOLE = [
    "enter InProgress",
    "(none) -> InProgress/Starting",
    "InProgress/Starting -> InProgress/Downloading",
    "enter */Training",
    "InProgress/Downloading -> InProgress/Training",
    "exit */Training",
    "InProgress/Training -> InProgress/Uploading",
    "exit InProgress",
    "enter Completed/Completed",
    "InProgress/Uploading -> Completed/Completed",
]


@pytest.mark.parametrize("polls", [life(*COMPLETED), life(*COMPLETED)[::4], life(*COMPLETED) * 2])
def test_each_change_calls_back_once(polls: list[dict[str, Any]]) -> None:
    """However the polls fall, every status is entered and left once."""
    machine = TrainingJobMachine()
    log = noted(machine)
    for one in polls:
        machine.observe(one)

    assert (WHOLE, ("Completed", "Completed")) == (log, machine.pair)


def test_an_asynchronous_machine_calls_back_the_same() -> None:
    """Coroutines are awaited before the next change."""

    async def followed() -> list[str]:
        machine = AsyncTrainingJobMachine()
        log = noted(machine)

        async def slow(_: Any) -> None:
            await asyncio.sleep(0)
            log.append("awaited")

        machine.on_enter("*/Uploading", slow)
        await machine.observe(poll("Starting"))
        await machine.observe(poll(*COMPLETED))
        assert machine.pair == ("Completed", "Completed")
        return log

    expected = [*WHOLE[:6], "awaited", *WHOLE[6:]]

    assert expected == asyncio.run(followed())


def test_transitions_can_be_chosen() -> None:
    """By the state before and the state after."""
    machine = TrainingJobMachine()
    log: list[Any] = []
    machine.on_transition(log.append, before="*/Interrupted", after="InProgress/Starting")
    machine.observe(poll(*SPOT))

    assert ["InProgress/Interrupted -> InProgress/Starting"] == [str(change) for change in log]


def test_a_change_that_no_step_explains_is_passed() -> None:
    """The service decides where the job is: nothing raises, callbacks are called."""
    machine = TrainingJobMachine()
    log = noted(machine)
    machine.observe(poll(*COMPLETED))
    back = poll("Starting", "Training", LastModifiedTime=BORN + 9999)
    del back["SecondaryStatusTransitions"]
    log.clear()
    machine.observe(back)

    assert [
        "exit Completed/Completed",
        "enter InProgress",
        "enter */Training",
        "Completed/Completed -> InProgress/Training",
    ] == log


def test_an_unknown_status_reaches_transitions_only() -> None:
    """The machine stays where it was, and goes on from there."""
    machine = TrainingJobMachine()
    machine.observe(poll("Starting"))
    log = noted(machine)
    machine.observe(poll("Starting", "Polishing", TrainingJobStatus="Resting"))

    assert (["InProgress/Starting -> InProgress/Polishing"], ("InProgress", "Starting")) == (
        log[:1],
        machine.pair,
    )


def test_a_summary_without_a_secondary_reaches_transitions_only() -> None:
    """A pair of which a half is unknown is no state of the machine."""
    machine = TrainingJobMachine()
    log = noted(machine)
    summary = {key: poll("Starting")[key] for key in ("TrainingJobName", "CreationTime")}
    machine.observe({**summary, "LastModifiedTime": BORN, "TrainingJobStatus": "Stopped"})

    assert (["(none) -> Stopped/?"], None) == (log, machine.pair)


def test_another_job_of_the_name_begins_anew() -> None:
    """Its first state is entered, and nothing is left."""
    machine = TrainingJobMachine()
    machine.observe(poll(*COMPLETED))
    log = noted(machine)
    machine.observe(poll("Starting", born=BORN + 9999))

    assert ["enter InProgress", "(none) -> InProgress/Starting"] == log


def test_a_machine_goes_on_with_a_tracker() -> None:
    """What the tracker knew is not called back."""
    tracker = Tracker()
    tracker.observe(poll("Starting", "Downloading"))
    machine = TrainingJobMachine(tracker=Tracker.from_json(tracker.to_json()))
    log = noted(machine)
    machine.observe(poll(*COMPLETED))

    assert WHOLE[3:] == log


def test_an_asynchronous_machine_goes_on_with_a_tracker() -> None:
    """What the tracker knew is not called back."""

    async def followed() -> list[str]:
        tracker = Tracker()
        tracker.observe(poll("Starting", "Downloading"))
        machine = AsyncTrainingJobMachine(tracker=tracker)
        log = noted(machine)
        await machine.observe(poll("Starting", "Polishing", TrainingJobStatus="Resting"))
        await machine.observe(poll(*COMPLETED, LastModifiedTime=BORN + 9999))
        return log

    assert WHOLE[-1].rpartition(" ")[2] in asyncio.run(followed())[-1]


def test_a_callback_that_raises_loses_no_change() -> None:
    """The error comes out, and the changes after it are passed at the next call."""
    machine, seen = TrainingJobMachine(), []

    def fail(_: Any) -> None:
        raise AttributeError("mine")

    machine.on_transition(lambda change: seen.append(change.after.secondary))
    machine.on_enter("*/Downloading", fail)
    with pytest.raises(AttributeError, match="mine"):
        machine.observe(poll(*COMPLETED))
    machine.observe(poll(*COMPLETED))

    assert ["Starting", "Training", "Uploading", "Completed"] == seen


def test_an_asynchronous_callback_that_raises_is_its_own_error() -> None:
    """It is not taken for an illegal move."""

    async def followed() -> None:
        machine = AsyncTrainingJobMachine()

        async def fail(_: Any) -> None:
            raise AttributeError("mine")

        machine.on_exit("*/Starting", fail)
        await machine.observe(poll(*COMPLETED))

    with pytest.raises(AttributeError, match="mine"):
        asyncio.run(followed())


def test_moves_are_guarded() -> None:
    """Without an observation only legal moves are made; spot statuses need spot."""
    machine = TrainingJobMachine()
    machine.observe(poll("Starting", "Training"))
    log = noted(machine)

    assert (True, False, False) == (
        machine.can("InProgress", "Uploading"),
        machine.can("InProgress", "Starting"),
        machine.can("Completed", "Completed") and machine.can("Deleting", "Completed"),
    )
    machine.move("InProgress", "Uploading")
    assert ["exit */Training", "InProgress/Training -> InProgress/Uploading"] == log
    with pytest.raises(IllegalMoveError, match="can follow"):
        machine.move("InProgress", "Training")


def test_there_is_no_move_before_the_first_state() -> None:
    """The error says to observe first."""
    with pytest.raises(UsageError, match="observe"):
        TrainingJobMachine().move("InProgress", "Starting")


@pytest.mark.parametrize("state", ["Resting", "*/Polishing", "InProgress/Polishing"])
def test_a_state_that_does_not_exist_is_refused(state: str) -> None:
    """A misspelt status would never be called back."""
    with pytest.raises(UnknownNameError, match="known are"):
        TrainingJobMachine().on_enter(state, print)


def test_a_callback_can_be_called() -> None:
    """Anything else is refused at once."""
    with pytest.raises(UsageError, match="function"):
        TrainingJobMachine().on_exit("InProgress", "print")  # type: ignore[arg-type]


def test_an_engine_knows_its_pairs() -> None:
    """A pair that is none is refused by name."""
    engine = Engine(SPEC)

    assert ("InProgress", "Starting") == engine.pair
    assert engine.can(("InProgress", "Downloading"))
    with pytest.raises(UnknownNameError, match="Resting"):
        engine.can(("Resting", "Training"))


def test_an_engine_refuses_illegal_moves() -> None:
    """No step: no transition; what can follow is named."""
    with pytest.raises(IllegalMoveError, match="can follow"):
        Engine(SPEC).move(("Completed", "Completed"))


def test_an_engine_asks_the_guards() -> None:
    """What the configuration forbids is no legal move."""
    plain = Configuration(tuple((guard.name, Allowance(False)) for guard in SPEC.guards))
    engine = Engine(SPEC, config=plain, initial=("InProgress", "Training"))

    with pytest.raises(IllegalMoveError):
        engine.move(("InProgress", "Starting"))


def test_an_engine_adopts_what_was_observed() -> None:
    """It goes on from there."""
    engine = Engine(SPEC)
    engine.adopt(("InProgress", "Training"))
    engine.move(("InProgress", "Uploading"))

    assert ("InProgress", "Uploading") == engine.pair
