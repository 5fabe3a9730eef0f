"""What a JSON value holds: a response, or something that responses are wrapped in."""

from __future__ import annotations

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
from trainstate.history.readers.log_rows import StatusLine, log_response, named_totals
from trainstate.history.readers.reshaped import rows, untyped
from trainstate.history.readers.strangers import is_other, is_stranger, unknown_facts
from trainstate.history.readers.tally import NO_RESPONSE, Tally
from trainstate.history.wire import looks_like_response, read_response, renamed
from trainstate.spec.model import Spec

# A UUID; a few characters stand for one that was replaced by hand.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|.{0,7}", re.IGNORECASE)
_DEEPEST = 10  # what a browser saves of its requests has a response 7 deep


@cache
def wrappers(spec: Spec) -> frozenset[str]:
    """The names by which something that is wrapped around responses is known."""
    pages, kinds = named_by("listed", spec), named_by("kind", spec)
    return frozenset({"response", "detail-type", "Results", "results", "entries", *pages, *kinds})


class Form(StrEnum):
    """What a response was found in; OTHER is another thing's record, NOTHING no record."""

    RESPONSE = "response"
    EVENT = "eventbridge"
    SEARCH = "search-page"
    SUMMARY = "list-page"
    ROWS = "log-rows"
    OTHER = "other"
    NOTHING = "nothing"

    # The enumeration's own is written in Python, and each record is counted by its form.
    __hash__ = str.__hash__


_KINDS = {Form.EVENT: Kind.EVENT, Form.SUMMARY: Kind.SUMMARY, Form.SEARCH: Kind.SEARCH}


@frozen
class Part:
    """A value inside another, its form and its JSON pointer; of an event its envelope, too.

    ``spec`` is that of its machine; None for the one that is read with.
    """

    form: Form
    value: Any
    pointer: str
    envelope: Envelope | None = None
    spec: Spec | None = None


def records(value: Any, origin: Origin, tally: Tally) -> Iterator[Response | Unreadable]:
    """The responses that a value holds; what holds none is unreadable."""
    for part in parts(value, tally.spec, origin.pointer):
        yield from part_records(part, origin, tally)


def part_records(part: Part, origin: Origin, tally: Tally) -> Iterator[Response | Unreadable]:
    """The record of one part of a value; none where it is of another thing."""
    if part.form is Form.OTHER:
        tally.others += 1
    else:
        yield _record(part, _place(part, origin), tally)


def parts(value: Any, spec: Spec, pointer: str = "", *, depth: int = 0) -> Iterator[Part]:
    """The responses that a value is wrapped around, each with its form and place."""
    if depth > _DEEPEST:
        yield Part(Form.NOTHING, value, pointer)
    elif isinstance(value, Mapping):
        # What is null says what an absent member says: columns of a table, Go's SDK.
        given = {name: item for name, item in value.items() if item is not None}
        yield from _mapping_parts(given, spec, pointer, depth)
    elif isinstance(value, list | tuple) and _is_history(value, spec):
        yield Part(Form.RESPONSE, {spec.layout.history: value}, pointer)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from parts(item, spec, f"{pointer}/{index}", depth=depth + 1)
    elif (inner := _written(value)) is not None:
        yield from parts(inner, spec, pointer, depth=depth + 1)
    else:
        yield Part(Form.NOTHING, value, pointer)


def _mapping_parts(
    value: Mapping[str, Any], spec: Spec, pointer: str, depth: int
) -> Iterator[Part]:
    if "response" in value and isinstance(value["response"], Mapping):
        yield from parts(value["response"], spec, f"{pointer}/response", depth=depth + 1)
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
            yield _result(item, spec, f"{pointer}/{name}/{index}")
    elif _kind_in(value, spec) is not None:
        yield _result(value, spec, pointer)
    elif _is_log(value):
        yield Part(Form.ROWS, value, pointer)
    else:
        yield from _inside(value, spec, pointer, depth)


def _of_machine(found: Iterable[Part], own: Spec, spec: Spec) -> Iterator[Part]:
    """The parts as those of their machine; of others than are read they are left out."""
    if own is spec:
        yield from found
    else:
        yield from (evolve(part, spec=own, form=_read(part.form, spec)) for part in found)


def _read(form: Form, spec: Spec) -> Form:
    return Form.OTHER if spec.narrow else form


def _page(value: Mapping[str, Any], spec: Spec) -> tuple[str, Spec] | None:
    """The member of a page that has its summaries, and the machine that they are of."""
    listed = named_by("listed", spec)
    name = _list_named(value, *listed)
    return None if name is None else (name, spec.of_machine(listed[name]))


def _kind_in(value: Mapping[str, Any], spec: Spec) -> tuple[str, Spec] | None:
    """The member of a result of a search that holds a job, and the machine that it is of.

    What another machine calls its job may be any name.
    """
    for name, machine in named_by("kind", spec).items():
        own = spec.of_machine(machine) if name in value else None
        if own is not None and (own is spec or looks_like_response(value[name], own)):
            return name, own
    return None


def _reshaped(value: Mapping[str, Any], spec: Spec, pointer: str) -> Iterator[Part]:
    """A response, or the responses that its members are columns of."""
    if is_stranger(value, spec):
        yield Part(Form.OTHER, value, pointer)
    elif any(isinstance(item, str) for item in value.values()):
        yield Part(Form.RESPONSE, value, pointer)
    elif (bare := untyped(value)) is not None:
        yield Part(Form.RESPONSE, bare, pointer)
    else:
        found = [Part(Form.RESPONSE, row, pointer + place) for place, row in rows(value, spec)]
        yield from found or [Part(Form.RESPONSE, value, pointer)]


def _inside(value: Mapping[str, Any], spec: Spec, pointer: str, depth: int) -> Iterator[Part]:
    """The responses somewhere in a mapping that is none itself: under names, in texts, in rows."""
    own = _of_columns(value, spec)
    table = (Part(Form.RESPONSE, row, pointer + place) for place, row in rows(value, own))
    found = [*_of_machine(table, own, spec)]
    members = () if found else value.items()
    for name, packed in members:
        item = _unpacked(name, packed, value)
        if isinstance(item, Mapping | list | tuple | str | bytes):
            inner = list(parts(item, spec, f"{pointer}/{_escaped(name)}", depth=depth + 1))
            found += _held(inner) if any(_tells(part, spec) for part in inner) else []
    yield from found or [Part(Form.NOTHING, value, pointer)]


def _of_columns(value: Mapping[str, Any], spec: Spec) -> Spec:
    """The machine of the rows of a table, by the names of its columns."""
    names = value.get("columns")
    texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else ()
    return machine_of(dict.fromkeys(texts), spec)


def _held(found: list[Part]) -> list[Part]:
    """The parts of a list under a name, which may hold anything: what is no response is other."""
    return [evolve(part, form=Form.OTHER) if part.form is Form.NOTHING else part for part in found]


def _tells(part: Part, spec: Spec) -> bool:
    """Holds if a part tells of a job more than that it was created, as the answer to that does."""
    if part.form is not Form.RESPONSE:
        return part.form is not Form.NOTHING
    layout = (part.spec or spec).layout
    tellers = (layout.primary, layout.secondary, layout.history)
    shown = {folded(name) for name, item in part.value.items() if isinstance(name, str) and item}
    return any(folded(name) in shown for name in tellers if name)


def _unpacked(name: str, item: Any, value: Mapping[str, Any]) -> Any:
    """A body in base64 as bytes, as browsers and VCR of Ruby keep it; another value as it is."""
    packed = name == "base64_string" or (name == "text" and value.get("encoding") == "base64")
    if packed and isinstance(item, str):
        with suppress(ValueError):
            return b64decode(item)
    return item


def _written(value: object) -> Any:
    """The JSON value that a text is; None where it is none."""
    if isinstance(value, str | bytes) and value.lstrip()[:1] in ("{", "[", b"{", b"["):
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return None


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _enveloped(value: Mapping[str, Any], spec: Spec, pointer: str) -> Part | None:
    """What an event, a stranger or an object of Kubernetes holds; None for anything else."""
    if "detail-type" in value:
        return _event(value, spec, pointer)
    kind = value.get("kind")
    if isinstance(kind, str) and "sagemaker" in str(value.get("apiVersion")):
        machine = named_by("kind", spec).get(kind)
        return None if machine is None else _kubernetes(value, spec, machine, pointer)
    return Part(Form.OTHER, value, pointer) if is_other(value) else None


def _event(value: Mapping[str, Any], spec: Spec, pointer: str) -> Part:
    detail, kind = value.get("detail"), value["detail-type"]
    detail = _written(detail) or detail
    own = machine_of(detail, spec) if isinstance(detail, Mapping) else spec
    if looks_like_response(detail, own):
        form = Form.EVENT if own is spec else _read(Form.EVENT, spec)
        return Part(form, detail, f"{pointer}/detail", _envelope(value), own)
    known = isinstance(kind, str) and kind in named_by("event", spec)
    return Part(Form.NOTHING if known else Form.OTHER, value, pointer)


def _envelope(event: Mapping[str, Any]) -> Envelope:
    """What an event says around its detail; what is no text or no time is not seen."""
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


def _kubernetes(value: Mapping[str, Any], spec: Spec, machine: str, pointer: str) -> Part:
    """The status of an object of a controller, with the identity of the job that it stands for.

    The object has a name of its own. One whose job was not yet created has no status.
    """
    own = spec.of_machine(machine)
    status, asked = _mapping(value.get("status")), _mapping(value.get("spec"))
    if not looks_like_response(status, own):
        return Part(Form.OTHER, value, pointer)
    arn, name = _camel(own.layout.arn), _camel(own.layout.name)
    known = {
        arn: _mapping(status.get("ackResourceMetadata")).get("arn"),
        name: status.get(f"sageMaker{own.layout.name}") or asked.get(name),
    }
    found = {member: item for member, item in known.items() if isinstance(item, str)}
    return Part(Form.RESPONSE, found | dict(status), f"{pointer}/status", spec=own)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _result(item: Any, spec: Spec, pointer: str) -> Part:
    """A result of Search, which finds many kinds of things."""
    found = _kind_in(item, spec) if isinstance(item, Mapping) else None
    if found is None:
        return Part(Form.OTHER, item, pointer)
    name, own = found
    return evolve(_checked(Form.SEARCH, item[name], own, f"{pointer}/{name}"), spec=own)


def _checked(form: Form, item: Any, spec: Spec, pointer: str) -> Part:
    return Part(form if looks_like_response(item, spec) else Form.NOTHING, item, pointer)


def _list_named(value: Mapping[str, Any], *names: str) -> str | None:
    return next((name for name in names if isinstance(value.get(name), list | tuple)), None)


def _is_history(value: Sequence[Any], spec: Spec) -> bool:
    """Holds if a list is the history alone, as ``--query SecondaryStatusTransitions`` prints it."""
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


def _place(part: Part, origin: Origin) -> Origin:
    if part.form in (Form.RESPONSE, Form.NOTHING):
        same = part.pointer == origin.pointer
        return origin if same else evolve(origin, pointer=part.pointer)
    return evolve(origin, pointer=part.pointer, reader=str(part.form))


def _record(part: Part, origin: Origin, tally: Tally) -> Response | Unreadable:
    if part.form is Form.NOTHING:
        reason = _unknown(part.value, tally.spec)
        return tally.unreadable(reason, origin, part.value, foreign=True)
    try:
        record = _response(part, origin, tally.spec)
    except RecursionError:
        return tally.unreadable("nested too deeply", origin, part.value)
    tally.forms[part.form] += 1
    return record


def _unknown(value: Any, spec: Spec) -> str:
    """Why a value holds no response: where an ARN in it tells of what it is, this."""
    texts = value.values() if isinstance(value, Mapping) else ()
    found = (unknown_machine(text, spec) for text in texts if isinstance(text, str))
    return next((unknown_facts(kind, spec) for kind in found if kind), NO_RESPONSE)


def _response(part: Part, origin: Origin, spec: Spec) -> Response:
    own = part.spec or spec
    machine, spec = "" if own is spec else own.name, own
    if part.form is not Form.ROWS:
        kind = _KINDS.get(part.form, Kind.RESPONSE)
        value = renamed(part.value, str(kind), spec)
        response = read_response(value, spec, kind=kind, origin=origin)
        if part.envelope is not None or machine:
            response = evolve(response, envelope=part.envelope, machine=machine)
        return response
    rows = [
        StatusLine(time=row.get("time"), status=row["status"], message=row.get("message"))
        for row in part.value["entries"]
    ]
    return log_response(rows, named_totals(part.value, spec), spec, origin=origin)
