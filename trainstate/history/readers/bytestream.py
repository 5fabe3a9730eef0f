"""The bytes of an input: decompressed, as UTF-8 without byte order mark or line prefix."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import InputError
from trainstate.history.readers.compressed import MAGIC, Readable, Replayed, Unpacked, method_of
from trainstate.history.readers.settings import MEBIBYTE, Limits

HEAD = 64 * 1024
"""How many bytes are examined to recognise the format."""

BLOCK = MEBIBYTE
_LONGEST_MARK = 4
# UTF-32's mark starts with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@frozen(kw_only=True)
class Opened:
    """An input that can be read from its beginning.

    ``head`` are its first bytes, and ``whole`` holds if they are all of it. ``packing`` is the
    compression, ``unpacked`` the decompressor.
    """

    stream: Readable
    head: bytes
    whole: bool
    packing: str = ""
    unpacked: Unpacked | None = None

    @property
    def fault(self) -> str | None:
        """The damage of the compressed data; None if there is none."""
        return None if self.unpacked is None else self.unpacked.fault


def opened(source: Readable, *, limits: Limits, file: str) -> Opened:
    """Opens an input: decompresses it, converts it to UTF-8 and reads its head."""
    stream, unpacked = source, None
    start = _take(stream, MAGIC)
    stream = Replayed(start, stream)
    magic = method_of(start)
    if magic is not None:
        unpacked = Unpacked(stream, magic, limits=limits, file=file)
        stream = unpacked
    stream = _in_utf8(stream)
    head = _take(stream, HEAD)
    return Opened(
        stream=Replayed(head, stream),
        head=head,
        whole=len(head) < HEAD,
        packing=unpacked.method if unpacked else "",
        unpacked=unpacked,
    )


def read_whole(stream: Readable, *, limits: Limits, file: str) -> bytes:
    """All bytes of a document; raises InputError if it exceeds the limit."""
    data = _take(stream, limits.document + 1)
    if len(data) > limits.document:
        raise InputError(
            f"{file}: is larger than {limits.document:,} bytes, the limit for one document;"
            " write it as NDJSON, one response a line, or raise `Limits.document`."
        )
    return data


def lines(stream: Readable, *, limit: int) -> Iterator[tuple[int, bytes, bool]]:
    """The lines of an input: number from 1, bytes, and whether the line was cut.

    A line longer than ``limit`` bytes is skipped and only its beginning returned, so memory is
    bounded.
    """
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    number, kept = 1, _Kept(limit)
    while size := stream.readinto(view):
        start = 0
        while (end := buffer.find(b"\n", start, size)) >= 0:
            if kept.held or end - start > limit:
                yield (number, *kept.line(view[start:end]))
            else:
                yield number, bytes(view[start:end]), False
            number, start = number + 1, end + 1
        kept.add(view[start:size])
    if kept.held:
        yield (number, *kept.line(view[:0]))


class _Kept:
    """The part of a line from earlier blocks."""

    def __init__(self, limit: int) -> None:
        self.held = bytearray()
        self._limit, self._cut = limit, False

    def add(self, part: memoryview) -> None:
        room = self._limit - len(self.held)
        if self._cut or len(part) > room:
            self._cut = True
            del self.held[HEAD:]
            part = part[: max(HEAD - len(self.held), 0)]
        self.held += part

    def line(self, part: memoryview) -> tuple[bytes, bool]:
        self.add(part)
        whole = bytes(self.held), self._cut
        self.held, self._cut = bytearray(), False
        return whole


def _take(stream: Readable, size: int) -> bytes:
    """The next bytes; fewer than ``size`` only at the end."""
    taken, view = bytearray(), memoryview(bytearray(min(size, BLOCK)))
    while len(taken) < size:
        count = stream.readinto(view[: min(size - len(taken), BLOCK)])
        if not count:
            break
        taken += view[:count]
    return bytes(taken)


def _in_utf8(stream: Readable) -> Readable:
    """The text as UTF-8 without byte order mark."""
    start = _take(stream, _LONGEST_MARK)
    mark, encoding = next((known for known in _MARKS if start.startswith(known[0])), (b"", "utf-8"))
    if encoding == "utf-8":
        return Replayed(start[len(mark) :], stream)
    return _Transcoded(Replayed(start, stream), encoding)


class _Transcoded:
    """Text of another encoding as UTF-8; undecodable bytes are replaced."""

    def __init__(self, source: Readable, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._block = memoryview(bytearray(HEAD))
        self._ready = memoryview(b"")
        self._ended = False

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready and not self._ended:
            size = self._source.readinto(self._block) or 0
            self._ended = not size
            text = self._decoder.decode(self._block[:size], final=self._ended)
            self._ready = memoryview(text.encode("utf-8", "replace"))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


_FORMS = tuple(
    re.compile(rb"^" + form, re.MULTILINE | re.ASCII)
    for form in (
        rb"[ \t]*#+ ?",
        rb"[ \t]*//+ ?",
        rb"[ \t]*> ?(?:> ?)*",
        rb"[ \t]*(?:--|;+|%+|\*) ?",
        # `kubectl logs --timestamps`, `docker logs -t`, `aws logs tail --format short`, GitHub.
        rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?:[ \t]|$)",
        # `docker compose logs`
        rb"[\w./-]{1,60} *\| ?",
    )
)


def without_prefix(opening: Opened, *, limits: Limits, file: str) -> Opened:
    """The input without a prefix that all lines of its head share; raises InputError at a limit."""
    form = _shared(opening.head, whole=opening.whole)
    if form is None:
        return opening
    bare = form.sub(b"", read_whole(opening.stream, limits=limits, file=file))
    return evolve(opening, stream=io.BytesIO(bare), head=form.sub(b"", opening.head))


def _shared(head: bytes, *, whole: bool) -> re.Pattern[bytes] | None:
    lines = head.split(b"\n")
    inked = [line for line in (lines if whole else lines[:-1]) if line.strip()]
    return next((form for form in _FORMS if inked and all(map(form.match, inked))), None)
