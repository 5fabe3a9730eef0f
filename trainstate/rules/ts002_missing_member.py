"""TS002 missing-member."""

from collections.abc import Iterator
from functools import cache

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Presence
from trainstate.spec.model import Member, Spec

_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}


@rule(
    severity="error",
    sources=["api-members", "api-list", "recordings-responses"],
    message="`{member}` is absent",
    help="record the whole response; a simulator must return each member that the API requires",
    bad=[
        *(poll(ACTIVE, {f"/{name}": None}) for name in ("TrainingJobStatus", "CreationTime")),
        *(poll(ACTIVE, {f"/{name}": None}) for name in ("TrainingJobName", "StoppingCondition")),
        *(poll(ACTIVE, {f"/{name}": None}) for name in ("RoleArn", "LastModifiedTime")),
    ],
    good=[
        ACTIVE,
        DONE,
        poll(ACTIVE, {"/RoleArn": None, "/OutputDataConfig": None}),
        poll(ACTIVE, {"/AlgorithmSpecification": None} | _SERVERLESS),
    ],
)
def missing_member(presence: Presence) -> Violations:
    """A response lacks a member that the service always gives.

    Without status or identity a response says little about its job. If only one member is missing
    from a whole response, and it is the name, the ARN, the limits or one that every recorded whole
    response has, someone removed it: that is only suspicious. A client older than the member does
    not show it. A member missing from an excerpt is not a fault, but without statuses and history
    the verdict stays open.
    """
    layout, absent = presence.spec.layout, list(_absent(presence))
    for name in absent:
        if name == layout.name and layout.arn in absent:
            continue  # no job is named: one fault
        severity = _severity(presence, name)
        unclear = severity is not Severity.ERROR and name in (layout.primary, layout.secondary)
        unknown = unclear and not presence.history
        yield Violation(
            pointer=f"/{name}", facts={"member": name}, severity=severity, unknown=unknown
        )


def _severity(presence: Presence, name: str) -> Severity:
    if not _is_alone(presence, name):
        return Severity.INFO
    if name in _needed(presence):
        return Severity.ERROR
    return Severity.INFO if presence.kind is Kind.SUMMARY else Severity.WARNING


def _absent(presence: Presence) -> Iterator[str]:
    """The members that are absent; those that no API requires only where they are all that is."""
    for name in _required(presence.spec, presence.kind):
        if name not in presence.present:
            yield name
    for name in presence.lacking:
        if _is_dropped(presence, presence.spec.member_by_name[name]):
            yield name


def _is_dropped(presence: Presence, member: Member) -> bool:
    """Whether a member that no API requires is all that is absent, and the client knows it."""
    known, present = presence.spec.member_by_name, presence.present
    if not member.always or member.name == presence.spec.layout.history:  # TS309's
        return False
    if member.unless in present or not presence.whole_but_for(member.name):
        return False
    return max((known[name].since for name in present), default="") >= member.since


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
