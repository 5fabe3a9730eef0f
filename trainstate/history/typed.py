"""The typed decode: the members that every response is judged by, as values; others as slices.

A response in the service's own form is decoded at once to a structure that the facts
describe. What does not fit it (another spelling, a time without an offset, a status that no
fact has) is left to the tolerant reader of ``wire``, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Protocol

import msgspec
from attrs import frozen

from trainstate.spec.model import Member, RecordLayout, Spec

Moment = Annotated[datetime, msgspec.Meta(tz=True)] | float
"""A time with an offset, or seconds since 1970; within one response all are of one kind."""

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
    history: msgspec.Raw
    started: Any
    ended: Any
    training: float | None
    billable: float | None
    reason: str | None


@frozen(eq=False)
class Decode:
    """How responses of one specification are decoded.

    ``settled``, ``attached`` and ``results`` are the members that come as slices: those that
    are fixed at the creation of a job, those of attached machines, and all others; ``forms``
    tell with what the value of each begins, and whether it tells something that it is there.
    """

    response: msgspec.json.Decoder[Any]
    entries: msgspec.json.Decoder[Any]
    settled: tuple[Member, ...]
    attached: tuple[Member, ...]
    results: tuple[Member, ...]
    forms: tuple[tuple[bytes, bool], ...]

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

    def slices(self, typed: Typed) -> tuple[bytes, bytes, bytes]:
        """The settled members, the attached ones and the results, each group as one text."""
        values = msgspec.structs.astuple(typed)  # type: ignore[arg-type]
        first, second = _FIRST + len(self.settled), -len(self.results)
        return (
            b",".join(values[_FIRST:first]),
            b",".join(values[first:second]),
            b",".join(values[second:]),
        )

    def present(self, typed: Typed) -> bytes | None:
        """Which of the telling members are there; None where any is not of its type."""
        values = msgspec.structs.astuple(typed)[_FIRST:]  # type: ignore[arg-type]
        there = bytearray(len(values))
        for at, value in enumerate(values):
            if value is ABSENT:
                continue
            begins, tells = self.forms[at]
            text = bytes(value)
            if text != b"null":
                if text[:1] not in begins:
                    return None
                there[at] = tells
        return bytes(there)

    def results_of(self, typed: Typed) -> dict[str, Any]:
        """The results that a response has, as values."""
        found = {member.name: getattr(typed, member.name) for member in self.results}
        return {name: msgspec.json.decode(raw) for name, raw in found.items() if raw is not ABSENT}


_FIRST = len(Typed.__annotations__)
_NUMBER = b"-0123456789"
_BEGINS = {
    "string": b'"',
    "list": b"[",
    "structure": b"{",
    "map": b"{",
    "boolean": b"tf",
    "integer": _NUMBER,
    "long": _NUMBER,
    "timestamp": b'"' + _NUMBER,
}
"""With what a value of each type of the API begins in JSON."""


@lru_cache(maxsize=8)
def decode_of(spec: Spec) -> Decode | None:
    """The typed decode of a specification; None for one whose responses lack a needed member."""
    named = _named(spec.layout)
    if not all(named.values()):
        return None
    machines = {machine.member for machine in spec.machines}
    others = [member for member in spec.members if member.name not in named.values()]
    settled = [member for member in others if member.role in SETTLED_ROLES]
    attached = [member for member in others if member.name in machines]
    results = [member for member in others if member not in (*settled, *attached)]
    sliced = (*settled, *attached, *results)
    types = _types(spec)
    response = _struct("Response", types, named, [member.name for member in sliced])
    entry = _struct("Entry", _entry_types(types["secondary"]), _entry_named(spec.layout))
    return Decode(
        response=msgspec.json.Decoder(response),
        entries=msgspec.json.Decoder(list[entry]),  # type: ignore[valid-type]
        settled=tuple(settled),
        attached=tuple(attached),
        results=tuple(results),
        forms=tuple((_BEGINS[member.type], member.tells) for member in sliced),
    )


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
        "history": msgspec.Raw,
        "started": Moment | None,
        "ended": Moment | None,
        "training": int | float | None,
        "billable": int | float | None,
        "reason": str | None,
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
    return msgspec.defstruct(name, fields, gc=False)
