"""Tells a whole response from an excerpt, which a person or a script made of one.

``describe-training-job --query '{...}'`` prints an excerpt, and so do many loggers. What an excerpt
omits proves nothing, nor does what a search omits, or a client older than the member.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from trainstate.history.instants import SECOND, same_instant, since
from trainstate.history.model import Kind, Response
from trainstate.spec.model import Evidence, Member, Spec

_RELEASES = timedelta(days=60)
"""Members released within this time are nearly always in the same client."""


def absent_members(response: Response, spec: Spec) -> tuple[str, ...]:
    """The members that the service always returns and a response lacks.

    They are those that the API requires and those that all recordings have, without the artifacts:
    active jobs have none, although the API requires them.
    """
    if response.lacking is not None:
        return response.lacking
    return lacking(response.members, spec)


def lacking(members: Mapping[str, Any], spec: Spec) -> tuple[str, ...]:
    """The members that the service always returns and a mapping lacks."""
    return tuple([name for name in always_given(spec) if members.get(name) is None])


def is_configured(response: Response, spec: Spec) -> bool:
    """Whether a response has all configuration that the service always returns."""
    members = response.members
    return all(members.get(name) is not None for name in _configuration(spec))


def is_whole(response: Response, spec: Spec) -> bool:
    """Whether a response has all that the service always returns, so that nothing was omitted."""
    return response.origin.whole or not absent_members(response, spec)


def leaves_out(response: Response, name: str, spec: Spec) -> bool:
    """Whether a response may omit a configuration member that the job has.

    Some responses of 2018 and of some simulators are whole except for the history.
    """
    if response.kind is Kind.SEARCH and name in spec.layout.unsearched:
        return True
    if response.origin.whole or not response.described:
        return not response.origin.whole
    return any(absent != spec.layout.history for absent in absent_members(response, spec))


def was_unknown(response: Response, name: str, spec: Spec) -> bool:
    """Whether a response's client may be too old to show a member that the job has.

    A job created before the member existed has none, whatever the client.
    """
    member, created = spec.member_by_name.get(name), response.created
    began = None if member is None else since(member.since)
    if member is None or began is None or response.origin.whole:
        return False
    born_later = created is None or created >= began
    return born_later and not knows(newest(response.members, spec), member)


def may_be_unshown(response: Response, name: str, spec: Spec) -> bool:
    """Whether the client may not know a member, or the response may be a search result without it.

    A search result that was taken out of its page looks like a response if the job has no tags.
    """
    return name in spec.layout.unsearched or was_unknown(response, name, spec)


def newest(members: Mapping[str, Any], spec: Spec) -> str:
    """The release day of the youngest member present; the client is no older."""
    known = spec.member_by_name
    there = (name for name, value in members.items() if value is not None and name in known)
    return max((known[name].since for name in there), default="")


def knows(day: str, member: Member) -> bool:
    """Whether a client of this day knows a member: one released by then, or soon after."""
    if member.since <= day:
        return True
    return bool(day) and date.fromisoformat(member.since) - date.fromisoformat(day) <= _RELEASES


def is_tail(response: Response, spec: Spec, created: int | None = None) -> bool:
    """Whether the front of an excerpt's history was cut off, as ``Transitions[-1:]`` does.

    Its first entry has no initial status, or starts after the job. An initial status that no
    recording begins with may follow another one within the job's first second.
    """
    entries, created = response.history, response.created or created
    if not entries or not response.described or is_whole(response, spec):
        return False
    first = entries[0]
    begun = spec.initial_by_secondary.get(first.status)
    if begun is None and first.status in spec.secondary_by_name:
        return True
    if created is None or first.start is None:
        return False
    rare = begun is not None and begun.evidence is Evidence.INFERRED
    later = first.start > created and not same_instant(first.start, created)
    return first.start - created >= SECOND or (rare and later)


@cache
def always_given(spec: Spec) -> tuple[str, ...]:
    """The members that the service always returns, in the order of the facts."""
    return tuple(
        member.name
        for member in spec.members
        if (member.required and member.name != spec.layout.artifacts) or member.always
    )


@cache
def _configuration(spec: Spec) -> tuple[str, ...]:
    """The configuration that the service always returns; all of it if no fact says so."""
    shown = {member.name for member in spec.members if member.role.endswith("configuration")}
    return tuple(name for name in always_given(spec) if name in shown) or tuple(sorted(shown))
