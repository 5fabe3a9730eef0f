"""What a rule is told of a response: whether it is an excerpt, its pair, its moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from trainstate.history.model import Kind, Origin
from trainstate.history.wire import read_response
from trainstate.machine.guards import configuration
from trainstate.machine.step import Refusal
from trainstate.rules.example import Poll, written
from trainstate.rules.model import Reading
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
ACTIVE = "InProgress/Training: Starting 90, Training"
RETRIED = "InProgress/Starting: Starting 90, Training 60, Starting"
STOPPING, SPOT = "/StoppingCondition", "/EnableManagedSpotTraining"
BARE = {STOPPING: None, SPOT: None}


def reading(
    text: str, changes: Mapping[str, Any] | None = None, *, kind: Kind = Kind.RESPONSE
) -> Reading:
    recorded = written(Poll(text, changes or {}))
    response = read_response(recorded, SPEC, kind=kind, origin=Origin())
    return Reading(
        response=response,
        spec=SPEC,
        tolerances=Tolerances(),
        config=configuration(response, SPEC),
    )


@pytest.mark.parametrize(
    ("trimmed", "changes"),
    [
        (False, {}),
        (False, BARE),
        (False, {"/TrainingJobArn": None}),
        (False, {"/CreationTime": None}),
        (True, {"/TrainingJobArn": None, STOPPING: None}),
        (True, {"/TrainingJobArn": None, SPOT: None, "/ResourceConfig": None}),
        (True, {"/CreationTime": None, STOPPING: None}),
        (True, {"/TrainingJobArn": None, "/CreationTime": None, **BARE}),
    ],
)
def test_an_excerpt_lacks_identity_and_configuration(
    trimmed: bool, changes: Mapping[str, Any]
) -> None:
    """A response without ARN or creation time and without its configuration is trimmed."""
    actual = reading(ACTIVE, changes).trimmed

    assert trimmed == actual


def test_a_log_is_always_an_excerpt() -> None:
    """A log is trimmed, whatever it shows."""
    actual = reading(ACTIVE, kind=Kind.LOG).trimmed

    assert True is actual


@pytest.mark.parametrize(
    ("whole", "changes"),
    [
        (True, {}),
        (True, {"/TrainingStartTime": None}),
        (False, {"/TrainingJobName": None}),
        (False, {"/LastModifiedTime": None}),
        (False, {"/SecondaryStatusTransitions": None}),
        (False, {"/SecondaryStatus": None}),
        (False, {STOPPING: None, "/RoleArn": "role", "/VpcConfig": {}}),
        (False, {SPOT: None, "/ResourceConfig": None, "/RoleArn": None}),
        (False, {SPOT: None}),
        (False, {"/EnableNetworkIsolation": None}),
        (False, {"/AlgorithmSpecification": None, "/VpcConfig": {}}),
    ],
)
def test_a_whole_response_has_what_the_service_always_gives(
    whole: bool, changes: Mapping[str, Any]
) -> None:
    """Identity, statuses, history, the time of the last change, four members that configure."""
    assert whole == reading(ACTIVE, changes).whole


def test_null_configuration_is_not_counted() -> None:
    """A configuration member that is null counts as absent."""
    null = {SPOT: None, "/ResourceConfig": None, "/VpcConfig": None}

    assert not reading(ACTIVE, null).configured


def test_a_legal_pair_is_a_fact() -> None:
    """The pair of a response is the row of the specification that allows it."""
    actual = reading(ACTIVE).statuses.pair

    assert SPEC.pair_by_key["InProgress", "Training"] == actual


@pytest.mark.parametrize("pair", ["Completed/Training", "Paused/Training", "InProgress/Warming"])
def test_no_fact_allows_an_illegal_or_unknown_pair(pair: str) -> None:
    """A pair that is illegal, or of which one status is unknown, is no row."""
    actual = reading(pair).statuses.pair

    assert actual is None


@pytest.mark.parametrize(
    ("primary", "active", "ended"),
    [
        ("InProgress", True, False),
        ("Stopping", True, False),
        ("Stopped", False, True),
        ("Deleting", False, True),
        ("Paused", False, False),
    ],
)
def test_an_unknown_primary_is_neither_active_nor_ended(
    primary: str, active: bool, ended: bool
) -> None:
    """A known primary is active or ended; an unknown one is neither."""
    actual = reading(f"{primary}/Training").statuses

    assert (active, ended) == (actual.active, actual.ended)


@pytest.mark.parametrize(
    ("text", "refusals"),
    [
        ("InProgress/Training", []),
        (ACTIVE, [None, None]),
        ("InProgress/Training: Training", [Refusal.NOT_INITIAL]),
        ("InProgress/Uploading: Starting 90, Uploading", [None, Refusal.NO_TRANSITION]),
        ("Failed/Failed: Starting 90, Failed 0, Failed", [None, None, Refusal.AFTER_END]),
        ("InProgress/Warming: Starting 90, Warming", [None, Refusal.UNKNOWN_STATUS]),
        (RETRIED, [None, None, Refusal.GUARD]),
    ],
)
def test_each_entry_is_a_move(text: str, refusals: list[Refusal | None]) -> None:
    """A history has one move for each entry, and a refused one says why."""
    today = {"/RemoteDebugConfig": {"EnableRemoteDebug": False}}
    actual = [move.refusal for move in reading(text, today).statuses.moves]

    assert refusals == actual


def test_a_move_can_rest_on_an_unseen_guard() -> None:
    """A retry of a job whose configuration was not recorded is not refused, but unseen."""
    last = reading(RETRIED, BARE).statuses.moves[-1]

    assert (None, "retry") == (last.refusal, last.unseen)


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ("", "/SecondaryStatusTransitions/2"),
        ("Status", "/SecondaryStatusTransitions/2/Status"),
    ],
)
def test_an_entry_has_a_pointer(member: str, pointer: str) -> None:
    """An entry, or a member of it, is named by its JSON pointer."""
    actual = reading(ACTIVE).statuses.entry_pointer(2, member)

    assert pointer == actual
