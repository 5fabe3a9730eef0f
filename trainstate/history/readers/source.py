"""Reads one input, from its first byte to its report."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from trainstate.errors import InputError
from trainstate.history.model import Origin
from trainstate.history.readers.bytestream import Opened, lines, opened, read_whole, without_prefix
from trainstate.history.readers.counts import Counts, shows_status
from trainstate.history.readers.foreign import PRINT_JSON, archive, is_notation, named_form
from trainstate.history.readers.json_text import read_documents
from trainstate.history.readers.lines import Record
from trainstate.history.readers.ndjson import read_ndjson
from trainstate.history.readers.notebook import read_notebook
from trainstate.history.readers.plugins import CannotRead, is_binary, plugin, seekable_input
from trainstate.history.readers.printed import read_printed
from trainstate.history.readers.python_literal import read_literals
from trainstate.history.readers.recognise import (
    ARRAY,
    FORCED,
    JSON,
    LOG,
    NDJSON,
    NOTEBOOK,
    PRINTED,
    PYTHON,
    SEPARATED,
    YAML,
    is_text,
    mentions,
    recognised,
)
from trainstate.history.readers.sdk_log import read_log
from trainstate.history.readers.separated import read_separated
from trainstate.history.readers.settings import SKIPPED, Limits, SourceReport
from trainstate.history.readers.yaml_text import read_yaml
from trainstate.spec.model import Spec

# How many records without a response are held before a file in a folder is dropped, or, if it was
# named, they are reported.
_HELD = 1000
_EXPECTED = (
    "; expected recorded responses as JSON, NDJSON, EventBridge events, list or search pages,"
    " an SDK log, a notebook, YAML, CSV or Parquet"
)
_WHOLE: Mapping[str, Callable[..., Iterator[Record]]] = {
    JSON: read_documents,
    ARRAY: read_documents,
    NOTEBOOK: read_notebook,
    PYTHON: read_literals,
    PRINTED: read_printed,
    SEPARATED: read_separated,
    YAML: read_yaml,
}


@frozen(kw_only=True)
class Asked:
    """How to read inputs: the facts, a format or *auto*, and the limits.

    ``lenient`` skips named files that are no recordings, as in folders.
    """

    spec: Spec
    limits: Limits
    input_format: str = "auto"
    lenient: bool = False


@define(kw_only=True)
class Input:
    """One input that is being read.

    If ``named``, raises InputError for anything but a recording; otherwise skips it, as in folders.
    ``report`` is complete after reading.
    """

    asked: Asked
    name: str
    named: bool = True
    file: str | None = None
    pointer: str = ""
    report: SourceReport = field(init=False)

    @report.default
    def _unread(self) -> SourceReport:
        return SourceReport(file=self.name, reader=SKIPPED)

    def read(self, stream: Any) -> Iterator[Record]:
        """The records of the input; raises InputError if it cannot be read at all."""
        limits = self.asked.limits
        opening = opened(stream, limits=limits, file=self.name)
        opening = without_prefix(opening, limits=limits, file=self.name)
        reader = self._reader(opening)
        if reader is None:
            return
        counts = Counts(spec=self.asked.spec, limits=limits, file=self.file, reader=reader)
        # A web page or program with a broken sample is no recording of a folder.
        mentioned = reader != PRINTED and mentions(opening.head, self.asked.spec)
        strict = self.named or is_binary(reader) or mentioned
        read = self._readable(stream, opening, counts)
        try:
            yield from self._settled(read, counts, strict=strict)
        finally:
            if counts.responses:
                self.report = _reported(self.name, counts, opening)
        if counts.responses == 0 and not (strict and counts.broken):
            text = reader in (LOG, PRINTED)
            prose = text or reader == NOTEBOOK
            known = opening.fault or named_form(opening.head, counts.spec, text=prose)
            other = counts.others and counts.spec.narrow
            remedy = "; `--spec` chooses another machine" if other else _EXPECTED
            if text and is_notation(opening.head, counts.spec):
                remedy = PRINT_JSON
            self._refuse(known or _nothing(counts), remedy="" if known else remedy)
            return
        if opening.fault:
            origin = Origin(file=self.file, reader=reader, pointer=self.pointer)
            yield counts.unreadable(opening.fault, origin)
        self.report = _reported(self.name, counts, opening)

    def _reader(self, opening: Opened) -> str | None:
        """The format; None if the input is skipped."""
        if not opening.head.strip():
            self._refuse(opening.fault or "is empty: it has no records")
            return None
        if (packed := archive(opening.head)) is not None:
            self._refuse(packed)
            return None
        if self.asked.input_format != "auto":
            return FORCED[self.asked.input_format]
        found = recognised(opening.head, whole=opening.whole, spec=self.asked.spec)
        # A log's status lines may come after much other output.
        if found is None and is_text(opening.head):
            return PRINTED if shows_status(opening.head, self.asked.spec) else LOG
        if found is None:
            self._refuse("is in no format that is known", remedy=_EXPECTED)
        return found

    def _records(self, opening: Opened, counts: Counts) -> Iterator[Record]:
        if counts.reader == NDJSON:
            return read_ndjson(opening.stream, counts, pointer=self.pointer)
        if counts.reader == LOG:
            return _log_records(opening, counts, pointer=self.pointer)
        data = read_whole(opening.stream, limits=self.asked.limits, file=self.name)
        return _WHOLE[counts.reader](data, counts, pointer=self.pointer)

    def _readable(self, stream: Any, opening: Opened, counts: Counts) -> Iterator[Record]:
        """The records; raises InputError if a named input needs a missing library."""
        try:
            if is_binary(counts.reader):
                reader = plugin(counts.reader)
                with seekable_input(stream, opening) as file:
                    yield from reader(file, counts, pointer=self.pointer)
            else:
                yield from self._records(opening, counts)
        except CannotRead as error:
            if self.named:
                raise InputError(f"{self.name}: {error}.") from None
            origin = Origin(file=self.file, reader=counts.reader, pointer=self.pointer)
            yield counts.unreadable(str(error), origin)

    def _settled(
        self, records: Iterator[Record], counts: Counts, *, strict: bool
    ) -> Iterator[Record]:
        """The records, held back until the input is known to be a recording."""
        held: list[Record] = []
        for record in records:
            if (
                counts.responses
                or (strict and counts.broken)
                or (self.named and len(held) >= _HELD)
            ):
                yield from held
                yield record
                yield from records
                return
            if len(held) < _HELD:
                held.append(record)
            else:
                return

    def _refuse(self, reason: str, *, remedy: str = "") -> None:
        if self.named:
            raise InputError(f"{self.name}: {reason}{remedy}.")
        self.report = SourceReport(file=self.name, reader=SKIPPED, detail=reason)


def _nothing(counts: Counts) -> str:
    if counts.reader in (LOG, PRINTED):
        printed = " and without a printed response" if counts.reader == PRINTED else ""
        return f"is in no format that is known: a text without a status line of the SDK{printed}"
    kind = counts.spec.name.replace("-", " ")
    if counts.others:
        return f"was read as {counts.reader} and has records of other things than {kind}s"
    return f"was read as {counts.reader} and holds no response of a {kind}"


def _log_records(opening: Opened, counts: Counts, *, pointer: str) -> Iterator[Record]:
    origin = Origin(file=counts.file, reader=counts.reader, pointer=pointer)
    for response in read_log(_text_lines(opening, counts.limits), counts.spec, origin=origin):
        counts.forms[counts.reader] += 1
        yield response


def _text_lines(opening: Opened, limits: Limits) -> Iterator[tuple[int, str]]:
    """The lines as text, split at carriage returns too: these overwrite what was printed before."""
    for number, line, _ in lines(opening.stream, limit=limits.line):
        for part in line.decode("utf-8", "replace").split("\r"):
            yield number, part


def _reported(name: str, counts: Counts, opening: Opened) -> SourceReport:
    forms = [form for form in counts.forms if form not in ("response", counts.reader)]
    # A single page or event is reported under its own name.
    single = counts.reader == JSON and len(forms) == len(counts.forms) == 1
    wrapped = [] if single else [f"{counts.forms[form]} of {form}" for form in sorted(forms)]
    others = [f"{counts.others} of other things left out"] if counts.others else []
    return SourceReport(
        file=name,
        reader=str(forms[0]) if single else counts.reader,
        records=counts.records,
        detail=", ".join([*filter(None, [opening.packing]), *wrapped, *others]),
    )
