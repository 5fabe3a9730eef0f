"""The members of a job that its guards, its limits and its attached machines decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainstate.history.instants import SECOND
from trainstate.machine.record import Record, training_seconds
from trainstate.spec.model import AttachedMachine, Guard, Member, Spec
from trainstate.testing.catalogue import ALWAYS, ARN, INPUT_MODES, OPTIONAL, chosen, fitting, kept

_LIMIT = 86_400
_SAMPLES = {"string": "example", "list": [], "integer": 1, "boolean": False}
_ALGORITHM = "AlgorithmSpecification"
_IMAGE = f"{ALWAYS['RoleArn'].split(':')[4]}.dkr.ecr.eu-west-1.amazonaws.com/train:1"


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
    for machine in spec.machines:
        if bits >> len(OPTIONAL) + spec.machines.index(machine) & 1:
            fields[machine.member] = attached(machine, machine.statuses[0])
    return fitting(fields, spec, fields)


def _needed(spec: Spec) -> Iterator[Member]:
    """The members that each response has and that no part of the model fills."""
    told = {"identity", "status", "time", "history"}
    own = {spec.layout.stopping, spec.layout.artifacts, _ALGORITHM}
    for member in spec.members:
        if member.required and member.role not in told and member.name not in own:
            yield member


def input_mode(file_mode: bool | None, number: int) -> str:
    """The input mode that goes with the option."""
    if file_mode is None:
        return INPUT_MODES[number % len(INPUT_MODES)]
    return INPUT_MODES[0] if file_mode else INPUT_MODES[1 + number % (len(INPUT_MODES) - 1)]


def attached(machine: AttachedMachine, status: str) -> Any:
    """The value of the member of an attached machine that has a status."""
    if not machine.status:
        return status
    item = {machine.status: status}
    return [{machine.key: "loss", **item}] if machine.items else item


def status_of(machine: AttachedMachine, value: Any) -> str:
    """The status in the value of the member of an attached machine."""
    item = value[0] if machine.items else value
    found: str = item[machine.status] if machine.status else item
    return found


def limited(spec: Spec, guards: frozenset[str], last: Record) -> dict[str, Any]:
    """The limits of a job that ended like this: reached where its end says so, else far off."""
    fields: dict[str, Any] = {spec.layout.stopping: {}} if spec.layout.stopping else {}
    reached = spec.time.limits.get(last.status)
    lived = ((last.ended or last.modified) - last.created) // SECOND
    from_creation = spec.time.spans.get(last.status) == spec.layout.created
    for status, pointer in spec.time.limits.items():
        if not _may_be_set(spec, guards, pointer):
            continue
        spent = lived if spec.time.spans.get(status) == spec.layout.created else None
        spent = (training_seconds(last, spec) or 0) if spent is None else spent
        near = pointer == reached or (reached is not None and from_creation)
        _set(fields, pointer, max(1, spent if pointer == reached else lived) if near else _FAR)
    return fields


_FAR = 30 * _LIMIT


def _may_be_set(spec: Spec, guards: frozenset[str], pointer: str) -> bool:
    """Holds unless the limit would show that a guard holds which does not."""
    return all(guard.name in guards for guard in spec.guards if guard.implied_by == pointer)


def _guard_value(spec: Spec, guard: Guard, holds: bool, budget: int) -> Any:
    """What stands at a guard's member; None where nothing does."""
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
    """One step of one attached machine that the job has: its member and the new value.

    While the job is active no machine has a status that can only come after its end.
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
