"""Finds the responses in a JSON value: the value itself, or what is wrapped in it."""

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cache
from typing import Any

from attrs import evolve, frozen

from trainstate.history import instants
from trainstate.history.machines import folded, machine_of, named_by, unknown_machine
from trainstate.history.model import Envelope, Kind, Origin, Response, Unreadable
from trainstate.history.nested import escaped
from trainstate.history.readers.counts import NO_RESPONSE, Counts
from trainstate.history.readers.foreign import is_foreign, is_other, is_schema, unknown_facts
from trainstate.history.readers.log_rows import StatusLine, log_response, named_totals
from trainstate.history.readers.reshaped import paired, rows, untyped
from trainstate.history.wire import looks_like_response, read_response, renamed
from trainstate.spec.model import Spec

# A UUID; a few characters stand for one that was replaced by hand.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|.{0,7}", re.IGNORECASE)
_DEEPEST = 10  # a browser's HAR file has responses 7 deep


@cache
def wrappers(spec: Spec) -> frozenset[str]:
    """The names of members that wrap responses."""
    pages, kinds = named_by("listed", spec), named_by("kind", spec)
    return frozenset({"response", "detail-type", "Results", "results", "entries", *pages, *kinds})


class Form(StrEnum):
    """What a response was wrapped in; OTHER is a record of something else, NOTHING no record."""

    RESPONSE = "response"
    EVENT = "eventbridge"
    SEARCH = "search-page"
    SUMMARY = "list-page"
    ROWS = "log-rows"
    OTHER = "other"
    NOTHING = "nothing"

    # The inherited hash is slow Python code, and each record is counted by its form.
    __hash__ = str.__hash__


_KINDS = {Form.EVENT: Kind.EVENT, Form.SUMMARY: Kind.SUMMARY, Form.SEARCH: Kind.SEARCH}


@frozen
class Payload:
    """A value inside another: its form, JSON pointer, and an event's envelope.

    ``spec`` is that of its machine; None for the requested one.
    """

    form: Form
    value: Any
    pointer: str
    envelope: Envelope | None = None
    spec: Spec | None = None


def records(value: Any, origin: Origin, counts: Counts) -> Iterator[Response | Unreadable]:
    """The responses in a value; a value without any is Unreadable."""
    for payload in payloads(value, counts.spec, origin.pointer):
        yield from payload_records(payload, origin, counts)


def payload_records(
    payload: Payload, origin: Origin, counts: Counts
) -> Iterator[Response | Unreadable]:
    """The record of one payload; none if it is of something else."""
    if payload.form is Form.OTHER:
        counts.others += 1
    else:
        yield _record(payload, _place(payload, origin), counts)


def payloads(value: Any, spec: Spec, pointer: str = "", *, depth: int = 0) -> Iterator[Payload]:
    """The responses in a value, each with its form and place."""
    if depth > _DEEPEST:
        yield Payload(Form.NOTHING, value, pointer)
    elif isinstance(value, Mapping):
        # Null means absent, as in columns of tables and in Go's SDK.
        given = {name: item for name, item in value.items() if item is not None}
        yield from _mapping_payloads(given, spec, pointer, depth)
    elif isinstance(value, list | tuple) and _is_history(value, spec):
        yield Payload(Form.RESPONSE, {spec.layout.history: value}, pointer)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from payloads(item, spec, f"{pointer}/{index}", depth=depth + 1)
    elif (inner := _written(value)) is not None:
        yield from payloads(inner, spec, pointer, depth=depth + 1)
    else:
        yield Payload(Form.NOTHING, value, pointer)


def _mapping_payloads(
    value: Mapping[str, Any], spec: Spec, pointer: str, depth: int
) -> Iterator[Payload]:
    if "response" in value and isinstance(value["response"], Mapping):
        yield from payloads(value["response"], spec, f"{pointer}/response", depth=depth + 1)
    elif (whole := _enveloped(value, spec, pointer)) is not None:
        yield whole
    elif looks_like_response(value, own := machine_of(value, spec)):
        yield from _of_machine(_reshaped(value, own, pointer), own, spec)
    elif (page := _page(value, spec)) is not None:
        member, own = page
        for index, item in enumerate(value[member]):
            summary = _checked(Form.SUMMARY, item, own, f"{pointer}/{member}/{index}")
            yield from _of_machine([summary], own, spec)
    elif (name := _list_named(value, "Results", "results")) is not None:
        for index, item in enumerate(value[name]):
            place = f"{pointer}/{name}/{index}"
            row = paired(item)
            yield from (
                [_result(item, spec, place)] if row is None else _inside(row, spec, place, depth)
            )
    elif _kind_in(value, spec) is not None:
        yield _result(value, spec, pointer)
    elif _is_log(value):
        yield Payload(Form.ROWS, value, pointer)
    else:
        yield from _inside(value, spec, pointer, depth)


def _of_machine(found: Iterable[Payload], own: Spec, spec: Spec) -> Iterator[Payload]:
    """The payloads with their machine; OTHER if that machine is not requested."""
    if own is spec:
        yield from found
    else:
        yield from (evolve(payload, spec=own, form=_read(payload.form, spec)) for payload in found)


def _read(form: Form, spec: Spec) -> Form:
    return Form.OTHER if spec.narrow else form


def _page(value: Mapping[str, Any], spec: Spec) -> tuple[str, Spec] | None:
    """The member with the summaries of a page, and their machine."""
    listed = named_by("listed", spec)
    name = _list_named(value, *listed)
    return None if name is None else (name, spec.of_machine(listed[name]))


def _kind_in(value: Mapping[str, Any], spec: Spec) -> tuple[str, Spec] | None:
    """The member with the job in a search result, and its machine.

    Other machines may use any name, so their value must look like a response.
    """
    for name, machine in named_by("kind", spec).items():
        own = spec.of_machine(machine) if name in value else None
        if own is not None and (own is spec or looks_like_response(value[name], own)):
            return name, own
    return None


def _reshaped(value: Mapping[str, Any], spec: Spec, pointer: str) -> Iterator[Payload]:
    """A response, or the responses whose columns the members are."""
    if is_foreign(value, spec) or is_schema(value):
        yield Payload(Form.OTHER, value, pointer)
    elif any(isinstance(item, str) for item in value.values()):
        yield Payload(Form.RESPONSE, value, pointer)
    elif (bare := untyped(value)) is not None:
        yield Payload(Form.RESPONSE, bare, pointer)
    else:
        found = [Payload(Form.RESPONSE, row, pointer + place) for place, row in rows(value, spec)]
        yield from found or [Payload(Form.RESPONSE, value, pointer)]


def _inside(value: Mapping[str, Any], spec: Spec, pointer: str, depth: int) -> Iterator[Payload]:
    """The responses inside a mapping that is none: in members, in texts, in rows."""
    own = _of_columns(value, spec)
    table = (Payload(Form.RESPONSE, row, pointer + place) for place, row in rows(value, own))
    found = [*_of_machine(table, own, spec)]
    members = () if found else value.items()
    for name, packed in members:
        item = _unpacked(name, packed, value)
        if isinstance(item, Mapping | list | tuple | str | bytes):
            inner = list(payloads(item, spec, f"{pointer}/{escaped(name)}", depth=depth + 1))
            found += (
                _held(inner) if any(_is_informative(payload, spec) for payload in inner) else []
            )
    yield from found or [Payload(Form.NOTHING, value, pointer)]


def _of_columns(value: Mapping[str, Any], spec: Spec) -> Spec:
    """The machine of a table's rows, from the names of its columns."""
    names = value.get("columns")
    texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else ()
    return machine_of(dict.fromkeys(texts), spec)


def _held(found: list[Payload]) -> list[Payload]:
    """The payloads of a member; it may hold anything, so what is no response is OTHER."""
    return [
        evolve(payload, form=Form.OTHER) if payload.form is Form.NOTHING else payload
        for payload in found
    ]


def _is_informative(payload: Payload, spec: Spec) -> bool:
    """Whether a payload shows more than a creation, as the answer to CreateTrainingJob does."""
    if payload.form is not Form.RESPONSE:
        return payload.form is not Form.NOTHING
    layout = (payload.spec or spec).layout
    markers = (layout.primary, layout.secondary, layout.history)
    shown = {folded(name) for name, item in payload.value.items() if isinstance(name, str) and item}
    return any(folded(name) in shown for name in markers if name)


def _unpacked(name: str, item: Any, value: Mapping[str, Any]) -> Any:
    """A base64 body of a browser, a stream or Ruby's VCR as bytes; other values unchanged."""
    packed = name in ("base64_string", "data", "Data")
    packed |= name == "text" and value.get("encoding") == "base64"
    if packed and isinstance(item, str):
        with suppress(ValueError):
            return b64decode(item)
    return item


def _written(value: object) -> Any:
    """The JSON value that a text contains; None if there is none."""
    if isinstance(value, str | bytes) and value.lstrip()[:1] in ("{", "[", b"{", b"["):
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return None


def _enveloped(value: Mapping[str, Any], spec: Spec, pointer: str) -> Payload | None:
    """The payload of an event, a stranger or a Kubernetes object; None for anything else."""
    if "detail-type" in value:
        return _event(value, spec, pointer)
    kind = value.get("kind")
    if isinstance(kind, str) and "sagemaker" in str(value.get("apiVersion")):
        machine = named_by("kind", spec).get(kind)
        return None if machine is None else _kubernetes(value, spec, machine, pointer)
    return Payload(Form.OTHER, value, pointer) if is_other(value) else None


def _event(value: Mapping[str, Any], spec: Spec, pointer: str) -> Payload:
    detail, kind = value.get("detail"), value["detail-type"]
    detail = _written(detail) or detail
    own = machine_of(detail, spec) if isinstance(detail, Mapping) else spec
    if looks_like_response(detail, own):
        form = Form.EVENT if own is spec else _read(Form.EVENT, spec)
        return Payload(form, detail, f"{pointer}/detail", _envelope(value), own)
    known = isinstance(kind, str) and kind in named_by("event", spec)
    return Payload(Form.NOTHING if known else Form.OTHER, value, pointer)


def _envelope(event: Mapping[str, Any]) -> Envelope:
    """The fields around an event's detail; ones of a wrong type are left out."""
    names = ("source", "detail-type", "account", "region")
    texts = [text if isinstance(text := event.get(name), str) else None for name in names]
    source, kind, account, region = texts
    listed, sent = event.get("resources"), event.get("time")
    listed = _written(listed) or listed
    resources = listed if isinstance(listed, list | tuple) else ()
    try:
        time = instants.parse(sent)[0]
    except instants.NotAnInstant:
        time = None
    are_texts = listed == resources and all(isinstance(item, str) for item in resources)
    version, number = event.get("version"), event.get("id")
    odd = (
        ("version", version, str(version) != "0"),
        ("id", number, isinstance(number, str) and not _ID.fullmatch(number)),
        ("time", sent, time is None),
        ("resources", listed, not are_texts),
    )
    return Envelope(
        source=source,
        type=kind,
        account=account,
        region=region,
        resources=tuple(item for item in resources if isinstance(item, str)),
        time=time,
        odd=tuple((name, value) for name, value, is_odd in odd if is_odd and value),
    )


def _kubernetes(value: Mapping[str, Any], spec: Spec, machine: str, pointer: str) -> Payload:
    """The status of a controller's object, with the identity of its job.

    The object has a name of its own, and no status until its job is created.
    """
    own = spec.of_machine(machine)
    status, asked = _mapping(value.get("status")), _mapping(value.get("spec"))
    if not looks_like_response(status, own):
        return Payload(Form.OTHER, value, pointer)
    arn, name = _camel(own.layout.arn), _camel(own.layout.name)
    known = {
        arn: _mapping(status.get("ackResourceMetadata")).get("arn"),
        name: status.get(f"sageMaker{own.layout.name}") or asked.get(name),
    }
    found = {member: item for member, item in known.items() if isinstance(item, str)}
    return Payload(Form.RESPONSE, found | dict(status), f"{pointer}/status", spec=own)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _result(item: Any, spec: Spec, pointer: str) -> Payload:
    """The payload in a result of Search, which returns many kinds of resources."""
    found = _kind_in(item, spec) if isinstance(item, Mapping) else None
    if found is None:
        return Payload(Form.OTHER, item, pointer)
    name, own = found
    return evolve(_checked(Form.SEARCH, item[name], own, f"{pointer}/{name}"), spec=own)


def _checked(form: Form, item: Any, spec: Spec, pointer: str) -> Payload:
    return Payload(form if looks_like_response(item, spec) else Form.NOTHING, item, pointer)


def _list_named(value: Mapping[str, Any], *names: str) -> str | None:
    return next((name for name in names if isinstance(value.get(name), list | tuple)), None)


def _is_history(value: Sequence[Any], spec: Spec) -> bool:
    """Whether a list is a bare history, as ``--query SecondaryStatusTransitions`` prints it."""
    layout = spec.layout
    return bool(value) and all(
        isinstance(item, Mapping)
        and spec.canonical_secondary(str(item.get(layout.entry_status))) is not None
        and layout.entry_start in item
        for item in value
    )


def _is_log(value: Mapping[str, Any]) -> bool:
    rows = value.get("entries")
    return (
        isinstance(rows, Sequence)
        and bool(rows)
        and all(isinstance(row, Mapping) and isinstance(row.get("status"), str) for row in rows)
    )


def _place(payload: Payload, origin: Origin) -> Origin:
    if payload.form in (Form.RESPONSE, Form.NOTHING):
        same = payload.pointer == origin.pointer
        return origin if same else evolve(origin, pointer=payload.pointer)
    return evolve(origin, pointer=payload.pointer, reader=str(payload.form))


def _record(payload: Payload, origin: Origin, counts: Counts) -> Response | Unreadable:
    if payload.form is Form.NOTHING:
        reason = _unknown(payload.value, counts.spec)
        return counts.unreadable(reason, origin, payload.value, foreign=True)
    try:
        record = _response(payload, origin, counts.spec)
    except RecursionError:
        return counts.unreadable("nested too deeply", origin, payload.value)
    counts.forms[payload.form] += 1
    return record


def _unknown(value: Any, spec: Spec) -> str:
    """Why a value holds no response; names the machine if an ARN shows one."""
    texts = value.values() if isinstance(value, Mapping) else ()
    found = (unknown_machine(text, spec) for text in texts if isinstance(text, str))
    return next((unknown_facts(kind, spec) for kind in found if kind), NO_RESPONSE)


def _response(payload: Payload, origin: Origin, spec: Spec) -> Response:
    own = payload.spec or spec
    machine, spec = "" if own is spec else own.name, own
    if payload.form is not Form.ROWS:
        kind = _KINDS.get(payload.form, Kind.RESPONSE)
        value = renamed(payload.value, str(kind), spec)
        response = read_response(value, spec, kind=kind, origin=origin)
        if payload.envelope is not None or machine:
            response = evolve(response, envelope=payload.envelope, machine=machine)
        return response
    rows = [
        StatusLine(time=row.get("time"), status=row["status"], message=row.get("message"))
        for row in payload.value["entries"]
    ]
    return log_response(rows, named_totals(payload.value, spec), spec, origin=origin)
