"""Recognising a poll that shows what the one before it showed, at the price of a comparison.

Only dictionaries of boto3 are compared, because its parser gives every member the type
of the API's model; anything else is read and judged again. The comparison is of
everything that a rule can read, so that nothing can be hidden from the check.

Two datetimes with a time zone object each are slow to compare, because each asks its
zone for the offset. So their parts are compared: date, wall time, and the class of the
zone, which for the two classes that boto3 uses says all of it. A response with a wall
time that a zone has twice is not compared so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from attrs import field, frozen

from trainstate.spec.model import Spec

MARK = "ResponseMetadata"
"""The member that boto3 adds to every response, different each time."""
# dateutil is boto3's dependency and not ours, so that its classes are known by name.
_ZONES = {("dateutil.tz.tz", "tzlocal"), ("dateutil.tz.tz", "tzutc")}
_zone = attrgetter("tzinfo")


@frozen(kw_only=True)
class _Form:
    """Which members are moments, and how to take an entry apart."""

    history: str
    moments: tuple[str, ...]
    entry: itemgetter[Any]
    end: str

    def parts(self, response: dict[str, Any]) -> tuple[Any, ...]:
        """The texts of the history and all moments, in a form that compares fast.

        Raises KeyError, TypeError, ValueError or AttributeError for what boto3 would
        not give.
        """
        history = response[self.history]
        statuses, messages, starts = zip(*map(self.entry, history), strict=False)
        ends = [entry.get(self.end) for entry in history]
        if ends[-1] is None:
            ends.pop()
        moments = [response[name] for name in self.moments]
        moments += starts
        moments += ends
        return (
            statuses,
            messages,
            list(map(datetime.time, moments)),
            list(map(datetime.toordinal, moments)),
            set(map(type, map(_zone, moments))),
            list(map(len, history)),
        )


@frozen
class Footprint:
    """Everything that a response shows, kept apart from the caller's own dictionary."""

    form: _Form
    blank: dict[str, Any]
    parts: tuple[Any, ...]
    rest: Mapping[str, Any] = field(repr=False)

    def matches(self, response: object) -> bool:
        """Holds if a response shows what this footprint was taken of."""
        if type(response) is not dict or MARK not in response:
            return False
        try:
            parts = self.form.parts(response)
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        return parts == self.parts and response | self.blank == self.rest


def footprint(response: object, spec: Spec) -> Footprint | None:
    """The footprint of a response of boto3; None for anything else."""
    if type(response) is not dict or MARK not in response:
        return None
    form = _form(response, spec)
    blank: dict[str, Any] = dict.fromkeys((MARK, form.history, *form.moments))
    try:
        parts = form.parts(response)
        rest = msgspec.to_builtins(response | blank, builtin_types=(datetime,))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None
    if any((zone.__module__, zone.__name__) not in _ZONES for zone in parts[4]):
        return None
    return None if _has_two_readings(response, form) else Footprint(form, blank, parts, rest)


def _has_two_readings(response: Mapping[str, Any], form: _Form) -> bool:
    """Holds if a wall time of a response is one that a zone has twice, in autumn."""
    moments = [response[name] for name in form.moments]
    for entry in response[form.history]:
        moments += [value for value in entry.values() if isinstance(value, datetime)]
    return any(moment.utcoffset() != _other_fold(moment).utcoffset() for moment in moments)


def _other_fold(moment: datetime) -> datetime:
    return moment.replace(fold=1 - moment.fold)


def _form(response: Mapping[str, Any], spec: Spec) -> _Form:
    layout = spec.layout
    return _Form(
        history=layout.history,
        moments=tuple(
            member.name
            for member in spec.members
            if member.type == "timestamp" and member.name in response
        ),
        entry=itemgetter(layout.entry_status, layout.entry_message, layout.entry_start),
        end=layout.entry_end,
    )
