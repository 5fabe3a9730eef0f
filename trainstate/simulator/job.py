"""A simulated job: its record and its future. Pure functions advance it in time."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from trainstate.history.instants import Instant
from trainstate.history.model import Kind, Origin, Response
from trainstate.machine.guards import Configuration, configuration
from trainstate.machine.record import Record, change_primary, create, enter, rewrite, touch
from trainstate.simulator.attached import after_end, at_creation, is_available
from trainstate.simulator.errors import facts
from trainstate.simulator.plan import (
    ENTER,
    FORGET,
    PRIMARY,
    REWRITE,
    PlannedStep,
    fitted,
    laid_out,
    limits,
    printed,
)
from trainstate.simulator.scenario import FAILURE, Scenario
from trainstate.spec.model import Spec

_NOT_SHOWN = {"TrainingJobName", "Tags", "SessionChainingConfig"}
_REASON, _MODEL = "FailureReason", "ModelArtifacts"


@frozen(kw_only=True)
class Job:
    """A job of the simulator.

    ``plan`` is what happens next, in order, if nobody interferes. ``findings`` is the result of
    its rule evaluations, ``lines`` are what its script prints, and when. ``gone`` marks a deleted
    job.
    """

    record: Record
    plan: tuple[PlannedStep, ...]
    tags: Mapping[str, str] = field(factory=dict)
    findings: str = ""
    gone: bool = False
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def arn(self) -> str:
        """The ARN of the job."""
        return self.record.arn

    @property
    def created(self) -> int:
        """When it was created."""
        return self.record.created

    @property
    def modified(self) -> int:
        """When it last changed."""
        return self.record.modified

    @property
    def status(self) -> str:
        """Its primary status."""
        return self.record.state.primary

    @property
    def fields(self) -> Mapping[str, Any]:
        """What a response shows of its configuration and attached machines."""
        return self.record.fields

    @property
    def has_pool(self) -> bool:
        """Whether its instances wait for another job."""
        return is_available(self.record)

    @property
    def parent(self) -> str | None:
        """The tuning job that created it."""
        parent: str | None = self.record.fields.get("TuningJobArn")
        return parent


def config_of(fields: Mapping[str, Any], spec: Spec) -> Configuration:
    """The guards that a job's configuration establishes."""
    blank = Response(kind=Kind.RESPONSE, members=fields, origin=Origin(whole=True))
    return configuration(blank, spec)


def fields_of(request: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The members that show from the creation on, by the creation request."""
    shown = {
        name: value
        for name, value in request.items()
        if name in spec.member_by_name and name not in _NOT_SHOWN
    }
    return filled(shown)


def begun(
    request: Mapping[str, Any], scenario: Scenario, *, spec: Spec, arn: str, at: Instant
) -> Job:
    """The job that a request creates, with its scenario.

    Raises IllegalMoveError if the scenario is impossible for the configuration.
    """
    fields = fields_of(request, spec)
    acts = fitted(scenario.first_acts, limits(fields, spec), spec)
    first, *plan = laid_out(acts, at)
    name = request["TrainingJobName"]
    record = create(
        spec,
        name=name,
        arn=arn,
        at=at,
        status=first.value,
        message=first.message,
        config=config_of(fields, spec),
        fields={**fields, **at_creation(fields, arn, at)},
        outcome={_MODEL: _artifacts(fields["OutputDataConfig"], name)},
        billed=scenario.billed,
    )
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
    job = Job(
        record=record,
        plan=tuple(plan),
        tags=tags,
        findings=scenario.findings,
        lines=tuple(printed(acts, scenario.lines, at)),
    )
    for _ in passing(job, None, spec):
        pass  # an impossible scenario is refused now, not when its time has come
    return job


def passing(job: Job, until: int | None, spec: Spec) -> Iterator[Job]:
    """The job after each step that is due at an instant; None is the end of time."""
    while job.plan and (until is None or job.plan[0].at <= until) and not job.gone:
        step, *rest = job.plan
        job = applied(evolve(job, plan=tuple(rest)), step, spec)
        yield job


def applied(job: Job, step: PlannedStep, spec: Spec) -> Job:
    """The job after one step. Raises IllegalMoveError if the machine lacks it."""
    record, at = job.record, step.at
    if step.kind == FORGET:
        return evolve(job, gone=True)
    if step.kind == REWRITE:
        return evolve(job, record=rewrite(record, step.value, at=at))
    if step.kind == ENTER:
        entered = enter(record, spec, step.value, at=at, message=step.message)
        return _settled(job, _explained(entered, step.reason))
    if step.kind == PRIMARY:
        return _settled(job, change_primary(record, spec, step.value, at=at))
    return evolve(job, record=touch(record, at=at, fields=step.fields))


def _artifacts(output: Mapping[str, Any], name: str) -> dict[str, str]:
    """The model's location in the output configuration."""
    base = output["S3OutputPath"].removesuffix("/")
    file = "model" if output.get("CompressionType") == "NONE" else "model.tar.gz"
    return {"S3ModelArtifacts": f"{base}/{name}/output/{file}"}


def _explained(record: Record, reason: str | None) -> Record:
    if reason is None:
        return record
    return evolve(record, outcome={**record.outcome, _REASON: reason})


def _settled(job: Job, record: Record) -> Job:
    """The job with a new record, and with what follows its end if it has just ended."""
    ended = job.record.ended is None and record.ended is not None
    if not ended:
        return evolve(job, record=record)
    record = _explained(record, record.outcome.get(_REASON, FAILURE))
    if any(entry.status == "Uploading" for entry in record.history):
        # Uploaded artifacts exist, however the job ended.
        fields = {**record.fields, _MODEL: record.outcome[_MODEL]}
        record = evolve(record, fields=fields)
    follows = tuple(after_end(record, job.findings))
    return evolve(job, record=record, plan=follows)


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members with the service's defaults; requested values stay."""
    whole = dict(members)
    for row in facts()["filled"]:
        *path, name = row["path"].split("/")
        for place in _places(whole, path):
            place.setdefault(name, bool(place.get(row["as"])) if "as" in row else row["value"])
    return whole


def _places(whole: dict[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
    """The structures at a path, each item of a list, copied on the way."""
    if not path:
        yield whole
        return
    name, *rest = path
    inner = whole.get(name)
    if isinstance(inner, Mapping):
        whole[name] = dict(inner)
        yield from _places(whole[name], rest)
    elif isinstance(inner, list):
        whole[name] = [dict(item) for item in inner]
        for item in whole[name]:
            yield from _places(item, rest)


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
