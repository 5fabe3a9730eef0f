"""NDJSON: one JSON value a line, read as a stream."""

from collections.abc import Iterable, Iterator

from trainstate.history.model import Origin
from trainstate.history.readers.bytestream import lines
from trainstate.history.readers.compressed import Readable
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import Form, records
from trainstate.history.readers.json_text import read_documents
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.lines import Line, Record
from trainstate.history.typed import decode_of


def read_ndjson(stream: Readable, counts: Counts, *, pointer: str = "") -> Iterator[Record]:
    """The records in the lines of an input, usually one each; blank lines are skipped."""
    yield from line_records(lines(stream, limit=counts.limits.line), counts, pointer=pointer)


def line_records(
    numbered: Iterable[tuple[int, bytes, bool]], counts: Counts, *, pointer: str = ""
) -> Iterator[Record]:
    """The records in lines, given as number, bytes, and whether the line was cut."""
    typed_decode = decode_of(counts.spec)
    for number, line, cut in numbered:
        if line.isspace() or not line:
            continue
        if typed_decode and not cut and (typed := typed_decode.line(line)) is not None:
            counts.forms[Form.RESPONSE] += 1
            yield Line(line, typed, counts, number, pointer)
            continue
        origin = Origin(file=counts.file, line=number, reader=counts.reader, pointer=pointer)
        if cut:
            yield counts.unreadable(f"longer than {counts.limits.line:,} bytes", origin, line)
            continue
        try:
            value = decode(line)
        except NotJson as error:
            # Delivery streams, and writers after a crash, join records without a line end.
            if line.lstrip().startswith(b"{"):
                yield from read_documents(line, counts, pointer=pointer, first=number)
            else:
                yield counts.unreadable(str(error), origin, line)
            continue
        yield from records(value, origin, counts)
