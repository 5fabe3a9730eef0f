"""Policies, and the lint of hard-coded status sets."""

from __future__ import annotations

from typing import Any

import pytest

from trainstate.errors import UsageError
from trainstate.machine.step import is_legal_step
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence
from trainstate.track import (
    BOTOCORE,
    STRICT,
    Action,
    Outcome,
    Policy,
    StatusSets,
    lint_policy,
    outcome_of,
)
from trainstate.track.lint import DefectKind

SPEC = builtin_spec()
RIGHT = StatusSets(
    success={"Completed"}, failure={"Failed", "Stopped"}, waiting={"InProgress", "Stopping"}
)


def kinds(sets: StatusSets, **how: Any) -> set[tuple[str, str]]:
    return {(str(found.kind), found.status) for found in lint_policy(sets, **how)}


@pytest.mark.parametrize(
    ("primary", "secondary", "outcome"),
    [
        ("InProgress", "Training", Outcome.RUNNING),
        ("Stopping", "Uploading", Outcome.STOPPING),
        ("Completed", None, Outcome.SUCCEEDED),
        ("Failed", "Failed", Outcome.FAILED),
        ("Stopped", "Stopped", Outcome.STOPPED_BY_USER),
        ("Stopped", "MaxRuntimeExceeded", Outcome.OUT_OF_TIME),
        ("Stopped", "MaxWaitTimeExceeded", Outcome.OUT_OF_WAIT_TIME),
        ("Stopped", "Interrupted", Outcome.INTERRUPTED),
        ("Stopped", None, Outcome.STOPPED),
        ("Deleting", "Completed", Outcome.SUCCEEDED),
        ("Deleting", None, Outcome.DELETED),
        ("Resting", "Training", Outcome.UNKNOWN),
        (None, "Training", Outcome.UNKNOWN),
    ],
)
def test_a_pair_has_an_outcome(primary: Any, secondary: Any, outcome: Outcome) -> None:
    """The outcome is the facts' for the pair, else for the primary."""
    assert outcome is outcome_of(SPEC, primary, secondary)


def test_every_legal_pair_has_an_outcome() -> None:
    """No pair of the facts is unknown."""
    unknown = [pair for pair in SPEC.pair_by_key if outcome_of(SPEC, *pair) is Outcome.UNKNOWN]

    assert [] == unknown


def test_the_policies_differ_in_what_a_stop_is() -> None:
    """Strict calls it an error, botocore a success; both wait for a job that stops."""
    for policy, action in ((STRICT, Action.ERROR), (BOTOCORE, Action.DONE)):
        assert action is policy.action(Outcome.STOPPED_BY_USER)
        assert Action.WAIT is policy.action(Outcome.STOPPING)


def test_a_policy_can_be_changed() -> None:
    """By names; the old one stays as it was."""
    retrying = STRICT.but({"interrupted": "retry"}, name="retrying")

    assert (Action.RETRY, "retrying") == (retrying.action(Outcome.INTERRUPTED), retrying.name)
    assert Action.ERROR is STRICT.action(Outcome.INTERRUPTED)


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        ({"succeeded": "done"}, "has none for running"),
        ({"won": "done"}, "'won'"),
        ({"failed": "cry"}, "'cry'"),
    ],
)
def test_a_policy_that_leaves_something_out_is_refused(actions: dict[str, str], says: str) -> None:
    """Every outcome has an action, and both are known words."""
    with pytest.raises(UsageError, match=says):
        Policy(name="mine", actions=actions)


def test_right_sets_hang_only_at_a_deletion() -> None:
    """Sets over the five documented primaries have no answer for the sixth."""
    assert {"hangs"} == {kind for kind, _ in kinds(RIGHT)}
    assert {"Deleting"} == {status.partition("/")[0] for _, status in kinds(RIGHT)}


def test_a_stop_that_no_set_has_hangs() -> None:
    """The infinite loop that three projects had."""
    sets = StatusSets(success={"Completed"}, failure={"Failed"})

    assert ("hangs", "Stopped/Stopped") in kinds(sets)


def test_a_stopping_job_that_counts_as_done_ends_early() -> None:
    """What is not in progress is not all done."""
    sets = StatusSets(waiting={"InProgress", "Created"}, otherwise="success")

    assert {("early", "Stopping/Stopping"), ("meaningless", "Created")} <= kinds(sets)


def test_a_stop_that_counts_as_a_success_is_misreported() -> None:
    """Unless the policy calls it one."""
    sets = StatusSets(success={"Completed", "Stopped"}, failure={"Failed", "Deleting"})

    assert ("misreports", "Stopped/Stopped") in kinds(sets)
    assert ("misreports", "Stopped/Stopped") not in kinds(sets, policy=BOTOCORE)


def test_a_status_that_raises_is_a_crash() -> None:
    """A table without a row for Deleting crashes there and nowhere else."""
    sets = StatusSets(
        success={"Completed"},
        failure={"Failed", "Stopped"},
        waiting={"InProgress", "Stopping"},
        otherwise="crash",
    )

    assert {("crashes", "Deleting")} == {
        (kind, status.partition("/")[0]) for kind, status in kinds(sets)
    }


def test_a_stage_that_may_not_come_is_missed() -> None:
    """A job can fail before it trains."""
    sets = StatusSets(reads="secondary", awaits={"Training"})
    missed = [found for found in lint_policy(sets) if found.kind is DefectKind.MISSES]

    assert [(("InProgress", "Starting"), ("Failed", "Failed"))] == [
        found.history for found in missed
    ]


def test_a_stage_that_always_comes_is_not_missed() -> None:
    """Every documented job begins with Starting."""
    documented = SPEC.accepting(Evidence.DOCUMENTED)
    sets = StatusSets(reads="secondary", awaits={"Starting"})

    assert DefectKind.MISSES not in {found.kind for found in lint_policy(sets, spec=documented)}


def test_a_status_in_two_sets_is_meaningless() -> None:
    """The first set decides, and the second is never asked."""
    sets = StatusSets(success={"Stopped"}, failure={"Stopped"})

    assert ("meaningless", "Stopped") in kinds(sets)


def test_every_history_is_legal() -> None:
    """The examples are runs of the model."""
    found = lint_policy(StatusSets(reads="secondary", otherwise="crash"))
    steps = [
        pair for defect in found for pair in zip(defect.history, defect.history[1:], strict=False)
    ]

    assert all(is_legal_step(SPEC, before, after) for before, after in steps)


def test_a_defect_shows_its_history() -> None:
    """The text has the kind, the pair, the reason and the run."""
    sets = StatusSets(success={"Completed"}, failure={"Failed"})
    found = [str(defect) for defect in lint_policy(sets)]

    assert (
        "hangs at Stopped/Stopped: the job has ended (stopped-by-user), but it keeps waiting"
        " (InProgress/Starting -> Stopped/Stopped)"
    ) in found
    assert "(" not in str(lint_policy(StatusSets(success={"Won"}))[0])


def test_a_policy_that_waits_is_met_by_any_end() -> None:
    """Where the policy has nothing to say, the consumer cannot be wrong."""
    patient = STRICT.but(dict.fromkeys(Outcome, Action.WAIT))

    assert set() == kinds(
        StatusSets(success={"Completed"}, failure={"Failed", "Stopped"}), policy=patient
    )


def test_a_text_is_no_set() -> None:
    """A set of letters would be meant by nobody."""
    with pytest.raises(UsageError, match="Completed"):
        StatusSets(success="Completed")
