"""Reads the records in values of a Python program: mappings, texts, paths, and mixes of them."""

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from trainstate.errors import InputError
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.compressed import method_of
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import records
from trainstate.history.readers.lines import Record, slice_of, whole
from trainstate.history.readers.paths import OnSource, asked_for, ignore, read_records
from trainstate.history.readers.plugins import TABLE, CannotRead, plugin
from trainstate.history.readers.remote import is_url
from trainstate.history.readers.sdk_log import has_status_line
from trainstate.history.readers.settings import Limits, SourceReport
from trainstate.history.readers.source import Asked, Input
from trainstate.history.readers.walk import matching
from trainstate.spec.model import Spec

TEXT = "<text>"

_DEEPEST = 4
_LONGEST_PATH = 4096
_EXPECTED = (
    "a mapping, JSON or log text, the path of a file or folder, a table, or an iterable of these"
)


def read_values(values: Any, spec: Spec, **asked: Any) -> Iterator[Response | Unreadable]:
    """The records in values, as ``value_records`` gives them, each with every member."""
    return map(whole, value_records(values, spec, **asked))


def value_records(
    values: Any,
    spec: Spec,
    *,
    input_format: str = "auto",
    limits: Limits = Limits(),  # noqa: B008 - frozen
    on_source: OnSource | None = None,
) -> Iterator[Record]:
    """The records in values of a program, in order; the values are not changed.

    ``values`` is a mapping (a response, an event, a page of a list or a search), JSON text, the
    text of a log, an open file, the path of a file or folder, a table (a frame of pandas or polars,
    a table of Arrow, a relation of DuckDB), or an iterable of these. Consecutive lines are one
    text. Raises InputError for a value of another type, a path that does not exist, and a text or
    file in no known format; UsageError for an unknown ``input_format``.
    """
    asked = asked_for(spec, input_format=input_format, limits=limits)
    return _Values(asked=asked, on_source=on_source or ignore).read(values)


@frozen(kw_only=True)
class _Values:
    """How values are read."""

    asked: Asked
    on_source: OnSource

    def read(self, value: Any, pointer: str = "", depth: int = 0) -> Iterator[Record]:
        if isinstance(value, Response | Unreadable):
            yield value
        # An Arrow value is a mapping of Arrow values, which no rule knows.
        elif isinstance(value, Mapping) and not hasattr(value, "as_py"):
            yield from self._mapping(value, pointer)
        elif _is_table(value):
            yield from self._table(value, pointer)
        elif isinstance(value, str):
            yield from self._text_or_path(value, pointer)
        elif isinstance(value, bytes | bytearray | memoryview):
            yield from self._text(bytes(value), pointer)
        elif isinstance(value, os.PathLike):
            yield from self._path(value)
        elif hasattr(value, "read"):
            yield from self._text(_encoded(value.read()), pointer)
        elif isinstance(value, Iterable) and depth < _DEEPEST and not hasattr(value, "as_py"):
            yield from self._items(value, pointer, depth)
        else:
            kind = type(value).__name__
            raise InputError(f"Expected {_EXPECTED} but got a value of type {kind}.")

    def _items(self, values: Iterable[Any], pointer: str, depth: int) -> Iterator[Record]:
        gathered: list[bytes] = []
        first = 0
        for index, value in enumerate(values):
            if _is_line(value, bool(gathered)):
                first = first if gathered else index
                gathered.append(_encoded(value).removesuffix(b"\n"))
                continue
            yield from self._lines(gathered, f"{pointer}/{first}")
            gathered = []
            yield from self.read(value, f"{pointer}/{index}", depth + 1)
        yield from self._lines(gathered, f"{pointer}/{first}")

    def _lines(self, gathered: list[bytes], pointer: str) -> Iterator[Record]:
        text = b"\n".join(gathered)
        if text.strip():
            yield from self._text(text, pointer)

    def _mapping(self, value: Mapping[str, Any], pointer: str) -> Iterator[Record]:
        origin = Origin(pointer=pointer)
        counts = Counts(
            spec=self.asked.spec, limits=self.asked.limits, file=None, reader=origin.reader
        )
        line = slice_of(value, counts, pointer)
        if line is None:
            yield from records(value, origin, counts)
        else:
            yield line

    def _table(self, value: Any, pointer: str) -> Iterator[Record]:
        asked, name = self.asked, f"<{type(value).__name__}>"
        counts = Counts(spec=asked.spec, limits=asked.limits, file=None, reader=TABLE)
        try:
            yield from plugin(TABLE)(value, counts, pointer=pointer)
        except CannotRead as error:
            raise InputError(f"{name}: {error}.") from None
        if not counts.records and not counts.others:
            raise InputError(f"{name}: holds no response of a training job.")
        self.on_source(SourceReport(file=name, reader=TABLE, records=counts.records))

    def _text_or_path(self, value: str, pointer: str) -> Iterator[Record]:
        if _is_json(value) or not _is_path(value):
            yield from self._text(_encoded(value), pointer)
        else:
            yield from self._path(value)

    def _text(self, data: bytes, pointer: str) -> Iterator[Record]:
        if b"\n" not in data and not _is_text(data, self.asked):
            shown = data[:80].decode("utf-8", "replace")
            raise InputError(
                f"Expected {_EXPECTED} but got the text {shown!r}, which is neither JSON nor"
                " a log, and no file or folder is called so or matches it."
            )
        reading = Input(asked=self.asked, name=TEXT, pointer=pointer)
        yield from reading.read(io.BytesIO(data))
        self.on_source(reading.report)

    def _path(self, path: str | os.PathLike[str]) -> Iterator[Record]:
        yield from read_records(
            [path],
            self.asked.spec,
            input_format=self.asked.input_format,
            limits=self.asked.limits,
            on_source=self.on_source,
        )


def _is_table(value: Any) -> bool:
    """Whether a value is a table of any library: it streams Arrow and is no column.

    A column can be iterated, and has neither columns nor a schema.
    """
    kind = type(value)
    lazy = hasattr(kind, "collect_schema") and hasattr(kind, "collect")
    streams = hasattr(kind, "__arrow_c_stream__") or hasattr(kind, "__arrow_c_array__")
    named = hasattr(kind, "columns") or hasattr(kind, "schema")
    return lazy or (streams and (named or not isinstance(value, Iterable)))


def _encoded(value: Any) -> bytes:
    """Text as bytes; a lone surrogate, which no file can hold, makes its line unreadable."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)


def _is_line(value: Any, begun: bool) -> bool:
    """Whether a value is one line of a text, as an open file yields them.

    After the first (``begun``) any text but a file's path is one, as logs contain URLs and
    patterns.
    """
    if isinstance(value, str):
        is_path = _is_there if begun else _is_path
        return "\n" not in value.removesuffix("\n") and (_is_json(value) or not is_path(value))
    return isinstance(value, bytes) and b"\n" not in value[:-1] and method_of(value) is None


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _is_path(text: str) -> bool:
    return _is_there(text) or (_is_short(text) and (is_url(text) or matching(text) != [text]))


def _is_there(text: str) -> bool:
    # Path.exists raises for names that the system does not accept.
    return _is_short(text) and os.path.exists(text)  # noqa: PTH110


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_PATH and "\n" not in text


def _is_text(data: bytes, asked: Asked) -> bool:
    """Whether a single line can be more than a path that does not exist."""
    text = data.decode("utf-8", "replace")
    return (
        _is_json(text)
        or asked.input_format != "auto"
        or method_of(data) is not None
        or b"\0" in data
        or has_status_line(text, asked.spec)
    )
