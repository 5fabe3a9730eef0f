"""Tables as text: a line of member names, and a line of cells for each response (CSV)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from attrs import evolve

from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.envelope import records
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.python_literal import NotLiteral, literal
from trainstate.history.readers.tally import Tally
from trainstate.history.wire import folded, looks_like_response
from trainstate.spec.model import Spec

READER = "csv"

_SEPARATORS = (",", "\t", ";")
_NAME = re.compile(r"[\w. -]{0,80}")
_NOTHING = frozenset({"", "null", "none", "nan", "nat", "<na>", "\\n"})
_WHOLE = re.compile(r"-?\d{1,18}(?:\.0*)?", re.ASCII)
_NESTED = frozenset({"structure", "map", "list"})


def separator(line: str, spec: Spec) -> str | None:
    """What separates the names in the first line of a table of responses; None in other lines."""
    for mark in _SEPARATORS:
        names = _names(line, mark)
        worded = len(names) > 1 and all(map(_NAME.fullmatch, names))
        if worded and looks_like_response(dict.fromkeys(names), spec):
            return mark
    return None


def read_separated(
    data: bytes, tally: Tally, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in the lines of a table; an empty cell is an absent member."""
    origin = Origin(file=tally.file, reader=tally.reader, pointer=pointer)
    whole = data.decode("utf-8", "replace")
    # Not a tab: the name of the first column can be empty.
    text = whole.lstrip(" \r\n\0")
    skipped = whole.count("\n", 0, len(whole) - len(text))
    first = text.partition("\n")[0].rstrip("\r")
    mark = separator(first, tally.spec) or _SEPARATORS[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    names = next(rows, [])
    begins = skipped + rows.line_num + 1
    try:
        for cells in rows:
            place, begins = evolve(origin, line=begins), skipped + rows.line_num + 1
            if not cells:
                continue
            if len(cells) != len(names):
                told = f"{len(cells)} cells under {len(names)} names"
                yield tally.unreadable(told, place, mark.join(cells))
                continue
            yield from records(_members(names, cells, tally.spec), place, tally)
    except csv.Error as error:
        yield tally.unreadable(f"not CSV: {error}", evolve(origin, line=begins))


def _names(line: str, mark: str) -> list[str]:
    with suppress(csv.Error):
        return [name.strip() for name in next(csv.reader([line], delimiter=mark), [])]
    return []


def _members(names: Sequence[str], cells: Sequence[str], spec: Spec) -> dict[str, Any]:
    types = _types(spec)
    return {
        name.strip(): _value(cell, types.get(folded(name.strip())))
        for name, cell in zip(names, cells, strict=True)
        if cell.strip().lower() not in _NOTHING
    }


def _types(spec: Spec) -> Mapping[str, str]:
    return {folded(member.name): member.type for member in spec.members}


def _value(cell: str, kind: str | None) -> Any:
    """What a cell holds, by the type of its member; the text where it is no such value."""
    if kind in ("integer", "long") and _WHOLE.fullmatch(cell):
        return int(cell.partition(".")[0])
    if kind == "boolean" and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    return _nested(cell) if kind in _NESTED else cell


def _nested(cell: str) -> Any:
    data = cell.encode("utf-8", "replace")
    with suppress(NotJson):
        return decode(data)
    with suppress(NotLiteral):
        return literal(data)
    return cell


__all__ = ["READER", "read_separated", "separator"]
