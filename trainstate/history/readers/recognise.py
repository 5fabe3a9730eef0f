"""Which format an input has, by how it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trainstate.history.machines import tellers
from trainstate.history.readers.envelope import Form, parts
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.plugged import ARROW, MAGICS, PARQUET, binary_format
from trainstate.history.readers.printed import shows_status
from trainstate.history.readers.sdk_log import has_status_line
from trainstate.history.readers.separated import separator
from trainstate.history.readers.yaml_text import is_yaml
from trainstate.spec.model import Spec

JSON, ARRAY, NDJSON = "json", "json-array", "ndjson"
NOTEBOOK, LOG, PYTHON, PRINTED = "notebook", "sdk-log", "python", "printed"
SEPARATED, YAML = "csv", "yaml"

FORCED = {
    "json": JSON,
    "ndjson": NDJSON,
    "yaml": YAML,
    "csv": SEPARATED,
    "log": LOG,
    "notebook": NOTEBOOK,
    "python": PYTHON,
    "parquet": PARQUET,
    "arrow": ARROW,
}
"""The reader of each format that can be asked for."""

_NOTEBOOK = re.compile(rb'\{\s*"(cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')
_CELL = re.compile(rb'"(?:cell_type|nbformat|kernelspec)"\s*:')
_OBJECT = re.compile(rb'\{\s*(?:["}]|$)')
_ARRAY = re.compile(rb'\[\s*(?:["{\[\]]|$)')
_LITERAL = re.compile(rb"[\[({\s]*\{\s*'")
_BLANK = b" \t\r\n\0"


def recognised(head: bytes, *, whole: bool, spec: Spec) -> str | None:
    """The format of an input that begins with ``head``; None for none that is known.

    ``whole`` tells whether the head is all of it. A text that is none of the others is
    a log if a line begins with a status; further down that cannot be seen here.
    """
    if head.startswith(tuple(MAGICS)):
        return binary_format(head)
    # A file that was being written when the machine stopped can have blocks of zeros.
    start = head.lstrip(_BLANK)
    if _is_notebook(start, whole=whole):
        return NOTEBOOK
    # A log can have any JSON in it, responses too; lines of responses can have one of a log.
    lined = _begins_with_records(start, spec)
    if not lined and has_status_line(head.decode("utf-8", "replace"), spec):
        return PRINTED if shows_status(head, spec) else LOG
    if lined or _is_ndjson(start, whole=whole, spec=spec):
        return NDJSON
    forms = ((_LITERAL, PYTHON), (_ARRAY, ARRAY), (_OBJECT, JSON))
    found = next((form for beginning, form in forms if beginning.match(start)), None)
    return found or _of_lines(start.decode("utf-8", "replace"), spec)


def is_text(head: bytes) -> bool:
    """Holds if an input can be text: no recording in another form is read."""
    return b"\0" not in head


def mentions(head: bytes, spec: Spec) -> bool:
    """Holds if the name of a member that only a job's response has stands in the text."""
    folded = head.replace(b"_", b"").lower()
    return any(name.encode() in folded for name in tellers(spec))


def _is_notebook(start: bytes, *, whole: bool) -> bool:
    first = _NOTEBOOK.match(start)
    if first is None:
        return False
    # A picture in the first cell can be longer than the head.
    return bool(_CELL.search(start)) or (first[1] == b"cells" and not whole)


def _is_ndjson(start: bytes, *, whole: bool, spec: Spec) -> bool:
    """Holds if more than one line is a value of its own, or one line is longer than the head."""
    lines = [line for line in start.split(b"\n") if not line.isspace() and line]
    if not whole and len(lines) == 1:
        return bool(_OBJECT.match(start))
    values = list(_values(lines if whole else lines[:-1]))
    if len(lines) < 2 or not values:
        return False
    # Pretty-printed JSON has no object on a line of its own that begins at its start,
    # but the output of a program that is no recording may have any.
    first_is_object = lines[0].startswith(b"{") and _value(lines[0]) is not None
    return first_is_object or any(_is_record(value, spec) for value in values)


def _begins_with_records(start: bytes, spec: Spec) -> bool:
    """Holds if the first line is a response, and another one is."""
    first, _, rest = start.partition(b"\n")
    if not _is_record(_value(first), spec):
        return False
    return any(_is_record(value, spec) for value in _values(rest.split(b"\n")))


def _of_lines(text: str, spec: Spec) -> str | None:
    if is_yaml(text, spec):
        return YAML
    return SEPARATED if separator(text, spec) else None


def _values(lines: list[bytes]) -> Iterator[Any]:
    for line in lines:
        if line.startswith(b"{") and (value := _value(line)):
            yield value


def _value(line: bytes) -> Any:
    try:
        return decode(line)
    except NotJson:
        return None


def _is_record(value: Any, spec: Spec) -> bool:
    return any(part.form is not Form.NOTHING for part in parts(value, spec))
