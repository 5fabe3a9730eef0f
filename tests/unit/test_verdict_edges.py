"""Where a verdict turns: each side of an edge, as mutants of the package showed it untested."""

from __future__ import annotations

from typing import Any

import pytest

import trainstate
from trainstate.rules.example import poll, written

Found = list[tuple[str, str]]


def response(text: str, changes: dict[str, Any] | None = None, at: float | None = None) -> Any:
    return written(poll(text, changes, modified=at))


def found(*responses: Any, **options: Any) -> Found:
    """The errors and warnings: rule and place."""
    report = trainstate.check(list(responses), **options)
    return [(f.name, f.pointer) for f in report if f.severity in ("error", "warning")]


def retries(attempts: int) -> dict[str, Any]:
    return {"/RetryStrategy": {"MaximumRetryAttempts": attempts}}


@pytest.mark.parametrize(("attempts", "legal"), [(1, False), (2, True)])
def test_retries_are_counted_where_no_response_has_a_history(attempts: int, legal: bool) -> None:
    """Without any history a job shows as many retries as its strategy has."""
    names = ("Starting", "Training", "Starting", "Training", "Starting")
    seen = [
        response(f"InProgress/{name}", retries(attempts), at=10 * at)
        for at, name in enumerate(names)
    ]
    clash = [] if legal else [("unreachable-state", "/TrainingJobStatus")]

    assert clash == found(*seen, accept="documented")


@pytest.mark.parametrize(("attempts", "legal"), [(1, False), (2, True)])
def test_retries_in_the_history_are_used_up(attempts: int, legal: bool) -> None:
    """What the known history has used of the budget is gone for what comes after it."""
    told = "InProgress/Training: Starting 60, Training 60, Starting 60, Training"
    late = response("InProgress/Starting", retries(attempts), at=400)
    clashes = found(response(told, retries(attempts), at=200), late, accept="documented")

    assert legal is (("unreachable-state", "/TrainingJobStatus") not in clashes)


def test_an_entry_that_lasts_no_time() -> None:
    """An entry may end at the instant at which it starts."""
    assert [] == found(response("InProgress/Training: Starting 60, Downloading 0, Training"))


def test_what_follows_an_end_is_reported_once() -> None:
    """After an entry too many the rest is judged from there, not found wrong again."""
    text = "Starting 60, Training 60, Uploading 60, Completed 0, Stopping 60, Uploading 60, Stopped"

    assert [("entry-after-terminal", "/SecondaryStatusTransitions/4/Status")] == found(
        response(f"Stopped/Stopped: {text}")
    )


@pytest.mark.parametrize("value", [3, "none", [1]])
def test_a_fixed_member_with_updatable_parts_is_no_structure(value: object) -> None:
    """What stands where a structure belongs is a wrong type, once, and compared as it is."""
    seen = response("InProgress/Starting: Starting", {"/ResourceConfig": value})

    assert [("wrong-type", "/ResourceConfig")] == found(seen, seen)


def test_a_violated_guard_is_one_fault() -> None:
    """The secondary status is the last entry's: it is not reported beside it."""
    on_demand = {"/EnableManagedSpotTraining": False}
    text = "InProgress/Interrupted: Starting 60, Training 60, Interrupted"
    entry = ("guard-violated", "/SecondaryStatusTransitions/2/Status")

    assert [entry] == found(response(text, on_demand))
    assert [("guard-violated", "/SecondaryStatus")] == found(
        response("InProgress/Interrupted", on_demand)
    )


def event(detail: dict[str, Any]) -> dict[str, Any]:
    return {"detail-type": "SageMaker Training Job State Change", "detail": detail}


@pytest.mark.parametrize(
    ("history", "expected"), [([], ["missing-history"]), (None, [])], ids=["empty", "absent"]
)
def test_an_event_without_a_history(history: Any, expected: list[str]) -> None:
    """An event whose history is empty shows less than one can; one without it never had it."""
    detail = response("InProgress/Starting: Starting") | {"SecondaryStatusTransitions": history}

    assert expected == [f.name for f in trainstate.check([event(detail)], select=["TS309"])]


def test_an_event_without_the_end_of_its_job() -> None:
    """An event with a configuration shows the whole job; one without it is an excerpt."""
    detail = response("Completed/Completed: Starting 60, Training 60, Uploading 60, Completed")
    del detail["TrainingEndTime"]
    kept = {"SecondaryStatus", "SecondaryStatusTransitions", "LastModifiedTime", "CreationTime"}
    slim = {n: v for n, v in detail.items() if n in kept or n.startswith("TrainingJob")}

    assert ("missing-end-time", "/TrainingEndTime") in found(event(detail))
    assert [] == found(event(slim))


def naive(value: Any) -> Any:
    """A value whose times have no offset."""
    if isinstance(value, dict):
        return {name: naive(item) for name, item in value.items()}
    if isinstance(value, list):
        return [naive(item) for item in value]
    return value.removesuffix("Z") if isinstance(value, str) and value[:2] == "20" else value


def test_naive_times_are_told_once() -> None:
    """Where all times of a job are naive, that is an info of its first response."""
    seen = naive(response("InProgress/Starting: Starting"))
    report = trainstate.check([seen, seen])

    assert [("naive-timestamp", "info", 0)] == [(f.name, f.severity, f.index) for f in report]


@pytest.mark.parametrize(("seconds", "names"), [(61, []), (62, ["training-time-mismatch"])])
def test_the_training_may_be_a_second_longer(seconds: int, names: list[str]) -> None:
    """A second more than passed is rounding, two are not."""
    text = "Completed/Completed: Starting 60, Training 30, Uploading 30, Completed"
    told = {"/TrainingTimeInSeconds": seconds, "/BillableTimeInSeconds": seconds}

    assert names == [name for name, _ in found(response(text, told))]
