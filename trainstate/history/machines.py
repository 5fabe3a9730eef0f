"""Which machine a record is of: told by the members that only its responses have, or by an ARN.

A record that names the status of the specification that is asked for is its own at one look; the
others are looked at where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from trainstate.spec.facts import RecordLayout
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

_ARN = re.compile(r"arn:[^:\s]*:([^:\s]*):[^:\s]*:[^:\s]*:([^/:\s]+)/")


def machine_of(value: Mapping[Any, Any], spec: Spec) -> Spec:
    """The specification of the machine that a mapping names most of; the given one by default."""
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
    """The specification of the machine that an ARN names; None for none that is known."""
    found = _ARN.match(arn)
    name = None if found is None else _by_resource(spec).get(found.groups())
    return None if name is None else spec.of_machine(name)


def machine_named(job: str, spec: Spec | None) -> Spec:
    """The specification that was asked for, or that of the machine which a job's ARN names."""
    return spec or of_arn(job, builtin_spec()) or builtin_spec()


def unknown_machine(text: str, spec: Spec) -> str | None:
    """The type of the resource in the first ARN of a machine that has no facts; None for none."""
    services = {layout.service for layout in spec.known.values()}
    found = (arn.groups() for arn in _ARN.finditer(text))
    return next((r for s, r in found if s in services and (s, r) not in _by_resource(spec)), None)


@cache
def named_by(part: str, spec: Spec) -> Mapping[str, str]:
    """The machines whose records are read, by what a part of their layouts says.

    Libraries of Python write a name in snake_case.
    """
    named: dict[str, str] = {}
    for name, layout in spec.family.items():
        written = getattr(layout, part)
        named |= dict.fromkeys(filter(None, (written, _snake(written))), name)
    return named


def tellers(spec: Spec, *, names: bool = True) -> Iterator[str]:
    """The members that tell a job of the machines that are read, as names are compared.

    A request has a job's name, too.
    """
    for layout in spec.family.values():
        shown = (layout.name if names else "", layout.arn, layout.primary, layout.history)
        yield from (folded(name) for name in shown if name)


def family_of(called: str, spec: Spec) -> str:
    """The name of the job that began one of this name, as its name tells; else the name itself."""
    began = _children(spec)
    found = None if began is None else began.fullmatch(called)
    return called if found is None else found[1]


@cache
def _children(spec: Spec) -> re.Pattern[str] | None:
    """What tells the names of jobs that others began, with the name of the other in them."""
    ends = [layout.children for layout in spec.family.values() if layout.children]
    return re.compile(rf"(.+?)(?:{'|'.join(ends)})", re.DOTALL) if ends else None


def folded(name: str) -> str:
    """A name as names are compared, whatever notation it is in."""
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
    """Holds if the ARN of a record, where it has one, is of a known machine.

    Some names are used by others, too; a known machine's ARN in another's record is a fault.
    """
    arns = (value[name] for name in value if folded(str(name)) == folded(layout.arn))
    found = (_ARN.match(arn) for arn in arns if isinstance(arn, str))
    return all(arn is None or arn.groups() in _by_resource(spec) for arn in found)
