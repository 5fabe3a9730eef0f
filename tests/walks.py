"""Runs drawn from the graph of the facts, and what polls of them show, for property tests."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import State, initial_states, successors
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
BORN = 1_700_000_000
NAME = "walk-1"
ARN = f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{NAME}"
# Spot, a retry strategy and a training plan are on, so that every edge is open.
CONFIG = Configuration(tuple((guard.name, Allowance(True, 30)) for guard in SPEC.guards))
MEMBERS: dict[str, Any] = {
    "TrainingJobName": NAME,
    "TrainingJobArn": ARN,
    "CreationTime": float(BORN),
    "RoleArn": "arn:aws:iam::123456789012:role/train",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 10_000, "MaxWaitTimeInSeconds": 20_000},
    "RetryStrategy": {"MaximumRetryAttempts": 30},
    "ResourceConfig": {
        "InstanceCount": 2,
        "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:123456789012:training-plan/p",
    },
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/path"},
}


@frozen
class Walk:
    """A run: its states, and the second at which each was entered."""

    states: tuple[State, ...]
    times: tuple[float, ...]

    def poll(self, step: int) -> dict[str, Any]:
        """The response that a poll gets while the run is in its step-th state."""
        now = self.times[step]
        last = self.states[step]
        response = {
            **MEMBERS,
            "TrainingJobStatus": last.primary,
            "SecondaryStatus": last.position.secondary,
            "LastModifiedTime": now,
            "SecondaryStatusTransitions": self._history(step),
        }
        if last.primary in SPEC.ended_primaries:
            response["TrainingEndTime"] = now
            response["ModelArtifacts"] = {"S3ModelArtifacts": "s3://bucket/path"}
        if last.position.primary == "Failed":
            response["FailureReason"] = "AlgorithmError: exit code 1"
        return response

    def summary(self, step: int) -> dict[str, Any]:
        """What a list of jobs says of the run in its step-th state."""
        members = ("TrainingJobName", "TrainingJobArn", "CreationTime")
        return {
            **{member: MEMBERS[member] for member in members},
            "LastModifiedTime": self.times[step],
            "TrainingJobStatus": self.states[step].primary,
        }

    def event(self, step: int) -> dict[str, Any]:
        """The EventBridge event of the run's step-th state."""
        detail = self.poll(step)
        for member in ("CreationTime", "LastModifiedTime", "TrainingEndTime"):
            if member in detail:
                detail[member] = round(detail[member] * 1000)
        for entry in detail["SecondaryStatusTransitions"]:
            for member in ("StartTime", "EndTime"):
                if member in entry:
                    entry[member] = round(entry[member] * 1000)
        return {
            "version": "0",
            "source": "aws.sagemaker",
            "detail-type": "SageMaker Training Job State Change",
            "detail": detail,
        }

    def _history(self, step: int) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for place in range(step + 1):
            new = place == 0 or self.states[place].position != self.states[place - 1].position
            if not new:
                continue
            if entries:
                entries[-1]["EndTime"] = self.times[place]
            status = self.states[place].position.secondary
            entries.append(
                {
                    "Status": status,
                    "StartTime": self.times[place],
                    "StatusMessage": f"{status}, from step {place}",
                }
            )
        if self.states[step].position.secondary in SPEC.terminal_secondaries:
            entries[-1]["EndTime"] = entries[-1]["StartTime"]
        return entries


@st.composite
def walks(draw: st.DrawFn, *, longest: int = 9) -> Walk:
    """Runs of the model, of one to ``longest`` states, complete or cut off."""
    states = [draw(st.sampled_from(initial_states(SPEC)))]
    for _ in range(draw(st.integers(0, longest - 1))):
        options = [state for state, _ in successors(SPEC, states[-1], CONFIG)]
        if not options:
            break
        states.append(draw(st.sampled_from(options)))
    steps = draw(st.lists(st.integers(1, 400_000), min_size=len(states), max_size=len(states)))
    times = [BORN + sum(steps[1 : place + 1]) / 1000 for place in range(len(states))]
    return Walk(tuple(states), tuple(times))


@st.composite
def polls(draw: st.DrawFn) -> tuple[Walk, list[dict[str, Any]]]:
    """A run and polls of it, in order, with repeats and gaps."""
    walk = draw(walks())
    last = len(walk.states) - 1
    seen = sorted(draw(st.lists(st.integers(0, last), min_size=1, max_size=8)))
    return walk, [walk.poll(step) for step in seen]


@st.composite
def observations(draw: st.DrawFn) -> list[Any]:
    """Polls, summaries and events of a run in any order, some of them falsified."""
    walk = draw(walks())
    kinds = st.sampled_from((walk.poll, walk.poll, walk.summary, walk.event))
    steps = st.integers(0, len(walk.states) - 1)
    shown = draw(st.lists(st.tuples(kinds, steps), min_size=1, max_size=7))
    return [draw(_falsified(kind(step))) for kind, step in shown]


@st.composite
def _falsified(draw: st.DrawFn, observed: dict[str, Any]) -> dict[str, Any]:
    fault = draw(st.sampled_from((None, None, None, *_FAULTS)))
    if fault is not None:
        fault(observed.get("detail", observed), draw)
    return observed


def _other_secondary(response: dict[str, Any], draw: st.DrawFn) -> None:
    names = [*SPEC.secondary_by_name, "Polishing", "training"]
    response["SecondaryStatus"] = draw(st.sampled_from(names))


def _other_primary(response: dict[str, Any], draw: st.DrawFn) -> None:
    response["TrainingJobStatus"] = draw(st.sampled_from([*SPEC.primary_by_name, "Resting"]))


def _other_creation(response: dict[str, Any], draw: st.DrawFn) -> None:
    response["CreationTime"] = BORN - 86_400 * draw(st.integers(1, 2))


def _no_history(response: dict[str, Any], draw: st.DrawFn) -> None:
    draw(st.none())
    response.pop("SecondaryStatusTransitions", None)


def _no_modified(response: dict[str, Any], draw: st.DrawFn) -> None:
    draw(st.none())
    response.pop("LastModifiedTime", None)


def _other_entry(response: dict[str, Any], draw: st.DrawFn) -> None:
    history = response.get("SecondaryStatusTransitions") or [{}]
    entry = draw(st.sampled_from(history))
    member = draw(st.sampled_from(("Status", "StartTime", "EndTime", "StatusMessage")))
    entry[member] = draw(st.sampled_from(("Training", BORN, "2023-11-14T22:13:21Z", None, 7)))


def _other_role(response: dict[str, Any], draw: st.DrawFn) -> None:
    response["RoleArn"] = draw(st.sampled_from(("arn:other", 3, None)))


_FAULTS = (
    _other_secondary,
    _other_primary,
    _other_creation,
    _no_history,
    _no_modified,
    _other_entry,
    _other_role,
)
