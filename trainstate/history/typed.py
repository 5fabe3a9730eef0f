"""The typed decode: the members that every response is judged by, as values; others as slices.

A response in the service's own form is decoded at once to a structure that the facts
describe. What does not fit it (another spelling, a time without an offset, a status that no
fact has) is left to the tolerant reader of ``wire``, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Protocol

import msgspec
from attrs import frozen

from trainstate.history.instants import is_beyond
from trainstate.history.nested import maps, terms
from trainstate.history.shapes import clashes_of, shape_of
from trainstate.spec.model import Member, RecordLayout, Spec

Moment = Annotated[datetime, msgspec.Meta(tz=True)] | Annotated[float, msgspec.Meta(ge=0, lt=1e11)]
"""A time with an offset, or seconds since 1970; within one response all are of one kind."""


def is_moment(time: Any) -> bool:
    """Holds if a decoded time is in the years 1 to 9999 in UTC, too, and before the horizon."""
    return (type(time) is float or time.year > 1) and not is_beyond(time)


Whole = (
    Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    | Annotated[float, msgspec.Meta(multiple_of=1.0)]
)
"""A whole number, as programs write it that know no other numbers than floats, too."""

ABSENT = b""
"""The slice of a member that a response does not have."""

SETTLED_ROLES = ("origin", "fixed-configuration", "updatable-configuration")
"""The roles of members that are as they were when the job was created."""

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Entry(Protocol):
    """An entry of the history, typed."""

    status: str
    start: Any
    end: Any
    message: str | None


class Typed(Protocol):
    """The members of a response that change while a job lives; ``slices`` gives the others."""

    name: str
    arn: str
    created: Any
    modified: Any
    primary: str
    secondary: str
    started: Any
    ended: Any
    training: float | None
    billable: float | None
    reason: str | None
    history: msgspec.Raw


IDENTITY, PAIR, AMOUNTS, SCALARS = slice(0, 3), slice(4, 6), slice(8, 10), slice(4, 11)
ARN, CREATED, MODIFIED, PRIMARY, STARTED, ENDED, HISTORY, SLICED = 1, 2, 3, 4, 6, 7, 11, 12
"""Where the values of a typed response are; from SLICED on they are slices."""

Values = tuple[Any, ...]


@frozen(eq=False)
class Sliced:
    """A member that comes as a slice: ``form`` decodes one that has its type.

    ``shape`` refuses one in which something is misshapen, ``clashes`` tells of what it cannot.
    """

    name: str
    form: msgspec.json.Decoder[Any]
    member: Member
    shape: msgspec.json.Decoder[Any] | None = None
    clashes: Callable[[Any], bool] | None = None

    def value(self, raw: msgspec.Raw | bytes) -> Any:
        """The value of a slice; raises one of ``_BROKEN`` where it has not its shape."""
        value = self.form.decode(raw)
        if self.shape is not None:
            self.shape.decode(raw)
        if self.clashes is not None and self.clashes(value):
            raise msgspec.DecodeError
        return value


@frozen(eq=False)
class Decode:
    """How responses of one specification are decoded.

    ``named`` are the service's names of the members that are typed, in their order.
    ``sliced`` are the members that come as slices, in three groups: those of attached
    machines, the results, and those that are fixed at the creation of a job; behind them are
    those that only a search shows, of which ``unsearched`` has none. ``terms`` are those, by
    place, that say what a job's configuration allows, ``tells`` names those that rules ask for;
    ``ended`` are the primaries of a job that has ended, ``maps`` the members with free names.
    """

    named: tuple[str, ...]
    response: msgspec.json.Decoder[Any]
    entries: msgspec.json.Decoder[Any]
    sliced: tuple[Sliced, ...]
    attached: slice
    results: slice
    settled: slice
    terms: Mapping[int, Sliced]
    tells: frozenset[str]
    ended: frozenset[str]
    maps: tuple[str, ...]
    unsearched: Values

    def line(self, line: bytes) -> Typed | None:
        """The typed response in a line of JSON; None where it does not fit the type."""
        try:
            typed: Typed = self.response.decode(line)
            if not line.isascii():
                line.decode()  # what is passed over was not looked at
        except _BROKEN:
            return None
        return typed

    def history(self, raw: msgspec.Raw | bytes) -> list[Entry] | None:
        """The typed entries of a history; None where one does not fit the type."""
        try:
            entries: list[Entry] = self.entries.decode(raw)
        except _BROKEN:
            return None
        return entries

    def response_of(self, values: Values) -> dict[str, Any]:
        """The members of a response of which all are of their types, as they were recorded."""
        found = dict(zip(self.named, values, strict=False))
        found |= self.members(values, slice(SLICED, self.settled.stop)) or {}
        history = self.named[HISTORY]
        return {**found, history: msgspec.json.decode(values[HISTORY])}

    def members(self, values: Values, part: slice) -> dict[str, Any] | None:
        """The sliced members of a part that a response has; None where one has another type."""
        found: dict[str, Any] = {}
        try:
            for sliced, value in zip(self.of(part), values[part], strict=True):
                if value is not ABSENT:
                    item = sliced.value(value)
                    if item is not None:
                        found[sliced.name] = item
        except _BROKEN:
            return None
        return found

    def value(self, sliced: Sliced, raw: msgspec.Raw | bytes) -> Any:
        """The value of a sliced member; None where it has none, or one of another type."""
        try:
            return None if raw is ABSENT else sliced.value(raw)
        except _BROKEN:
            return None

    def of(self, part: slice) -> tuple[Sliced, ...]:
        """The members of a part."""
        return self.sliced[part.start - SLICED : part.stop - SLICED]


values_of: Any = msgspec.structs.astuple
"""The values of a typed response: its parts are slices of them."""

_FORMS: Mapping[str, Any] = {
    "string": str | None,
    "list": list[Any] | None,
    "structure": dict[str, Any] | None,
    "map": dict[str, str | None] | None,
    "boolean": bool | None,
    "integer": Whole | None,
    "long": Whole | None,
    "timestamp": Moment | None,
}
"""How a value of each type of the API is written in JSON."""


@lru_cache(maxsize=8)
def decode_of(spec: Spec) -> Decode | None:
    """The typed decode of a specification; None for one whose responses lack a needed member."""
    named = _named(spec.layout)
    if not all(named.values()) or spec.counters:
        return None
    machines = {machine.member for machine in spec.machines}
    others = [member for member in spec.members if member.name not in named.values()]
    attached = [member for member in others if member.name in machines]
    settled = [member for member in others if member.role in SETTLED_ROLES]
    results = [member for member in others if member not in (*settled, *attached)]
    members = (*attached, *results, *settled)
    sliced = [_sliced(one, spec) for one in members]
    types = _types(spec)
    names = [*(member.name for member in sliced), *spec.layout.searched]
    response = _struct("Response", types, named, names)
    entry = _struct("Entry", _entry_types(types["secondary"]), _entry_named(spec.layout))
    first, second = SLICED + len(attached), SLICED + len(attached) + len(results)
    settling = terms(spec)
    return Decode(
        named=tuple(named[field] for field in types),
        response=msgspec.json.Decoder(response),
        entries=msgspec.json.Decoder(list[entry]),  # type: ignore[valid-type]
        sliced=tuple(sliced),
        attached=slice(SLICED, first),
        results=slice(first, second),
        settled=slice(second, SLICED + len(sliced)),
        terms={SLICED + at: one for at, one in enumerate(sliced) if one.name in settling},
        tells=frozenset({*spec.telling, *spec.time.billed_otherwise}),
        ended=frozenset(spec.ended_primaries),
        maps=maps(spec),
        unsearched=(ABSENT,) * len(spec.layout.searched),
    )


def _sliced(member: Member, spec: Spec) -> Sliced:
    form, shape = _FORMS[member.type], shape_of(member.name, spec)
    if shape is None or member.type in ("string", "map"):  # decoded by its shape it is the same
        return Sliced(member.name, msgspec.json.Decoder(shape or form), member)
    form, shape = msgspec.json.Decoder(form), msgspec.json.Decoder(shape)
    return Sliced(member.name, form, member, shape, clashes_of(member.name, spec))


def _named(layout: RecordLayout) -> dict[str, str]:
    return {
        "name": layout.name,
        "arn": layout.arn,
        "created": layout.created,
        "modified": layout.modified,
        "primary": layout.primary,
        "secondary": layout.secondary,
        "history": layout.history,
        "started": layout.started,
        "ended": layout.ended,
        "training": layout.training_seconds,
        "billable": layout.billable_seconds,
        "reason": layout.failure_reason,
    }


def _types(spec: Spec) -> dict[str, Any]:
    return {
        "name": str,
        "arn": str,
        "created": Moment,
        "modified": Moment,
        "primary": Literal[tuple(spec.primary_by_name)],
        "secondary": Literal[tuple(spec.secondary_by_name)],
        "started": Moment | None,
        "ended": Moment | None,
        "training": Whole | None,
        "billable": Whole | None,
        "reason": shape_of(spec.layout.failure_reason, spec) or str | None,
        "history": msgspec.Raw,
    }


def _entry_named(layout: RecordLayout) -> dict[str, str]:
    return {
        "status": layout.entry_status,
        "start": layout.entry_start,
        "end": layout.entry_end,
        "message": layout.entry_message,
    }


def _entry_types(status: Any) -> dict[str, Any]:
    return {"status": status, "start": Moment, "end": Moment | None, "message": str | None}


def _struct(
    name: str, types: Mapping[str, Any], named: Mapping[str, str], slices: Iterable[str] = ()
) -> Any:
    """A structure with typed fields under the service's names; those that may be null default."""
    fields: list[Any] = []
    for field, kind in types.items():
        null = type(None) in getattr(kind, "__args__", ())
        default = {"default": None} if null else {}
        fields.append((field, kind, msgspec.field(name=named[field], **default)))
    fields += [(name, msgspec.Raw, ABSENT) for name in slices]
    return msgspec.defstruct(name, fields, gc=False, kw_only=True)
