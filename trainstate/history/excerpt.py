"""What tells a whole response from an excerpt, which a person or a script made of one.

``describe-training-job --query '{...}'`` writes what was asked for, and so does a log line of
one's own. What an excerpt leaves out says nothing of the job, and neither does what a search
leaves out, or a client that is older than the member.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from trainstate.history.instants import SECOND, since
from trainstate.history.model import Kind, Response
from trainstate.spec.model import Member, Spec

_RELEASES = timedelta(days=60)
"""The time between two releases of which a client is hardly ever the first, and not the second."""


def absent_members(response: Response, spec: Spec) -> tuple[str, ...]:
    """The members that the service always gives and a response lacks.

    They are those that the API requires, and those that all recordings have. Recordings of
    active jobs have no artifacts, though they are required.
    """
    if response.lacking is not None:
        return response.lacking
    return lacking(response.members, spec)


def lacking(members: Mapping[str, Any], spec: Spec) -> tuple[str, ...]:
    """The members that the service always gives and a mapping lacks."""
    return tuple([name for name in always_given(spec) if members.get(name) is None])


def is_configured(response: Response, spec: Spec) -> bool:
    """Holds if a response has all configuration that the service always gives."""
    members = response.members
    return all(members.get(name) is not None for name in _configuration(spec))


def is_whole(response: Response, spec: Spec) -> bool:
    """Holds if a response has all that the service always gives, so that nothing was left out."""
    return response.origin.whole or not absent_members(response, spec)


def leaves_out(response: Response, name: str, spec: Spec) -> bool:
    """Holds if a response may lack a member of the configuration that the job has.

    Some responses of 2018 and those of some simulators are whole but for the history.
    """
    if response.kind is Kind.SEARCH and name in spec.layout.unsearched:
        return True
    if response.origin.whole or not response.described:
        return not response.origin.whole
    return any(absent != spec.layout.history for absent in absent_members(response, spec))


def was_unknown(response: Response, name: str, spec: Spec) -> bool:
    """Holds if the client of a response may be too old to show a member that its job has.

    A job that was created before there was the member has none, whoever shows it.
    """
    member, created = spec.member_by_name.get(name), response.created
    began = None if member is None else since(member.since)
    if member is None or began is None or response.origin.whole:
        return False
    born_later = created is None or created >= began
    return born_later and not knows(newest(response.members, spec), member)


def may_be_unshown(response: Response, name: str, spec: Spec) -> bool:
    """Holds for a member that the client may not know; or no search, and the response may be one.

    A result that was taken from its page, of a job without tags, looks like a response.
    """
    return name in spec.layout.unsearched or was_unknown(response, name, spec)


def newest(members: Mapping[str, Any], spec: Spec) -> str:
    """The day of the youngest member that is there: the client is no older."""
    known = spec.member_by_name
    there = (name for name, value in members.items() if value is not None and name in known)
    return max((known[name].since for name in there), default="")


def knows(day: str, member: Member) -> bool:
    """Holds if a client that knows what came on a day knows a member: it came no later, or soon."""
    if member.since <= day:
        return True
    return bool(day) and date.fromisoformat(member.since) - date.fromisoformat(day) <= _RELEASES


def is_tail(response: Response, spec: Spec, created: int | None = None) -> bool:
    """Holds if the front of an excerpt's history was cut off, as ``Transitions[-1:]`` does.

    Its first entry is none with which a job begins, or begins later than the job.
    """
    entries, created = response.history, response.created or created
    if not entries or not response.described or is_whole(response, spec):
        return False
    first = entries[0]
    if first.status in spec.secondary_by_name and first.status not in spec.initial_by_secondary:
        return True
    if created is None or first.start is None:
        return False
    return first.start - created >= SECOND


@cache
def always_given(spec: Spec) -> tuple[str, ...]:
    """The members that the service always gives, in the order of the facts."""
    return tuple(
        member.name
        for member in spec.members
        if (member.required and member.name != spec.layout.artifacts) or member.always
    )


@cache
def _configuration(spec: Spec) -> tuple[str, ...]:
    """The configuration that the service always gives; all there is where no fact says so."""
    shown = {member.name for member in spec.members if member.role.endswith("configuration")}
    return tuple(name for name in always_given(spec) if name in shown) or tuple(sorted(shown))
