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

from trainstate.spec.model import Spec

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

    ``settled`` and ``results`` are the names of the members that come as slices: those that
    are fixed at the creation of a job, and all others.
    """

    response: msgspec.json.Decoder[Any]
    entries: msgspec.json.Decoder[Any]
    settled: tuple[str, ...]
    results: tuple[str, ...]

    def line(self, line: bytes) -> Typed | None:
        """The typed response in a line of JSON; None where it does not fit the type."""
        try:
            typed: Typed = self.response.decode(line)
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

    def slices(self, typed: Typed) -> tuple[bytes, bytes]:
        """What a response says of the settled members, and of the results, each as one text."""
        values = msgspec.structs.astuple(typed)  # type: ignore[arg-type]
        border = _FIRST + len(self.settled)
        return b",".join(values[_FIRST:border]), b",".join(values[border:])


_FIRST = len(Typed.__annotations__)


@lru_cache(maxsize=8)
def decode_of(spec: Spec) -> Decode | None:
    """The typed decode of a specification; None for one whose responses lack a needed member."""
    layout = spec.layout
    named = {
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
    if not all(named.values()):
        return None
    others = [member for member in spec.members if member.name not in named.values()]
    settled = tuple(member.name for member in others if member.role in SETTLED_ROLES)
    results = tuple(member.name for member in others if member.role not in SETTLED_ROLES)
    types: dict[str, Any] = {
        "name": str,
        "arn": str,
        "created": Moment,
        "modified": Moment,
        "primary": Literal[tuple(spec.primary_by_name)],
        "secondary": Literal[tuple(spec.secondary_by_name)],
        "history": msgspec.Raw,
        "started": Moment | None,
        "ended": Moment | None,
        "training": float | None,
        "billable": float | None,
        "reason": str | None,
    }
    response = _struct("Response", types, named, (*settled, *results))
    entry_names = {
        "status": layout.entry_status,
        "start": layout.entry_start,
        "end": layout.entry_end,
        "message": layout.entry_message,
    }
    entry_types = {
        "status": types["secondary"],
        "start": Moment,
        "end": Moment | None,
        "message": str | None,
    }
    return Decode(
        response=msgspec.json.Decoder(response),
        entries=msgspec.json.Decoder(list[_struct("Entry", entry_types, entry_names)]),  # type: ignore[misc]
        settled=settled,
        results=results,
    )


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
