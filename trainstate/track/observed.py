"""A tracker's input, read as the check reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from trainstate.checking.pending import entry_of
from trainstate.errors import InputError, UsageError
from trainstate.history.instants import NotAnInstant, parse
from trainstate.history.machines import machine_of
from trainstate.history.model import Kind, Origin, Response, Unreadable
from trainstate.history.readers import value_records
from trainstate.history.readers.json_value import NotJson
from trainstate.history.readers.json_value import decode as json_value
from trainstate.history.readers.lines import Line, Record, whole
from trainstate.history.typed import decode_of
from trainstate.history.wire import read_response
from trainstate.spec.model import Spec


def records_of(observed: Any, spec: Spec) -> tuple[Record, ...]:
    """The records in an observation: a response, event, summary, history, or several.

    A history is the list of its entries. Text is JSON, never a path: an orchestrator passes what
    it received. Raises InputError for text that is not JSON, and UsageError for a value that
    cannot hold a response.
    """
    if isinstance(observed, Response | Unreadable):
        return (observed,)
    if isinstance(observed, str | bytes | bytearray):
        observed = _parsed(observed)
    if is_history(observed, spec):
        whole = {spec.layout.history: list(observed)}
        return (read_response(whole, spec, kind=Kind.RESPONSE, origin=Origin()),)
    if not isinstance(observed, Mapping | list | tuple):
        raise UsageError(
            "Expected a response, an event, a summary or a history (a mapping, a list of"
            f" entries, or JSON text) but got a value of type {type(observed).__name__}."
        )
    return tuple(value_records(observed, spec))


def refuse_another(observed: Any, spec: Spec) -> None:
    """Raises UsageError for a record of another machine than the tracker's."""
    other = machine_of(observed, spec) if isinstance(observed, Mapping) else spec
    if other is not spec:
        raise UsageError(
            f"This tracker follows a {spec.name} but got a record of a {other.name}; make one"
            " tracker for each job, and store them by ARN."
        )


def is_history(value: Any, spec: Spec) -> bool:
    """Whether a value is a list of history entries."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, Mapping) and spec.layout.entry_status in item for item in value)
        and not any(spec.layout.primary in item for item in value)
    )


def named(response: Response, name: str | None, arn: str | None) -> Response:
    """The response under the name of the tracker's job, if it has none itself."""
    if response.name or response.arn or not (name or arn):
        return response
    return evolve(response, name=name, arn=arn)


def read(record: Record) -> Response | Unreadable:
    """What a tracker, or a survey, takes of a record.

    Of a response in the service's own form it takes the name, the statuses and times, the history
    and the members as they were given; to read it in full takes ten times as long.
    """
    brief = _brief(record) if isinstance(record, Line) else None
    return whole(record) if brief is None else brief


def _brief(line: Line) -> Response | None:
    """What a tracker takes of a line; None if the line must be read in full."""
    typed, decode, started = line.typed, decode_of(line.source.spec), line.typed.started
    entries = None if decode is None else decode.history(typed.history)
    if entries is None:
        return None
    layout = line.source.spec.layout
    try:
        members = json_value(line.text) if line.recorded is None else line.recorded
        return Response(
            kind=Kind.RESPONSE,
            name=typed.name,
            arn=typed.arn,
            created=parse(typed.created)[0],
            modified=parse(typed.modified)[0],
            primary=typed.primary,
            secondary=typed.secondary,
            written_primary=typed.primary,
            written_secondary=typed.secondary,
            history=tuple(map(entry_of, entries)),
            instants={} if started is None else {layout.started: parse(started)[0]},
            members=members,
            origin=line.origin,
        )
    except (NotAnInstant, NotJson):  # beyond the calendar, or in a member that was passed over
        return None


def _parsed(text: str | bytes | bytearray) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        shown = bytes(text[:40]) if isinstance(text, bytes | bytearray) else text[:40]
        raise InputError(
            f"Expected JSON text but got {shown!r}: {error}. A tracker reads no files;"
            " use trainstate.check for paths."
        ) from None
