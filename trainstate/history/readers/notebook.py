"""Jupyter notebooks: the logs and responses that cells printed."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from attrs import evolve

from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.counts import NO_RESPONSE, Counts
from trainstate.history.readers.envelope import Form, records
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.printed import BREAK, printed_values
from trainstate.history.readers.sdk_log import READER as LOG_READER
from trainstate.history.readers.sdk_log import read_log

READER = "notebook"

_TAG = re.compile(r"<[^<>]*>")
# The values that a page's script is given, as those of the progress of Step Functions.
_ASSIGNED = re.compile(r"= *(?=[{\[])")


def read_notebook(
    data: bytes, counts: Counts, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in a notebook's printed output, separately for each cell.

    Output is arbitrary text: anything but logs and responses is skipped.
    """
    origin = Origin(file=counts.file, reader=counts.reader, pointer=pointer)
    try:
        notebook = decode(data)
    except NotJson as error:
        yield counts.unreadable(str(error), origin, data)
        return
    if not cells_of(notebook):
        yield counts.unreadable(NO_RESPONSE, origin, notebook)
    for number, cell in enumerate(cells_of(notebook), 1):
        yield from _read_cell(_printed(cell), counts, evolve(origin, cell=number))


def cells_of(notebook: Any) -> list[Any]:
    """The cells of a notebook, also of the old form with worksheets; empty for anything else."""
    if not isinstance(notebook, Mapping):
        return []
    sheets = _list(notebook.get("worksheets"))
    older = [cell for sheet in sheets for cell in _list(_get(sheet, "cells"))]
    return _list(notebook.get("cells")) or older


def _read_cell(text: str, counts: Counts, origin: Origin) -> Iterator[Response]:
    values, around = printed_values(text, counts.spec)
    lines = enumerate(BREAK.split(around), 1)
    ordinal = 0
    for response in read_log(lines, counts.spec, origin=evolve(origin, reader=LOG_READER)):
        ordinal += 1
        counts.forms[LOG_READER] += 1
        yield response
    for value in values:
        inner = evolve(counts, forms=type(counts.forms)())
        for record in records(value, evolve(origin, ordinal=ordinal + 1), inner):
            if isinstance(record, Response):
                ordinal += 1
                counts.forms[Form.RESPONSE] += 1
                yield evolve(record, origin=evolve(record.origin, ordinal=ordinal))


def _printed(cell: Any) -> str:
    """The output of a cell: streams as they are, results on lines of their own."""
    texts: list[str] = []
    for output in _list(_get(cell, "outputs")):
        texts.append(_joined(_get(output, "text")))
        texts.append("\n" + _shown(_get(output, "data")) + "\n")
    return "".join(text for text in texts if text.strip("\n"))


def _shown(data: Any) -> str:
    """A result as text; from its HTML if the text only names the object."""
    plain = _joined(_get(data, "text/plain"))
    page = _joined(_get(data, "text/html"))
    bare = not plain.strip() or plain.startswith("<")
    return unescape(_ASSIGNED.sub("=\n", _TAG.sub("", page))) if page and bare else plain


def _joined(text: Any) -> str:
    return text if isinstance(text, str) else "".join(str(part) for part in _list(text))


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
