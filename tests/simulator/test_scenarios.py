"""What a scenario says is what its job goes through."""

from __future__ import annotations

from typing import Any

import pytest

import trainstate
from trainstate.errors import UsageError
from trainstate.machine.step import Position, State
from trainstate.simulator import Scenario, VirtualClock, on_demand, simulate, spot, through
from trainstate.simulator.clock import seconds
from trainstate.simulator.inprocess import Book
from trainstate.simulator.job import config_of
from trainstate.simulator.random_scenario import random_scenario, seeded
from trainstate.simulator.scenario import parsed
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

SPEC = builtin_spec()

Response = dict[str, Any]


def lived(scenario: Scenario, **members: Any) -> Response:
    """The response after the end of a job with this scenario."""
    with simulate(scenario) as sm:
        client = sm.client()
        client.create_training_job(**scenario.request("job", **members))
        sm.clock.advance("30d")
        response: Response = client.describe_training_job(TrainingJobName="job")
    return response


def statuses(response: Response) -> str:
    return " ".join(entry["Status"] for entry in response["SecondaryStatusTransitions"])


ATTEMPT = "Starting Downloading Training"


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (on_demand().then_completed(), f"{ATTEMPT} Uploading Completed"),
        (
            spot().interrupted(after="10m").then_completed(),
            f"{ATTEMPT} Interrupted {ATTEMPT} Uploading Completed",
        ),
        (
            spot().interrupted(resumes="Downloading").then_completed(),
            f"{ATTEMPT} Interrupted Downloading Training Uploading Completed",
        ),
        (on_demand().retried().then_completed(), f"{ATTEMPT} {ATTEMPT} Uploading Completed"),
        (
            on_demand().requeued().then_completed(),
            f"{ATTEMPT} Pending Downloading Training Uploading Completed",
        ),
        (
            on_demand().pending("1h").then_completed(),
            "Starting Pending Downloading Training Uploading Completed",
        ),
        (on_demand().training("5m").then_completed(), "Starting Training Uploading Completed"),
        (on_demand().then_failed(), f"{ATTEMPT} Uploading Failed"),
        (on_demand().then_failed(during="Starting"), "Starting Failed"),
        (on_demand().then_failed(during="Downloading"), "Starting Downloading Failed"),
        (on_demand().then_failed_internally(), f"{ATTEMPT} Failed"),
        (on_demand().then_stopped(after="5s"), "Starting Stopping Stopped"),
        (on_demand().training().then_stopped(), "Starting Training Stopping Uploading Stopped"),
        (on_demand().then_out_of_time(), f"{ATTEMPT} Stopping Uploading MaxRuntimeExceeded"),
        (spot().then_out_of_wait_time(), "Starting Stopping MaxWaitTimeExceeded"),
        (
            spot().interrupted().then_out_of_wait_time(),
            f"{ATTEMPT} Interrupted Starting Stopping Uploading MaxWaitTimeExceeded",
        ),
        (on_demand().then_hanging(), "Starting"),
        (through(["Starting", "Training", "Completed"]), "Starting Training Completed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_job_goes_through_its_scenario(scenario: Scenario, expected: str) -> None:
    """The history is what the methods say, and the check finds nothing wrong with it."""
    response = lived(scenario)
    report = trainstate.check([response])

    assert expected == statuses(response)
    assert [] == [f for f in report.findings if f.severity != "info"]


def test_a_limit_ends_a_job_whatever_its_scenario_says() -> None:
    """A job that would train for two hours ends at the limit of one."""
    ended = lived(on_demand().training("2h").then_completed())

    assert "MaxRuntimeExceeded" == ended["SecondaryStatus"]
    assert 3_600 <= ended["TrainingTimeInSeconds"] < 3_700


def test_the_first_limit_ends_a_job_that_would_end_at_another() -> None:
    """Who trains to the limit of the run time never reaches that of the waiting time."""
    trains = spot().training("15m").interrupted(after="5m", lasts="1h").then_out_of_wait_time()
    waits = spot().starting("2h").then_out_of_time()
    limits = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 5_060}
    ended = [lived(scenario, StoppingCondition=limits) for scenario in (trains, waits)]

    assert ["MaxRuntimeExceeded", "MaxWaitTimeExceeded"] == [
        job["SecondaryStatus"] for job in ended
    ]
    assert [0, 0] == [trainstate.check(job).summary.warnings for job in ended]


def test_a_job_that_waits_too_long_for_capacity_fails() -> None:
    """The limit of the pending time ends the job with a reason."""
    limits = {"MaxRuntimeInSeconds": 60, "MaxPendingTimeInSeconds": 7_200}
    ended = lived(on_demand().pending("3h").then_completed(), StoppingCondition=limits)

    assert "Starting Pending Failed" == statuses(ended)
    assert "capacity" in ended["FailureReason"]


def test_a_scenario_that_is_not_possible_is_refused_at_the_creation() -> None:
    """A job without spot instances cannot be interrupted: the request says so."""
    with simulate(spot().interrupted().then_completed()) as sm:
        client = sm.client()
        with pytest.raises(client.exceptions.ClientError, match="scenario is not possible"):
            client.create_training_job(**on_demand().request("job"))


def test_scenarios_by_chance_are_the_same_for_the_same_seed() -> None:
    """Seed and name decide what happens, not the order of the calls."""

    def told(seed: int) -> list[str]:
        with simulate(seed) as sm:
            client = sm.client()
            for number in range(5):
                client.create_training_job(**spot().request(f"job-{number}"))
            sm.clock.advance("10d")
            return [repr(record.history) for record in sm.service.records()]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_no_job_ends_by_chance_in_the_moment_of_its_creation() -> None:
    """Instances take time to start: seed 1506 had a job that was born Completed."""
    config = config_of({}, SPEC)
    drawn = [
        random_scenario(SPEC.accepting(level), config, seeded(seed, "job-a-0"))
        for level in (Evidence.RECORDED, Evidence.INFERRED)
        for seed in range(2_000)
    ]

    assert min(sum(act.lasts for act in scenario.acts) for scenario in drawn) >= 1.0


@pytest.mark.parametrize("level", Evidence)
@pytest.mark.parametrize(
    "members", [{}, spot().retried().request("x"), on_demand().requeued().request("x")], ids=len
)
def test_every_job_by_chance_comes_to_an_end(level: Evidence, members: dict[str, Any]) -> None:
    """However narrow the evidence: documented alone, nothing leads out of Pending."""
    spec = SPEC.accepting(level)
    config = config_of(members, spec)
    drawn = [random_scenario(spec, config, seeded(seed, "job-a-0")) for seed in range(300)]

    assert {s.acts[-1].status for s in drawn} <= SPEC.terminal_secondaries | {"Stopped"}


def test_jobs_have_the_scenarios_of_their_names() -> None:
    """A mapping chooses by patterns; what fits none is completed."""
    with simulate({"bad-*": on_demand().then_failed()}) as sm:
        client = sm.client()
        for name in ("bad-1", "good-1"):
            client.create_training_job(**on_demand().request(name))
        sm.clock.advance("1d")

        assert ["Failed", "Completed"] == [record.state.primary for record in sm.service.records()]


def test_a_walk_on_the_machine_is_a_scenario() -> None:
    """Where only the primary of two states differs it changes alone."""
    starting = Position("InProgress", "Starting")
    walk = [
        State("InProgress", starting),
        State("Stopping", starting),
        State("Stopped", Position("Stopped", "Stopped")),
    ]
    ended = lived(through(walk, lasts="1m"))

    assert "Starting Stopped" == statuses(ended)


@pytest.mark.parametrize(
    "text",
    [
        "spot().interrupted(after='10m').then_completed()",
        "on_demand().pending('1h').then_failed(during='Pending', reason='none')",
        "through(['Starting', 'Training', 'Completed'])",
    ],
)
def test_a_scenario_can_be_a_text(text: str) -> None:
    """The text means what the same Python means."""
    expected = eval(text, {"spot": spot, "on_demand": on_demand, "through": through})

    assert expected == parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "spot", "open('x')", "spot().request('x')", "spot().__class__()"),
        *("spot().pending(open('x'))", "spot().pending('soon')", "1 +", "spot()(1)"),
    ],
)
def test_no_other_text_is_a_scenario(text: str) -> None:
    """Nothing is evaluated: whatever is no scenario is an error of ours."""
    with pytest.raises(UsageError, match=r"scenario|duration"):
        parsed(text)


def test_the_last_page_of_a_book_comes_first() -> None:
    """A scenario that was added later replaces one for the same names."""
    plain = on_demand().then_completed()
    book = Book(lambda _request: plain)
    book.add("*", "spot()")
    book.add("a*", "on_demand()")

    assert [on_demand(), spot()] == [book({"TrainingJobName": name}) for name in ("ab", "b")]


@pytest.mark.parametrize(
    ("value", "expected"), [("1h30m", 5_400), ("250ms", 0.25), (90, 90), ("1d", 86_400)]
)
def test_durations_are_read_as_people_write_them(value: str | float, expected: float) -> None:
    """Units follow their numbers; a bare number is of seconds."""
    assert expected == seconds(value)


@pytest.mark.parametrize("value", ["", "10", "m", "-1s", -1, float("nan"), "1 h"])
def test_other_durations_are_errors(value: str | float) -> None:
    """A duration without a unit, or below zero, is refused."""
    with pytest.raises(UsageError, match="duration"):
        seconds(value)


def test_a_pool_of_instances_is_kept_and_released() -> None:
    """The message of the end is rewritten, and the check sees nothing wrong."""
    scenario = on_demand().then_completed()
    resources = {**scenario.request("x")["ResourceConfig"], "KeepAlivePeriodInSeconds": 600}
    seen = []
    with simulate(scenario, clock=VirtualClock()) as sm:
        client = sm.client()
        client.create_training_job(**scenario.request("job", ResourceConfig=resources))
        for _ in range(30):
            seen.append(client.describe_training_job(TrainingJobName="job"))
            sm.clock.advance("1m")
    pools = list(dict.fromkeys(response["WarmPoolStatus"]["Status"] for response in seen))

    assert ["InUse", "Available", "Terminated"] == pools
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)
    assert "released" in seen[-1]["SecondaryStatusTransitions"][-1]["StatusMessage"]
