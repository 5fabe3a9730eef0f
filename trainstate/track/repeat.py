"""Recognising a poll that shows what the one before it showed, at the price of a comparison.

Only dictionaries of boto3 are compared, because its parser gives every member the type
of the API's model; anything else is read and judged again. The comparison is of
everything that a rule can read, so that nothing can be hidden from the check.

Two datetimes with a time zone object each are slow to compare, because each asks its
zone for the offset. So their parts are compared: date, wall time, and the class of the
zone, which for the two classes that boto3 uses says all of it, and which its parser
gives to all times of a response. A response with a wall time that a zone has twice is
not compared so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
from attrs import field, frozen

from trainstate.spec.model import Spec

MARK = "ResponseMetadata"
"""The member that boto3 adds to every response, different each time."""
# dateutil is boto3's dependency and not ours, so that its classes are known by name.
_ZONES = {("dateutil.tz.tz", "tzlocal"), ("dateutil.tz.tz", "tzutc")}
_Parts = tuple[tuple[Any, ...], ...]


@frozen(kw_only=True)
class _Form:
    """Where the moments of a response are: in its members, and among all values of its history."""

    history: str
    members: tuple[str, ...]
    own: Callable[[Any], tuple[Any, ...]]
    moments: Callable[[Any], tuple[Any, ...]]
    texts: Callable[[Any], tuple[Any, ...]]

    def parts(self, response: dict[str, Any], values: list[Any]) -> _Parts:
        """The moments and the texts of the history, in a form that compares fast.

        Raises KeyError, IndexError or TypeError for what has another form.
        """
        moments = self.own(response) + self.moments(values)
        return (
            self.texts(values),
            tuple(map(datetime.time, moments)),
            tuple(map(datetime.toordinal, moments)),
        )


@frozen
class Footprint:
    """Everything that a response shows, kept apart from the caller's own dictionary."""

    form: _Form
    blank: dict[str, Any]
    length: int
    names: list[str]
    parts: _Parts
    zone: type
    rest: Mapping[str, Any] = field(repr=False)

    def matches(self, response: object) -> bool:
        """Holds if a response shows what this footprint was taken of."""
        if type(response) is not dict or MARK not in response:
            return False
        try:
            history = response[self.form.history]
            if len(history) != self.length or list(chain.from_iterable(history)) != self.names:
                return False
            values = list(chain.from_iterable(map(dict.values, history)))
            parts = self.form.parts(response, values)
            zone = type(response[self.form.members[0]].tzinfo)
        except (AttributeError, LookupError, TypeError, ValueError):
            return False
        return parts == self.parts and zone is self.zone and response | self.blank == self.rest


def footprint(response: object, spec: Spec) -> Footprint | None:
    """The footprint of a response of boto3; None for anything else."""
    if type(response) is not dict or MARK not in response:
        return None
    try:
        history = response[spec.layout.history]
        values = list(chain.from_iterable(map(dict.values, history)))
        form = _form(response, values, spec)
        parts = form.parts(response, values)
        blank: dict[str, Any] = dict.fromkeys((MARK, form.history, *form.members))
        rest = msgspec.to_builtins(response | blank, builtin_types=(datetime,))
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return None
    moments = form.own(response) + form.moments(values)
    zones = {type(moment.tzinfo) for moment in moments}
    if len(zones) > 1 or any((zone.__module__, zone.__name__) not in _ZONES for zone in zones):
        return None
    if any(moment.utcoffset() != _other_fold(moment).utcoffset() for moment in moments):
        return None
    names = list(chain.from_iterable(history))
    return Footprint(form, blank, len(history), names, parts, zones.pop(), rest)


def _other_fold(moment: datetime) -> datetime:
    return moment.replace(fold=1 - moment.fold)


def _form(response: Mapping[str, Any], values: list[Any], spec: Spec) -> _Form:
    members = tuple(
        member.name
        for member in spec.members
        if member.type == "timestamp" and member.name in response
    )
    moments = [place for place, value in enumerate(values) if isinstance(value, datetime)]
    texts = [place for place in range(len(values)) if place not in moments]
    return _Form(
        history=spec.layout.history,
        members=members,
        own=_several(members),
        moments=_several(moments),
        texts=_several(texts),
    )


def _several(keys: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the values at these keys, a tuple of one for one key."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda values: tuple(values[key] for key in keys)
