"""Processing and transform jobs: legal lives of the training job's scenarios, with one status."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.aws import wait
from trainstate.simulator import Simulation, on_demand, simulate, spot
from trainstate.simulator.events import Bus
from trainstate.simulator.one_status import KINDS
from trainstate.spec.load import builtin_spec

SOURCE = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}}
MACHINE = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
REQUESTS: dict[str, dict[str, Any]] = {
    "processing-job": {
        "ProcessingJobName": "Tern-1",
        "ProcessingResources": {"ClusterConfig": {**MACHINE, "VolumeSizeInGB": 30}},
        "AppSpecification": {"ImageUri": "run:1"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    },
    "transform-job": {
        "TransformJobName": "Tern-1",
        "ModelName": "tern",
        "TransformInput": SOURCE,
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": MACHINE,
    },
}
STORIES = {
    "Completed": on_demand().then_completed(),
    "Failed": on_demand().then_failed(),
    "Stopped": on_demand().then_out_of_time(),
}


class Calls:
    """The operations of one kind of job, by what they do."""

    def __init__(self, sm: Simulation, kind: str) -> None:
        self.client, self.word = sm.client(), kind.replace("-", "_")
        self.layout = builtin_spec(kind).layout
        self.request = REQUESTS[kind]

    def __getattr__(self, verb: str) -> Any:
        named = {self.layout.name: "Tern-1"}
        return lambda **how: getattr(self.client, f"{verb}_{self.word}")(**(how or named))

    def create(self, **changed: Any) -> Any:
        return getattr(self.client, f"create_{self.word}")(**self.request, **changed)

    def status(self) -> str:
        return str(self.describe()[self.layout.primary])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", STORIES)
def test_its_life_is_legal_to_its_end(kind: str, end: str) -> None:
    """Whatever the scenario is, all polls are one legal life, and the reason is a failure's."""
    with simulate(STORIES[end]) as sm:
        calls = Calls(sm, kind)
        calls.create()
        seen = []
        for _ in range(60):
            seen.append(calls.describe())
            sm.clock.advance("1h" if len(seen) > 20 else "1m")

    report = trainstate.check(seen)
    assert ([], [kind], True) == (
        [str(one) for one in report],
        [job.machine for job in report.jobs],
        report.jobs[0].complete,
    )
    assert ["InProgress", end] == [seen[n][calls.layout.primary] for n in (0, -1)]
    assert (end == "Failed") == ("FailureReason" in seen[-1])


@pytest.mark.parametrize("kind", KINDS)
@given(at=st.integers(0, 900), polls=st.lists(st.integers(1, 200), max_size=8))
@settings(max_examples=20)
def test_a_stop_is_legal_at_any_moment(kind: str, at: int, polls: list[int]) -> None:
    """It is Stopping until it has stopped; one that has ended is not stopped."""
    with simulate(STORIES["Completed"]) as sm:
        calls, seen = Calls(sm, kind), []
        calls.create()
        sm.clock.advance(at)
        seen.append(calls.describe())
        if calls.status() == "InProgress":
            calls.stop()
        else:
            with pytest.raises(ClientError, match="in status Completed"):
                calls.stop()
        for seconds in (*polls, 3600):
            seen.append(calls.describe())
            sm.clock.advance(seconds)

    assert [] == [str(one) for one in trainstate.check(seen)]


@pytest.mark.parametrize("kind", KINDS)
def test_names_lists_tags_and_waiters(kind: str) -> None:
    """A name is taken once; lists filter; tags are kept; boto3's and our waiters end."""
    with simulate(STORIES["Completed"], sleep=True) as sm:
        calls = Calls(sm, kind)
        arn = calls.create(Tags=[{"Key": "team", "Value": "a"}])[calls.layout.arn]
        with pytest.raises(ClientError, match="ResourceInUse"):
            calls.create()
        assert "Completed" == wait(calls.client, arn).tracker.state.primary
        calls.client.get_waiter(f"{calls.word}_completed_or_stopped").wait(
            **{calls.layout.name: "Tern-1"}
        )
        listed = getattr(calls.client, f"list_{calls.word}s")
        every, none = listed(NameContains="tern"), listed(StatusEquals="Failed")

        assert ["Tern-1"] == [one[calls.layout.name] for one in every[calls.layout.listed]]
        assert [] == none[calls.layout.listed]
        assert [] == [str(one) for one in trainstate.check(every)]
        assert ["a"] == [tag["Value"] for tag in calls.client.list_tags(ResourceArn=arn)["Tags"]]
        assert [] == calls.client.list_training_jobs()["TrainingJobSummaries"]


def test_a_processing_job_is_deleted_when_it_has_ended() -> None:
    """And it is refused by the text that clients match when it is not there."""
    with simulate(STORIES["Completed"]) as sm:
        calls = Calls(sm, "processing-job")
        calls.create()
        with pytest.raises(ClientError, match="in status InProgress"):
            calls.delete()
        sm.clock.advance("1h")
        calls.delete()
        with pytest.raises(ClientError, match="Could not find requested job"):
            calls.describe()
        calls.create()

        assert "InProgress" == calls.status()


def test_a_scenario_that_its_limits_forbid_is_refused() -> None:
    """As it is for a training job."""
    with (
        simulate(spot().interrupted(after=60).then_completed()) as sm,
        pytest.raises(ClientError, match="not possible"),
    ):
        Calls(sm, "transform-job").create()


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_tells_of_each_status_that_shows(kind: str) -> None:
    """One for each change, under the machine's own detail-type, and none for what is hidden."""
    events: list[dict[str, Any]] = []
    with simulate(STORIES["Failed"]) as sm:
        sm.service.listen(Bus(events.append, spec=sm.service.spec))
        calls = Calls(sm, kind)
        calls.create()
        sm.clock.advance("2h")
    details = [event["detail"] for event in events]
    report = trainstate.check(events)

    assert ["InProgress", "Failed"] == [one[calls.layout.primary] for one in details]
    assert {calls.layout.event} == {event["detail-type"] for event in events}
    assert ([], [kind]) == ([str(one) for one in report], [job.machine for job in report.jobs])
