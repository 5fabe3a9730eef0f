"""What happens to a job, in a few readable lines.

``spot().interrupted(after="10m").then_completed()`` is a value: each method returns a longer
scenario and leaves the old one unchanged. What a method does not mention is filled in the
simplest way. Command lines and other languages write it as text, which is parsed, never evaluated.
"""

from __future__ import annotations

import ast
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.machine.step import State
from trainstate.simulator.clock import Duration, seconds
from trainstate.spec.load import builtin_spec

RETAINED = "{message}; its instances are kept for {period} seconds"
RELEASED = "{message}; its instances were released"
REUSED = "{message}; its instances were reused"

FAILURE = "AlgorithmError: the training script ended with exit code 1"
CAPACITY = "CapacityError: no capacity was found for the requested instances"
INTERNAL = "InternalServerError: the training could not go on; please try again"


_STATUSES = tomllib.loads(
    resources.files("trainstate.simulator").joinpath("statuses.toml").read_text("utf-8")
)
LASTS: Mapping[str, float] = _STATUSES["seconds"]
"""Seconds that a status lasts by default."""


def messages(status: str) -> Sequence[str]:
    """An entry's first message, and the ones that replace it; at least one."""
    texts: Sequence[str] = _STATUSES["messages"].get(status, (status,))
    return texts


_ELSE = 30.0
_BEFORE_TRAINING = {"Starting", "Pending", "Interrupted", "Restarting", "Downloading"}


@frozen(kw_only=True)
class Act:
    """One change of a job and the seconds until the next.

    ``status`` is the secondary status that begins, or, if ``alone``, the primary status that
    changes without an entry. ``message`` replaces the simulator's wording; ``reason`` is why the
    job fails.
    """

    status: str
    lasts: float
    message: str | None = None
    alone: bool = False
    reason: str | None = None


@frozen(kw_only=True)
class Scenario:
    """What happens to a job from its creation on. Without an ending the job never ends.

    ``spot``, ``retries`` and ``reserved`` (a training plan) say what the job's configuration
    must have; ``request`` makes such a request. ``billed`` is the share of the time that a spot
    job pays for; ``findings`` is the result of its debugger rules; ``lines`` are what its script
    prints while it trains.
    """

    acts: tuple[Act, ...] = ()
    spot: bool = False
    retries: int = 0
    reserved: bool = False
    billed: float = 0.4
    findings: str = "NoIssuesFound"
    lines: tuple[str, ...] = ()

    @property
    def first_acts(self) -> tuple[Act, ...]:
        """The acts, at least one: without any the job only starts."""
        return self.acts or self.then_hanging().acts

    def starting(self, lasts: Duration, *, message: str | None = None) -> Scenario:
        """The job gets its instances."""
        return _and(self, "Starting", lasts, message=message)

    def pending(self, lasts: Duration = 300, *, message: str | None = None) -> Scenario:
        """The job waits for capacity."""
        return _and(_started(self), "Pending", lasts, message=message)

    def downloading(self, lasts: Duration = 60, *, message: str | None = None) -> Scenario:
        """The data and the training image are downloaded."""
        return _and(_started(self), "Downloading", lasts, message=message)

    def training(self, lasts: Duration = 300, *, message: str | None = None) -> Scenario:
        """The job trains, without a download unless one came before."""
        return _and(_started(self), "Training", lasts, message=message)

    def uploading(self, lasts: Duration = 30, *, message: str | None = None) -> Scenario:
        """The results of training are uploaded."""
        return _and(_trained(self), "Uploading", lasts, message=message)

    def interrupted(
        self, *, after: Duration | None = None, lasts: Duration = 180, resumes: str = "Starting"
    ) -> Scenario:
        """Spot capacity is lost and comes back; the job continues from ``resumes``."""
        broken = _and(_lasting(_trained(self), after), "Interrupted", lasts)
        return evolve(_and(broken, resumes, _usual(resumes)), spot=True)

    def retried(self, *, after: Duration | None = None) -> Scenario:
        """The service fails and retries from the start."""
        again = _and(_lasting(_trained(self), after), "Starting", _usual("Starting"))
        return evolve(again, retries=self.retries + 1)

    def requeued(self, *, after: Duration | None = None, lasts: Duration = 300) -> Scenario:
        """The capacity of a training plan ends, and the job waits for the next."""
        return evolve(_and(_lasting(_trained(self), after), "Pending", lasts), reserved=True)

    def then_completed(self, *, after: Duration | None = None) -> Scenario:
        """The job completes."""
        return _and(_uploaded(_lasting(_trained(self), after)), "Completed", 0)

    def then_failed(
        self,
        *,
        during: str = "Uploading",
        after: Duration | None = None,
        reason: str | None = None,
    ) -> Scenario:
        """The job fails during a status; most failing jobs upload first."""
        stage = _lasting(_reaching(self, during), after)
        why = reason or (FAILURE if during in ("Training", "Uploading") else CAPACITY)
        return evolve(stage, acts=(*stage.acts, Act(status="Failed", lasts=0, reason=why)))

    def then_failed_internally(self, *, after: Duration | None = None) -> Scenario:
        """The service fails and does not retry."""
        return self.then_failed(during="Training", after=after, reason=INTERNAL)

    def then_stopped(self, *, after: Duration | None = None, lag: Duration = 2) -> Scenario:
        """Someone stops the job: its primary status changes before its secondary."""
        last = _lasting(_started(self), after)
        request = Act(status="Stopping", lasts=seconds(lag), alone=True)
        stopping = _and(evolve(last, acts=(*last.acts, request)), "Stopping", _usual("Stopping"))
        return _and(_uploaded(stopping) if _has_trained(self) else stopping, "Stopped", 0)

    def then_out_of_time(self) -> Scenario:
        """The job trains until its run-time limit."""
        return _at_limit(_trained(self), "MaxRuntimeExceeded")

    def then_out_of_wait_time(self) -> Scenario:
        """Spot capacity does not come back before the waiting-time limit."""
        return evolve(_at_limit(_started(self), "MaxWaitTimeExceeded"), spot=True)

    def then_hanging(self) -> Scenario:
        """The last status lasts until someone, or a limit, ends the job."""
        return _lasting(_started(self), math.inf)

    def finding_issues(self, result: str = "IssuesFound") -> Scenario:
        """The debugger rules of the job have this result."""
        return evolve(self, findings=result)

    def printing(self, *lines: str) -> Scenario:
        """The script prints these lines, spread over its training; logs and metrics have them."""
        return evolve(self, lines=(*self.lines, *lines))

    def paying(self, share: float) -> Scenario:
        """A spot job pays for this share of its time."""
        return evolve(self, billed=share)

    def request(self, name: str, **members: Any) -> dict[str, Any]:
        """The arguments of a create_training_job that makes this scenario possible."""
        return {
            **_REQUEST,
            "TrainingJobName": name,
            **({"EnableManagedSpotTraining": True} if self.spot else {}),
            "StoppingCondition": _LIMITS if self.spot else {"MaxRuntimeInSeconds": 3_600},
            **({"RetryStrategy": {"MaximumRetryAttempts": self.retries}} if self.retries else {}),
            **({"ResourceConfig": _RESERVED} if self.reserved else {}),
            **members,
        }


def _usual(status: str) -> float:
    return LASTS.get(status, _ELSE)


def _and(
    scenario: Scenario, status: str, lasts: Duration, *, message: str | None = None
) -> Scenario:
    act = Act(status=status, lasts=seconds(lasts), message=message)
    return evolve(scenario, acts=(*scenario.acts, act))


def _lasting(scenario: Scenario, after: Duration | None) -> Scenario:
    """The scenario with this duration of its last act; unchanged for None."""
    if after is None:
        return scenario
    longer = evolve(scenario.acts[-1], lasts=seconds(after))
    return evolve(scenario, acts=(*scenario.acts[:-1], longer))


def _started(scenario: Scenario) -> Scenario:
    return scenario if scenario.acts else _and(scenario, "Starting", _usual("Starting"))


def _trained(scenario: Scenario) -> Scenario:
    begun = _started(scenario)
    if begun.acts[-1].status not in _BEFORE_TRAINING:
        return begun
    if begun.acts[-1].status != "Downloading":
        begun = _and(begun, "Downloading", _usual("Downloading"))
    return _and(begun, "Training", _usual("Training"))


def _has_trained(scenario: Scenario) -> bool:
    return any(act.status == "Training" for act in scenario.acts)


def _uploaded(scenario: Scenario) -> Scenario:
    uploads = scenario.acts[-1].status == "Uploading"
    return scenario if uploads else _and(scenario, "Uploading", _usual("Uploading"))


def _reaching(scenario: Scenario, status: str) -> Scenario:
    begun = _started(scenario)
    if begun.acts[-1].status == status:
        return begun
    if status == "Uploading":
        return _uploaded(_trained(begun))
    return _trained(begun) if status == "Training" else _and(begun, status, _usual(status))


def _at_limit(scenario: Scenario, status: str) -> Scenario:
    stopping = _and(scenario, "Stopping", _usual("Stopping"))
    return _and(_uploaded(stopping) if _has_trained(scenario) else stopping, status, 0)


_BUCKET = "s3://example-bucket"
_ARN = "arn:aws:sagemaker:us-east-1:123456789012"
_RESOURCES: dict[str, Any] = {
    "InstanceType": "ml.m5.large",
    "InstanceCount": 1,
    "VolumeSizeInGB": 30,
}
_RESERVED = {**_RESOURCES, "TrainingPlanArn": f"{_ARN}:training-plan/example-plan"}
_LIMITS = {"MaxRuntimeInSeconds": 3_600, "MaxWaitTimeInSeconds": 7_200}
_REQUEST: dict[str, Any] = {
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "OutputDataConfig": {"S3OutputPath": f"{_BUCKET}/output"},
    "ResourceConfig": _RESOURCES,
}


def on_demand() -> Scenario:
    """The start of an on-demand job."""
    return Scenario()


def spot() -> Scenario:
    """The start of a job with managed spot training."""
    return Scenario(spot=True)


def through(states: Iterable[State | str], *, lasts: Duration | None = None) -> Scenario:
    """The scenario that goes through these states, or secondary statuses, in order.

    If only the primaries of two states differ, the primary changes alone. Each lasts ``lasts``,
    by default the usual time of its status. Raises UsageError for an empty sequence.
    """
    acts: list[Act] = []
    before: State | None = None
    for state in states:
        alone = isinstance(state, State) and before is not None and _is_alone(before, state)
        status = state if isinstance(state, str) else state.position.secondary
        usual = _usual(status) if lasts is None else seconds(lasts)
        name = state.primary if alone and isinstance(state, State) else status
        acts.append(Act(status=name, lasts=usual, alone=alone))
        before = state if isinstance(state, State) else None
    if not acts:
        raise UsageError("Expected at least one status for a scenario but got none.")
    guards = {builtin_spec().secondary_by_name[a.status].guard for a in acts if not a.alone}
    return Scenario(acts=tuple(acts), spot=bool(guards - {None}))


def _is_alone(before: State, state: State) -> bool:
    return before.position == state.position and before.primary != state.primary


_BEGINNINGS: Mapping[str, Callable[..., Scenario]] = {
    "on_demand": on_demand,
    "spot": spot,
    "through": through,
}
_METHODS = frozenset(
    name
    for name, value in vars(Scenario).items()
    if callable(value) and not name.startswith("_") and name != "request"
)


def parsed(text: str) -> Scenario:
    """The scenario in a text such as ``spot().interrupted(after="10m").then_completed()``.

    Raises UsageError for anything but calls of scenarios with literal arguments.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return _scenario(tree)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UsageError(
            f"Expected a scenario such as spot().interrupted(after='10m').then_completed()"
            f" but got {text!r}: {error}"
        ) from error


def _scenario(node: ast.expr) -> Scenario:
    if not isinstance(node, ast.Call):
        raise UsageError("it is not a call")
    given: list[Any] = [ast.literal_eval(argument) for argument in node.args]
    named = {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
    target = node.func
    if isinstance(target, ast.Name) and target.id in _BEGINNINGS:
        return _BEGINNINGS[target.id](*given, **named)
    if isinstance(target, ast.Attribute) and target.attr in _METHODS:
        grown: Scenario = getattr(_scenario(target.value), target.attr)(*given, **named)
        return grown
    name = target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)
    raise UsageError(f"no scenario has {name!r}; there are {', '.join(sorted(_METHODS))}")
