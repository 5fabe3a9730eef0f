"""A hyperparameter tuning job: its request and its progress."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from trainstate.history.instants import Instant
from trainstate.simulator.timeline import PlannedStep


@frozen(kw_only=True)
class Tuning:
    """A tuning job: its request, and the number of children created.

    ``plan`` has its run-time limit, if there is one.
    """

    arn: str
    created: Instant
    modified: Instant
    status: str
    request: Mapping[str, Any]
    launched: int = 0
    ended: Instant | None = None
    reason: str | None = None
    plan: tuple[PlannedStep, ...] = ()
    tags: Mapping[str, str] = field(factory=dict)

    has_pool = False
    parent = None

    @property
    def name(self) -> str:
        """The name of the tuning job."""
        name: str = self.request["HyperParameterTuningJobName"]
        return name

    @property
    def fields(self) -> Mapping[str, Any]:
        """Nothing that a list filter uses."""
        return {}

    @property
    def limits(self) -> Mapping[str, Any]:
        """How many children it may have, in all and at once."""
        limits: Mapping[str, Any] = self.request["HyperParameterTuningJobConfig"]["ResourceLimits"]
        return limits

    @property
    def definitions(self) -> list[Mapping[str, Any]]:
        """The definitions of its children, used in turn."""
        one = self.request.get("TrainingJobDefinition")
        return [one] if one else list(self.request.get("TrainingJobDefinitions") or ())
