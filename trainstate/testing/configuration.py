"""The members of a job: values for those outside the model, and what the model decides.

The values are in ``jobs.toml``; members that a specification lacks are left out. Guards, limits
and attached machines decide the others.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from trainstate.history.instants import SECOND
from trainstate.machine.record import Record, training_seconds
from trainstate.spec.model import AttachedMachine, Guard, Member, Spec

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


def arn_of(name: str, spec: Spec) -> str:
    """The ARN of a job, with its name in lower case as the service writes it."""
    return f"{ARN}:{spec.layout.resource or spec.name}/{name.lower()}"


INPUT_MODES = ("File", "FastFile", "Pipe")
"""The first one downloads the data before training."""

_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/train:1"
_JOBS: Mapping[str, Any] = tomllib.loads(
    resources.files("trainstate.testing").joinpath("jobs.toml").read_text("utf-8")
)
ALWAYS, OPTIONAL, OUTCOME, RESULTS, MESSAGES, SHARES, SECONDS = (
    _JOBS[name]
    for name in ("always", "optional", "outcome", "results", "messages", "shares", "seconds")
)
"""Members of jobs by the time when they come, messages, and what is usual in production."""


def kept(members: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The members that the specification has."""
    known = {member.name for member in spec.members if member.role != "identity"}
    return {name: value for name, value in members.items() if name in known}


def chosen(members: Mapping[str, Any], spec: Spec, bits: int) -> dict[str, Any]:
    """The members with their bit set, if the specification has them."""
    known = kept(members, spec)
    return {name: value for at, (name, value) in enumerate(known.items()) if bits >> at & 1}


def fitting(members: Mapping[str, Any], spec: Spec, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The members without those that need an absent one."""
    needed = ((name, spec.member_by_name[name].only_with) for name in members)
    return {name: members[name] for name, other in needed if not other or other in beside}


def dated(members: Mapping[str, Any], spec: Spec, at: datetime) -> dict[str, Any]:
    """The members, with this time in each list whose items have one."""
    found = dict(members)
    for member, time in (pointer.strip("/").split("/") for pointer in spec.layout.moments):
        if member in found:
            found[member] = [{**item, time: at} for item in found[member]]
    return found


def message(status: str, times: int) -> str:
    """The message of an entry after so many rewrites."""
    texts = MESSAGES.get(status)
    if texts is None:
        return status if not times else f"{status} ({times})"
    return str(texts[times % len(texts)])


_LIMIT = 86_400
_SAMPLES = {"string": "example", "list": [], "integer": 1, "boolean": False}
_ALGORITHM = "AlgorithmSpecification"
_POOL, _SPOT = "WarmPoolStatus", "EnableManagedSpotTraining"


def configured(
    spec: Spec, guards: frozenset[str], *, budget: int, bits: int, mode: str
) -> dict[str, Any]:
    """The configuration of a job for which these guards hold, without its limits."""
    needed = {member.name: _SAMPLES.get(member.type, {}) for member in _needed(spec)}
    fields = {**needed, **kept(ALWAYS, spec), **chosen(OPTIONAL, spec, bits)}
    if _ALGORITHM in spec.member_by_name:
        fields[_ALGORITHM] = {"TrainingImage": _IMAGE, "TrainingInputMode": mode}
    for guard in spec.guards:
        _set(fields, guard.member, _guard_value(spec, guard, guard.name in guards, budget))
    for number, machine in enumerate(spec.machines, len(OPTIONAL)):
        if bits >> number & 1:
            fields[machine.member] = attached(machine, machine.statuses[0])
            if machine.configured:
                # A rule is evaluated because the job was created with it.
                fields[machine.configured] = OPTIONAL[machine.configured]
    if fields.get(_SPOT):
        fields.pop(_POOL, None)
    elif _POOL in fields:
        fields["ResourceConfig"] = {**fields["ResourceConfig"], "KeepAlivePeriodInSeconds": 600}
    return fitting(fields, spec, fields)


def _needed(spec: Spec) -> Iterator[Member]:
    """Required members that no part of the model fills."""
    filled = {"identity", "status", "time", "history"}
    own = {spec.layout.stopping, spec.layout.artifacts, _ALGORITHM}
    for member in spec.members:
        if member.required and member.role not in filled and member.name not in own:
            yield member


def input_mode(file_mode: bool | None, number: int) -> str:
    """The input mode for the option."""
    if file_mode is None:
        return INPUT_MODES[number % len(INPUT_MODES)]
    return INPUT_MODES[0] if file_mode else INPUT_MODES[1 + number % (len(INPUT_MODES) - 1)]


def attached(machine: AttachedMachine, status: str) -> Any:
    """The value of an attached machine's member with a status."""
    if not machine.status:
        return status
    item = {machine.status: status}
    return [{machine.key: "loss", **item}] if machine.items else item


def status_of(machine: AttachedMachine, value: Any) -> str:
    """The status in the value of an attached machine's member."""
    item = value[0] if machine.items else value
    found: str = item[machine.status] if machine.status else item
    return found


def limited(spec: Spec, guards: frozenset[str], last: Record) -> dict[str, Any]:
    """The limits of a job with this end: reached if the end says so, else far off."""
    fields: dict[str, Any] = {spec.layout.stopping: {}} if spec.layout.stopping else {}
    reached = spec.time.limits.get(last.status)
    lived = ((last.ended or last.modified) - last.created) // SECOND
    from_creation = spec.time.spans.get(last.status) == spec.layout.created
    for status, pointer in spec.time.limits.items():
        proven = (guard.name for guard in spec.guards if guard.implied_by == pointer)
        if not guards.issuperset(proven):
            continue
        spent = lived if spec.time.spans.get(status) == spec.layout.created else None
        spent = (training_seconds(last, spec) or 0) if spent is None else spent
        near = pointer == reached or (reached is not None and from_creation)
        _set(fields, pointer, max(1, spent if pointer == reached else lived) if near else _FAR)
    return fields


_FAR = 30 * _LIMIT


def _guard_value(spec: Spec, guard: Guard, holds: bool, budget: int) -> Any:
    """The value of a guard's member; None if absent."""
    steps = guard.member.strip("/").split("/")
    member = spec.member_by_name.get(steps[0])
    if member is not None and member.type == "boolean" and len(steps) == 1:
        return holds
    if not holds:
        return None
    if guard.budget is not None and guard.budget.startswith(f"{guard.member}/"):
        return {guard.budget.rpartition("/")[2]: budget}
    return f"{ARN}:training-plan/example-plan"


def _set(fields: dict[str, Any], pointer: str, value: Any) -> None:
    """Sets a value at a JSON pointer, in copies of the structures on the way."""
    if value is None:
        return
    *path, last = pointer.strip("/").split("/")
    for step in path:
        fields[step] = dict(fields.get(step) or {})
        fields = fields[step]
    fields[last] = value


def machine_steps(spec: Spec, record: Record, pick: int) -> Iterator[tuple[str, Any]]:
    """One step of one of the job's attached machines: its member and the new value.

    While the job is active, no machine has a status that comes only after its end.
    """
    fields, active = record.fields, record.ended is None
    present = [machine for machine in spec.machines if machine.member in fields]
    if not present:
        return
    machine = present[pick % len(present)]
    before = status_of(machine, fields[machine.member])
    late = machine.after_end if active else ()
    following = [end for start, end in machine.transitions if start == before and end not in late]
    if following:
        after = following[pick // len(present) % len(following)]
        yield machine.member, attached(machine, after)
