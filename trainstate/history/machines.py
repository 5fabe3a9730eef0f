"""Which machine a record is of: its member names or its ARN decide.

A record with the primary status of the requested specification is its own without further look.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from trainstate.spec.facts import RecordLayout
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

_ARN = re.compile(r"arn:[^:\s]*:([^:\s]*):[^:\s]*:[^:\s]*:([^/:\s]+)/")


def machine_of(value: Mapping[Any, Any], spec: Spec) -> Spec:
    """The specification whose names a mapping has most of; the given one by default."""
    if spec.layout.primary in value:
        return spec
    names = {folded(name) for name in value if isinstance(name, str)}
    best, most = spec.name, 0
    for name, layout in spec.known.items():
        shown = len(names & _named(layout))
        if shown > most and (name == spec.name or _is_own(value, layout, spec)):
            best, most = name, shown
    return spec.of_machine(best)


def of_arn(arn: str, spec: Spec) -> Spec | None:
    """The specification of the machine that an ARN names; None if it is unknown."""
    found = _ARN.match(arn)
    name = None if found is None else _by_resource(spec).get(found.groups())
    return None if name is None else spec.of_machine(name)


def machine_named(job: str, spec: Spec | None) -> Spec:
    """The given specification, else the one for a job's ARN, else the built-in one."""
    return spec or of_arn(job, builtin_spec()) or builtin_spec()


def unknown_machine(text: str, spec: Spec) -> str | None:
    """The resource type of the first ARN of a machine without facts; None if there is none."""
    services = {layout.service for layout in spec.known.values()}
    found = (arn.groups() for arn in _ARN.finditer(text))
    return next((r for s, r in found if s in services and (s, r) not in _by_resource(spec)), None)


@cache
def named_by(part: str, spec: Spec) -> Mapping[str, str]:
    """The machines whose records are read, keyed by one field of their layouts.

    Python libraries write names in snake_case, so that is a key too.
    """
    named: dict[str, str] = {}
    for name, layout in spec.family.items():
        written = getattr(layout, part)
        named |= dict.fromkeys(filter(None, (written, _snake(written))), name)
    return named


def markers(spec: Spec, *, names: bool = True) -> Iterator[str]:
    """The folded names of members that identify a job's record.

    ``names`` includes the job's name, which requests have too.
    """
    for layout in spec.family.values():
        shown = (layout.name if names else "", layout.arn, layout.primary, layout.history)
        yield from (folded(name) for name in shown if name)


def family_of(called: str, spec: Spec) -> str:
    """The name of the job that started this one, as its name shows; else the name itself."""
    began = _children(spec)
    found = None if began is None else began.fullmatch(called)
    return called if found is None else found[1]


@cache
def _children(spec: Spec) -> re.Pattern[str] | None:
    """Matches names of jobs that others started; group 1 is the parent's name."""
    ends = [layout.children for layout in spec.family.values() if layout.children]
    return re.compile(rf"(.+?)(?:{'|'.join(ends)})", re.DOTALL) if ends else None


def folded(name: str) -> str:
    """A name in lower case without underscores: equal in every notation."""
    return name.replace("_", "").casefold()


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@cache
def _named(layout: RecordLayout) -> frozenset[str]:
    return frozenset(folded(name) for name in (layout.name, layout.arn, layout.primary) if name)


@cache
def _by_resource(spec: Spec) -> Mapping[tuple[str | Any, ...], str]:
    return {(layout.service, layout.resource): name for name, layout in spec.known.items()}


def _is_own(value: Mapping[Any, Any], layout: RecordLayout, spec: Spec) -> bool:
    """Whether a record's ARN, if there is one, is of a known machine.

    Other services share some names. A known machine's ARN in another's record is a fault to report.
    """
    arns = (value[name] for name in value if folded(str(name)) == folded(layout.arn))
    found = (_ARN.match(arn) for arn in arns if isinstance(arn, str))
    return all(arn is None or arn.groups() in _by_resource(spec) for arn in found)
