"""The typed decode: changing members become values, all others stay slices of bytes.

A response in the service's own form is decoded in one step to a structure that the facts describe.
Anything else (another spelling, a naive time, an unknown status) is left to the tolerant reader in
``wire``, which reports what is wrong.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Protocol

import msgspec
from attrs import frozen

from trainstate.history.instants import is_beyond
from trainstate.history.nested import maps, terms
from trainstate.history.shapes import is_repeated, shape_of, unique_part
from trainstate.spec.model import Member, Spec

Moment = Annotated[datetime, msgspec.Meta(tz=True)] | Annotated[float, msgspec.Meta(ge=0, lt=1e11)]
"""An aware time or epoch seconds; one response has only one of these kinds."""


def is_moment(time: Any) -> bool:
    """Whether a decoded time is in the years 1 to 9999 in UTC and before the horizon."""
    return (type(time) is float or time.year > 1) and not is_beyond(time)


def _is_unset(time: Any) -> bool:
    """Whether a time is in the year 1, as .NET and Go write an absent one."""
    return type(time) is datetime and time.year == 1


Whole = (
    Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    | Annotated[float, msgspec.Meta(multiple_of=1.0)]
)
"""A whole number; programs that have only floats write it as one."""

ABSENT = b""
"""The slice of an absent member."""

_NULL = msgspec.Raw(b"null")

SETTLED_ROLES = ("origin", "fixed-configuration", "updatable-configuration")
"""The roles of members that are fixed when the job is created."""

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class TypedEntry(Protocol):
    """A typed entry of the history."""

    status: str
    start: Any
    end: Any
    message: str | None


class Typed(Protocol):
    """The members of a response that change during a job's life."""

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
"""Indexes of the values of a typed response; from SLICED on they are slices."""

Values = tuple[Any, ...]


@frozen(eq=False)
class Sliced:
    """A member that stays a slice.

    ``form`` decodes one of the right type, ``shape`` one that fits the shape which the API
    declares; ``unique`` is the part that no two of its items may share.
    """

    name: str
    form: msgspec.json.Decoder[Any]
    shape: msgspec.json.Decoder[Any]
    unique: str
    member: Member


@frozen(eq=False)
class Decode:
    """The typed decode of one specification.

    ``response`` decodes the changing members. ``named`` are the service's names of the typed
    members, in order. ``sliced`` are the others in three groups: attached machines, results, and
    settled members; after them come those that only a search or a list shows, and ``unsearched`` is
    their values without any. ``places`` are the indexes of the slices by name, ``terms`` those with
    what the configuration allows. Rules ask whether ``settled_asked`` and ``results_asked`` are
    present. ``unjudged`` are the indexes of LastModifiedTime, and of results that judge no job,
    such as metrics. ``ended`` are the primaries of ended jobs, ``maps`` the members with free
    names.
    """

    named: tuple[str, ...]
    response: msgspec.json.Decoder[Any]
    entries: msgspec.json.Decoder[Any]
    sliced: tuple[Sliced, ...]
    attached: slice
    results: slice
    settled: slice
    places: Mapping[str, int]
    terms: Mapping[int, Sliced]
    settled_asked: tuple[str, ...]
    results_asked: tuple[str, ...]
    unjudged: frozenset[int]
    ended: frozenset[str]
    maps: tuple[str, ...]
    unsearched: Values
    unattached: Values

    def line(self, line: bytes) -> Typed | None:
        """The typed response in a line of JSON; None if it does not fit the type."""
        try:
            typed: Typed = self.response.decode(line)
            if not line.isascii():
                line.decode()  # msgspec does not check skipped bytes
        except _BROKEN:
            return None
        return None if _is_unset(typed.started) or _is_unset(typed.ended) else typed

    def history(self, raw: msgspec.Raw | bytes) -> list[TypedEntry] | None:
        """The typed entries of a history; None if one does not fit the type."""
        try:
            entries: list[TypedEntry] = self.entries.decode(raw)
        except _BROKEN:
            return None
        return None if any(_is_unset(entry.end) for entry in entries) else entries

    def inside(self, values: Values, new: Iterable[int] | None = None) -> dict[str, Any] | None:
        """The sliced members, or the ``new`` ones; None if one may not fit its shape."""
        found: dict[str, Any] = {}
        for place in self.places.values() if new is None else new:
            if SLICED <= place < self.settled.stop and (raw := values[place]) is not ABSENT:
                sliced = self.sliced[place - SLICED]
                try:
                    value = sliced.shape.decode(raw)
                except _BROKEN:
                    return None
                if value is not None:
                    if sliced.unique and is_repeated(value, sliced.unique):
                        return None
                    found[sliced.name] = value
        return found

    def shown(self, names: Iterable[str], values: Values) -> tuple[str, ...]:
        """The named members that a response has."""
        raws = [(name, values[self.places[name]]) for name in names]
        return tuple([name for name, raw in raws if raw is not ABSENT and raw != _NULL])

    def response_of(self, values: Values) -> dict[str, Any]:
        """The members of a well-typed response, as they were recorded."""
        found = dict(zip(self.named, values, strict=False))
        sliced = zip(self.sliced, values[SLICED : self.settled.stop], strict=True)
        history = self.named[HISTORY]
        return {**found, **self._there(sliced), history: msgspec.json.decode(values[HISTORY])}

    def attached_of(self, slices: Values) -> dict[str, Any]:
        """The members of attached machines in a well-typed response."""
        return self._there(zip(self.of(self.attached), slices, strict=True))

    def _there(self, sliced: Iterable[tuple[Sliced, Any]]) -> dict[str, Any]:
        items = ((one.name, self.value(one, raw)) for one, raw in sliced)
        return {name: item for name, item in items if item is not None}

    def value(self, sliced: Sliced, raw: msgspec.Raw | bytes) -> Any:
        """The value of a sliced member; None if it is absent or of another type."""
        try:
            return None if raw is ABSENT else sliced.form.decode(raw)
        except _BROKEN:
            return None

    def member(self, name: str, values: Values) -> Any:
        """The value of a sliced member of a response; None if it is absent or of another type."""
        place = self.places[name]
        return self.value(self.sliced[place - SLICED], values[place])

    def of(self, part: slice) -> tuple[Sliced, ...]:
        """The members of a group."""
        return self.sliced[part.start - SLICED : part.stop - SLICED]


values_of: Any = msgspec.structs.astuple
"""The values of a typed response, as a tuple."""


def changed_in(values: Values, old: Values) -> list[int]:
    """The indexes of the values that differ between two responses."""
    return [at for at, value in enumerate(values) if value != old[at]]


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
"""The JSON types of each type of the API."""


_ROLES = {
    "training": "training_seconds",
    "billable": "billable_seconds",
    "reason": "failure_reason",
}
"""The roles in the layout of fields that are called otherwise."""


@lru_cache(maxsize=8)
def decode_of(spec: Spec) -> Decode | None:
    """The typed decode of a specification; None if its responses lack a needed member."""
    types = _types(spec)
    named = {field: getattr(spec.layout, _ROLES.get(field, field)) for field in types}
    if not all(named.values()) or spec.counters:
        return None
    machines = {machine.member for machine in spec.machines}
    others = [member for member in spec.members if member.name not in named.values()]
    attached = [member for member in others if member.name in machines]
    settled = [member for member in others if member.role in SETTLED_ROLES]
    results = [member for member in others if member not in (*settled, *attached)]
    members = (*attached, *results, *settled)
    sliced = [_sliced(member, spec) for member in members]
    names = [*(member.name for member in sliced), *_foreign(spec)]
    response = _struct("Response", types, named, names)
    status = types["secondary"]
    times = {"status": status, "start": Moment, "end": Moment | None, "message": str | None}
    entry = _struct("Entry", times, {name: getattr(spec.layout, f"entry_{name}") for name in times})
    first, second = SLICED + len(attached), SLICED + len(attached) + len(results)
    places = {one.name: at for at, one in enumerate(sliced, SLICED)}
    settling = terms(spec)
    billed = {*spec.time.billed_otherwise, *(one.name for one in spec.members_with("billing"))}
    asked = {*spec.telling, *billed}
    return Decode(
        named=tuple(named[field] for field in types),
        response=msgspec.json.Decoder(response),
        entries=msgspec.json.Decoder(list[entry]),  # type: ignore[valid-type]
        sliced=tuple(sliced),
        attached=slice(SLICED, first),
        results=slice(first, second),
        settled=slice(second, SLICED + len(sliced)),
        places=places,
        terms={SLICED + at: one for at, one in enumerate(sliced) if one.name in settling},
        settled_asked=tuple([one.name for one in settled if one.name in asked]),
        results_asked=tuple([one.name for one in results if one.name in asked]),
        unjudged=frozenset(
            {MODIFIED, *(places[one.name] for one in results if one.name not in asked)}
        ),
        ended=frozenset(spec.ended_primaries),
        maps=maps(spec),
        unsearched=(ABSENT,) * len(_foreign(spec)),
        unattached=(ABSENT,) * len(attached),
    )


def _foreign(spec: Spec) -> tuple[str, ...]:
    """The members that no response has but those of a search or a list."""
    return (*spec.layout.searched, *spec.layout.enlisted)


def _sliced(member: Member, spec: Spec) -> Sliced:
    form = _FORMS[member.type]
    shape = shape_of(member.name, spec, Moment) or form
    decoders = msgspec.json.Decoder(form), msgspec.json.Decoder(shape)
    return Sliced(member.name, *decoders, unique_part(member.name, spec), member)


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


def _struct(
    name: str, types: Mapping[str, Any], named: Mapping[str, str], slices: Iterable[str] = ()
) -> Any:
    """A structure with typed fields under the service's names; nullable ones default to None."""
    fields: list[Any] = []
    for field, kind in types.items():
        null = type(None) in getattr(kind, "__args__", ())
        default = {"default": None} if null else {}
        fields.append((field, kind, msgspec.field(name=named[field], **default)))
    fields += [(name, msgspec.Raw, ABSENT) for name in slices]
    return msgspec.defstruct(name, fields, gc=False, kw_only=True)
