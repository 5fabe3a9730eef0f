"""Compressed input, recognised by its first bytes and decompressed within limits."""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

from trainstate.errors import InputError
from trainstate.history.readers.settings import MEBIBYTE, Limits

# If the end is damaged, the block being decompressed is lost, so blocks are small.
_BLOCK = 64 * 1024
# Small inputs may expand without limit: a job that was polled for a week is mostly repetition.
_RATIO_FROM = 64 * MEBIBYTE
_GZIP_WINDOW = 31  # the largest window, with a gzip header
_XZ_MEMORY = 128 * MEBIBYTE  # `xz -9` needs 65; a header may ask for gigabytes


class Readable(Protocol):
    """An input that reads bytes into a buffer."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fills the buffer from its beginning; 0 at the end."""
        ...


class _Gzip:
    """A gzip decompressor for one member, with the interface of the others."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(_GZIP_WINDOW)

    @property
    def eof(self) -> bool:
        return self._inflating.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflating.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inflating.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflating.decompress(self._inflating.unconsumed_tail + data, max_length)


def _zstd() -> Any:
    if sys.version_info >= (3, 14):  # pragma: no cover - the other branch of a version
        from compression import zstd  # noqa: PLC0415 - loaded only for what is zstd
    else:
        from backports import zstd  # noqa: PLC0415 - loaded only for what is zstd
    return zstd.ZstdDecompressor()


_METHODS: dict[bytes, tuple[str, Callable[[], Any]]] = {
    b"\x1f\x8b": ("gzip", _Gzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
    b"\xfd7zXZ\x00": ("xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)),
}
MAGIC = max(map(len, _METHODS))
"""How many bytes show whether an input is compressed."""


def method_of(head: bytes) -> bytes | None:
    """The magic bytes that an input begins with; None if it is not compressed."""
    return next((magic for magic in _METHODS if head.startswith(magic)), None)


class Unpacked:
    """The decompressed bytes of an input.

    ``fault`` is the damage of the compressed data, None while there is none; everything before it
    is read. Raises InputError when a limit is exceeded.
    """

    def __init__(self, source: Readable, magic: bytes, *, limits: Limits, file: str) -> None:
        self.method, self._start = _METHODS[magic]
        self.fault: str | None = None
        self._magic, self._source, self._limits, self._file = magic, source, limits, file
        self._unpacker = self._start()
        self._block = bytearray(_BLOCK)
        self._ended = False
        self._taken = self._given = 0

    def readinto(self, buffer: Any, /) -> int:
        """Fills the buffer from its beginning; 0 at the end or at damaged data."""
        while not self._ended:
            data = self._step(min(len(buffer), _BLOCK))
            if data:
                self._count(len(data))
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _step(self, size: int) -> bytes:
        if self._unpacker.eof:
            self._next_member()
            return b""
        fed = self._feed() if self._unpacker.needs_input else b""
        if self._unpacker.needs_input and not fed:
            self._end("the compressed data ends too early")
            return b""
        return self._decompress(fed, size)

    def _decompress(self, data: bytes, size: int) -> bytes:
        try:
            unpacked: bytes = self._unpacker.decompress(data, size)
            return unpacked
        # zlib.error and ZstdError share no parent below Exception.
        except Exception as error:  # noqa: BLE001
            self._end(f"the compressed data is damaged: {error}")
            return b""

    def _feed(self) -> bytes:
        size = self._source.readinto(memoryview(self._block)) or 0
        self._taken += size
        return bytes(self._block[:size])

    def _next_member(self) -> None:
        """Starts the next member: files may be concatenated, and gzip pads with zeros."""
        rest = self._unpacker.unused_data.lstrip(b"\0")
        while len(rest) < MAGIC and (more := self._feed()):
            rest = (rest + more).lstrip(b"\0")
        if not rest:
            self._end(None)
        elif not rest.startswith(self._magic):
            self._end("something follows the compressed data")
        else:
            self._source = Replayed(rest, self._source)
            self._taken -= len(rest)
            self._unpacker = self._start()

    def _end(self, fault: str | None) -> None:
        self._ended, self.fault = True, fault

    def _count(self, size: int) -> None:
        self._given += size
        if self._given > self._limits.decompressed:
            raise InputError(
                f"{self._file}: expands to more than {self._limits.decompressed:,} bytes, the"
                " limit for compressed input; unpack it first, or raise `Limits.decompressed`."
            )
        if self._given > _RATIO_FROM and self._given > self._limits.ratio * self._taken:
            raise InputError(
                f"{self._file}: expands to more than {self._limits.ratio:g} times its size, the"
                " limit for compressed input; if it can be trusted, raise `--max-ratio`"
                " (`Limits.ratio`)."
            )


class Replayed:
    """The bytes already read, then the rest of their source."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = memoryview(head), rest

    def readinto(self, buffer: Any, /) -> int:
        """Fills the buffer from its beginning; 0 at the end."""
        if not self._head:
            return self._rest.readinto(buffer) or 0
        size = min(len(buffer), len(self._head))
        buffer[:size] = self._head[:size]
        self._head = self._head[size:]
        return size
