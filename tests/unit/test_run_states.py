"""Unit tests of the run states of a known history, where its entries are not as a run has them."""

from __future__ import annotations

import pytest

from trainstate.machine.belief import is_explained
from trainstate.machine.guards import UNSEEN
from trainstate.machine.run_states import KnownHistory, Observation, entry_states, is_straight
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
SECOND = 1_000_000  # instants count microseconds


@pytest.mark.parametrize(
    ("statuses", "straight"),
    [
        (("Starting", "Downloading", "Training"), True),
        (("Starting", "Interrupted", "Starting"), True),
        (("Stopped", "Starting"), False),
        (("Starting", "Completed", "Training"), False),
    ],
)
def test_a_history_that_goes_through_an_end_is_not_straight(
    statuses: tuple[str, ...], straight: bool
) -> None:
    """No run that nothing has changed alone becomes one that has ended and goes on."""
    assert straight is is_straight(SPEC, KnownHistory(statuses, UNSEEN))


def test_a_bare_poll_is_sought_behind_an_entry_that_starts_later() -> None:
    """Of a history whose times go back the second start is before what a poll saw."""
    statuses = ("Starting", "Interrupted", "Starting", "Failed")
    back = KnownHistory(statuses, UNSEEN, (100 * SECOND, 110 * SECOND, 50 * SECOND, 200 * SECOND))
    onward = KnownHistory(
        statuses, UNSEEN, (100 * SECOND, 110 * SECOND, 120 * SECOND, 200 * SECOND)
    )
    early = Observation("InProgress", "Starting", None, 60 * SECOND)

    assert is_explained(SPEC, back, [(early,)])
    assert not is_explained(SPEC, onward, [(early,)])


@pytest.mark.parametrize(
    ("statuses", "passed"),
    [
        (("Starting", "Training", "Stopping", "Stopped"), 4),
        (("Starting", "Completed", "Training"), 2),
        ((), 0),
    ],
)
def test_entries_make_a_run_until_one_cannot_follow(statuses: tuple[str, ...], passed: int) -> None:
    """Each entry is a run state of its own; behind an end there is none."""
    run_states = entry_states(SPEC, KnownHistory(statuses, UNSEEN))

    assert [run_state.passed for run_state in run_states] == list(range(1, passed + 1))
    assert all(run_state.is_plain for run_state in run_states)


def test_a_primary_that_ran_ahead_is_sought_beside_the_entries() -> None:
    """Stopping/Starting is shown by no entry, and by a run with these entries all the same."""
    past = KnownHistory(("Starting", "Stopping"), UNSEEN)
    ahead, entered = Observation("Stopping", "Starting", 1), Observation("Stopping", "Stopping", 2)

    assert is_explained(SPEC, past, [(ahead,), (entered,)])
    assert not is_explained(SPEC, past, [(entered,), (ahead,)])
