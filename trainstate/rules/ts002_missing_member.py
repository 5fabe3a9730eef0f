"""TS002 missing-member."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Place, Places, Severity, rule
from trainstate.rules.parts import Presence
from trainstate.spec.model import Spec


@rule(
    severity="error",
    sources=["api-members", "api-list"],
    message="`{member}` is absent",
    help="record the whole response; a simulator must return each member that the API requires",
    bad=[
        *(poll(ACTIVE, {f"/{name}": None}) for name in ("TrainingJobStatus", "CreationTime")),
        *(poll(ACTIVE, {f"/{name}": None}) for name in ("TrainingJobName", "StoppingCondition")),
    ],
    good=[ACTIVE, "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"],
)
def missing_member(presence: Presence) -> Places:
    """A response lacks a member that the service always gives.

    Without status or identity a response says little about its job. If only the name, the ARN
    or the limits are missing from a whole response, someone removed them: that is only
    suspicious. A member missing from an excerpt is not a fault, but without statuses and
    history the verdict stays open.
    """
    layout, absent = presence.spec.layout, list(_absent(presence))
    for name in absent:
        if name == layout.name and layout.arn in absent:
            continue  # no job is named: one fault
        severity = _severity(presence, name)
        unclear = severity is not Severity.ERROR and name in (layout.primary, layout.secondary)
        unknown = unclear and not presence.history
        yield Place(pointer=f"/{name}", facts={"member": name}, severity=severity, unknown=unknown)


def _severity(presence: Presence, name: str) -> Severity:
    if not _is_alone(presence, name):
        return Severity.INFO
    if name in _needed(presence):
        return Severity.ERROR
    return Severity.INFO if presence.kind is Kind.SUMMARY else Severity.WARNING


def _absent(presence: Presence) -> Iterator[str]:
    required = _required(presence.spec, presence.kind)
    return (name for name in required if name not in presence.present)


@cache
def _required(spec: Spec, kind: Kind) -> tuple[str, ...]:
    """Required members of a kind of response; none for a log."""
    layout = spec.layout
    listed = {layout.name, layout.arn, layout.created, layout.primary}
    return tuple(
        member.name
        for member in (spec.members if kind is not Kind.LOG else ())
        if member.required
        and (kind is not Kind.SUMMARY or member.name in listed)
        and member.name != layout.artifacts  # recordings of active jobs have none
    )


def _is_alone(presence: Presence, name: str) -> bool:
    """Whether a member is the only one missing of those that the service always gives."""
    if presence.kind is Kind.SUMMARY:
        return not presence.trimmed
    return presence.whole_but_for(name)


def _needed(presence: Presence) -> set[str]:
    layout, created = presence.spec.layout, presence.configured
    needed = {layout.primary, layout.secondary} | ({layout.created} if created else set())
    return needed | ({layout.arn} if layout.name not in presence.present else set())
