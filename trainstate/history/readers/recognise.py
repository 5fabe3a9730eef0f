"""Recognises the format of an input by its beginning."""

import re
from collections.abc import Iterator
from typing import Any

from trainstate.history.machines import markers
from trainstate.history.readers import notation
from trainstate.history.readers.counts import shows_status
from trainstate.history.readers.envelope import Form, payloads
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.plugins import ARROW, MAGICS, PARQUET, binary_format
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
"""The reader of each format that the user can request."""

_NOTEBOOK = re.compile(rb'\{\s*"(cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')
_CELL = re.compile(rb'"(?:cell_type|nbformat|kernelspec)"\s*:')
_OBJECT = re.compile(rb'\{\s*(?:["}]|$)')
_ARRAY = re.compile(rb'\[\s*(?:["{\[\]]|$)')
_LITERAL = re.compile(rb"[\[({\s]*\{\s*'")
# The SDK for Node begins with its metadata, in quotes for the sake of the dollar sign.
_NODE = re.compile(rb"[&\s]*(?:\{\s*'\$metadata': |" + notation.BEGIN + b")")
_BLANK = b" \t\r\n\0"


def recognised(head: bytes, *, whole: bool, spec: Spec) -> str | None:
    """The format of an input that begins with ``head``; None if unknown.

    ``whole`` holds if the head is all of it. Any other text is a log if a line of its head begins
    with a status.
    """
    if head.startswith(tuple(MAGICS)):
        return binary_format(head)
    # A machine that stopped while writing can leave blocks of zeros.
    start = head.lstrip(_BLANK)
    if _is_notebook(start, whole=whole):
        return NOTEBOOK
    # A log can contain responses, and lines of responses can contain a log line.
    lined = _begins_with_records(start, spec)
    if not lined and has_status_line(head.decode("utf-8", "replace"), spec):
        return PRINTED if shows_status(head, spec) else LOG
    if lined or _is_ndjson(start, whole=whole, spec=spec):
        return NDJSON
    forms = ((_NODE, PRINTED), (_LITERAL, PYTHON), (_ARRAY, ARRAY), (_OBJECT, JSON))
    found = next((form for beginning, form in forms if beginning.match(start)), None)
    return found or _of_lines(start.decode("utf-8", "replace"), spec)


def is_text(head: bytes) -> bool:
    """Whether an input can be text: text has no null bytes."""
    return b"\0" not in head


def mentions(head: bytes, spec: Spec) -> bool:
    """Whether a text contains the name of a member that only a job's response has."""
    folded = head.replace(b"_", b"").lower()
    return any(name.encode() in folded for name in markers(spec))


def _is_notebook(start: bytes, *, whole: bool) -> bool:
    first = _NOTEBOOK.match(start)
    if first is None:
        return False
    # An image in the first cell can be longer than the head.
    return bool(_CELL.search(start)) or (first[1] == b"cells" and not whole)


def _is_ndjson(start: bytes, *, whole: bool, spec: Spec) -> bool:
    """Whether several lines are values of their own, or one line exceeds the head."""
    lines = [line for line in start.split(b"\n") if not line.isspace() and line]
    if not whole and len(lines) == 1:
        return bool(_OBJECT.match(start))
    values = list(_values(lines if whole else lines[:-1]))
    if len(lines) < 2 or not values:
        return False
    # Pretty-printed JSON has no complete object on an unindented line, but a program's output may
    # have.
    first_is_object = lines[0].startswith(b"{") and _value(lines[0]) is not None
    return first_is_object or any(_is_record(value, spec) for value in values)


def _begins_with_records(start: bytes, spec: Spec) -> bool:
    """Whether the first line and another one are responses."""
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
    return any(payload.form is not Form.NOTHING for payload in payloads(value, spec))
