"""CSV tables: a line of names, then one response, or its JSON text, a line.

Names can have a prefix (``detail.TrainingJobName``) and be paths
(``ResourceConfig.InstanceCount``). If no name is a member's, as in exports of CloudWatch Logs
Insights (``@timestamp,@message``), a cell holds the whole response as JSON.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any

from attrs import evolve, frozen

from trainstate.history.machines import folded, machine_of
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import Form, Payload, payload_records, payloads
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.python_literal import NotLiteral, literal
from trainstate.history.wire import looks_like_response
from trainstate.spec.model import Spec

READER = "csv"

_SEPARATORS = (",", "\t", ";")
_NAME = re.compile(r"[@\w./: -]{0,200}")
_PREFIX = re.compile(r"[^._/:-]+[._/:-]+")
_PREFIXES_TRIED = 50
_NOTHING = frozenset({"", "null", "none", "nan", "nat", "<na>", "\\n"})
_WHOLE = re.compile(r"-?\d{1,18}(?:\.0*)?", re.ASCII)
_TRUTHS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_NESTED = frozenset({"structure", "map", "list"})
# How many lines are searched for a cell with a response; others may come first.
_LOOKED_AT = 20


def separator(text: str, spec: Spec) -> str | None:
    """The separator of a text that begins as a table of responses; None for any other."""
    first = text.partition("\n")[0].rstrip("\r")
    for mark in _SEPARATORS:
        names = _names(first, mark)
        if not names or not all(map(_NAME.fullmatch, names)):
            continue
        if len(names) > 1 and _prefix(names, spec) is not None:
            return mark
        quoted = '"{""' in text or (len(names) > 1 and '{"' in text)
        if quoted and any(_holds(row, spec) for row in _first_rows(text, mark, len(names))):
            return mark
    return None


def read_separated(
    data: bytes, counts: Counts, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in the lines of a table; an empty cell is an absent member."""
    origin = Origin(file=counts.file, reader=counts.reader, pointer=pointer)
    whole = data.decode("utf-8", "replace")
    # Not a tab: the first column's name can be empty.
    text = whole.lstrip(" \r\n\0")
    skipped = whole.count("\n", 0, len(whole) - len(text))
    mark = separator(text, counts.spec) or _SEPARATORS[0]
    # The standard library limits a cell to 128 KiB.
    csv.field_size_limit(max(csv.field_size_limit(), counts.limits.line))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    names = [name.strip() for name in next(rows, [])]
    table = _Table.of(names, counts.spec)
    begins = skipped + rows.line_num + 1
    try:
        for cells in rows:
            place, begins = evolve(origin, line=begins), skipped + rows.line_num + 1
            if not cells:
                continue
            if len(cells) != len(names):
                fault = f"{len(cells)} cells under {len(names)} names"
                yield counts.unreadable(fault, place, mark.join(cells))
                continue
            for payload in table.payloads(cells, counts.spec, pointer):
                yield from payload_records(payload, place, counts)
    except csv.Error as error:
        yield counts.unreadable(f"not CSV: {error}", evolve(origin, line=begins))


@frozen
class _Table:
    """The columns of a table: the path of each in a response, and its type.

    ``typed`` is false if no column is a member, and cells hold whatever a log has.
    """

    columns: tuple[tuple[tuple[str, ...], str | None], ...]
    typed: bool

    @classmethod
    def of(cls, names: Sequence[str], spec: Spec) -> _Table:
        prefix = _prefix(names, spec)
        own = machine_of(_begun([name.removeprefix(prefix or "") for name in names]), spec)
        # Next to an event's envelope its detail must stay nested.
        outer = ("detail",) if "detail-type" in names and prefix else ()
        columns = []
        for name in names:
            path, kind = _column(name.removeprefix(prefix or ""), own)
            columns.append(((*outer, *path) if name.startswith(prefix or "") else path, kind))
        return cls(tuple(columns), prefix is not None)

    def payloads(self, cells: Sequence[str], spec: Spec, pointer: str) -> Iterator[Payload]:
        """The payloads in a line; a line without a response is OTHER."""
        row: dict[str, Any] = {}
        for (path, kind), cell in zip(self.columns, cells, strict=True):
            if cell.strip().lower() not in _NOTHING:
                _put(row, path, cell_value(cell, kind))
        for payload in payloads(_listed(row), spec, pointer):
            none = payload.form is Form.NOTHING and not self.typed
            yield evolve(payload, form=Form.OTHER) if none else payload


def _names(line: str, mark: str) -> list[str]:
    with suppress(csv.Error):
        return [name.strip() for name in next(csv.reader([line], delimiter=mark), [])]
    return []


def _prefix(names: Sequence[str], spec: Spec) -> str | None:
    """The prefix of the members' names, usually empty; None if no name is a member's."""
    begins = {"": None} | {found[0]: None for name in names if (found := _PREFIX.match(name))}
    for prefix in islice(begins, _PREFIXES_TRIED):
        bare = _begun(name.removeprefix(prefix) for name in names if name.startswith(prefix))
        if looks_like_response(bare, machine_of(bare, spec)):
            return prefix
    return None


def _begun(names: Iterable[str]) -> Mapping[str, None]:
    """The top-level members of the columns' names."""
    return dict.fromkeys(name.partition(".")[0] for name in names)


def _first_rows(text: str, mark: str, width: int) -> Iterator[list[str]]:
    with suppress(csv.Error):
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        yield from (row for row in islice(rows, 1, 1 + _LOOKED_AT) if len(row) == width)


def _holds(cells: Sequence[str], spec: Spec) -> bool:
    found = (payload for cell in cells for payload in payloads(cell, spec))
    return any(payload.form not in (Form.NOTHING, Form.OTHER) for payload in found)


def _column(name: str, spec: Spec) -> tuple[tuple[str, ...], str | None]:
    """The path of a column's cells in a response, and their type if known."""
    path = tuple(name.split("."))
    kind = _types(spec).get(folded(path[0]))
    if len(path) == 1 or kind not in _NESTED:
        return (name,), kind
    # A map's values are always text, and its keys may contain dots.
    return ((path[0], name.partition(".")[2]), None) if kind == "map" else (path, "scalar")


@cache
def _types(spec: Spec) -> Mapping[str, str]:
    return {folded(member.name): member.type for member in spec.members}


def _put(row: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        inner = row.setdefault(name, {})
        row = inner if isinstance(inner, dict) else {}
    row.setdefault(path[-1], value)


def _listed(value: Any) -> Any:
    """Turns mappings with keys 0, 1, … into lists, as for ``Entries.0.Status``."""
    if not isinstance(value, dict):
        return value
    if value and list(value) == [str(index) for index in range(len(value))]:
        return [_listed(item) for item in value.values()]
    return {name: _listed(item) for name, item in value.items()}


def cell_value(cell: str, kind: str | None) -> Any:
    """The value of a cell by its member's type; the text if it has another form."""
    if kind in ("integer", "long", "scalar") and _WHOLE.fullmatch(cell):
        return int(cell.partition(".")[0])
    if kind == "boolean" or (kind == "scalar" and cell.lower() in ("true", "false")):
        return _TRUTHS.get(cell.strip().lower(), cell)
    return _nested(cell) if kind in _NESTED else cell


def _nested(cell: str) -> Any:
    data = cell.encode("utf-8", "replace")
    with suppress(NotJson):
        return decode(data)
    with suppress(NotLiteral):
        return literal(data)
    return cell
