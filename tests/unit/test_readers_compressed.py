"""Compressed recordings: recognised by their bytes, read as streams, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sys
from pathlib import Path

import pytest

from trainstate.errors import InputError
from trainstate.history import Response, Unreadable
from trainstate.history.readers import Limits, SourceReport, read_paths
from trainstate.spec.load import builtin_spec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SPEC = builtin_spec()
LINE = b'{"TrainingJobName":"job","TrainingJobStatus":"InProgress"}\n'
LINES = b"".join(
    b'{"TrainingJobName":"job-%d","TrainingJobStatus":"InProgress"}\n' % number
    for number in random.Random(1).sample(range(10**9), 20_000)
)


def small_blocks(data: bytes) -> bytes:
    return bz2.compress(data, 1)


COMPRESSORS = [gzip.compress, zstd.compress, small_blocks, lzma.compress]


def read(data: bytes, folder: Path, name: str = "recording", **limits: float) -> list[str]:
    """The names of the jobs in a file, and the reasons of what was unreadable."""
    (folder / name).write_bytes(data)
    records = read_paths([folder / name], SPEC, limits=Limits(**limits))  # type: ignore[arg-type]
    return [told(record) for record in records]


def told(record: Response | Unreadable) -> str:
    return record.reason if isinstance(record, Unreadable) else record.name or ""


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LINE * 4, mtime=0),
        gzip.compress(LINE, mtime=0) + gzip.compress(LINE * 3, mtime=0),
        gzip.compress(LINE, mtime=0) + gzip.compress(LINE * 3, mtime=0) + b"\0" * 100_000,
        zstd.compress(LINE * 4),
        zstd.compress(LINE) + zstd.compress(LINE * 3),
        bz2.compress(LINE * 4),
        bz2.compress(LINE) + bz2.compress(LINE * 3),
        lzma.compress(LINE * 4),
        lzma.compress(LINE) + b"\0" * 8 + lzma.compress(LINE * 3) + b"\0" * 4,
    ],
)
def test_compressed_files_are_read_whatever_their_name(tmp_path: Path, data: bytes) -> None:
    """Members and frames that follow one another are one file; padding is none."""
    actual = read(data, tmp_path)

    assert ["job"] * 4 == actual


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_large_files_are_read_in_blocks(tmp_path: Path, compress: object) -> None:
    """A file that is larger than every buffer is read whole."""
    actual = read(compress(LINES), tmp_path)  # type: ignore[operator]

    assert 20_000 == len(actual)


def test_a_file_that_is_called_compressed_need_not_be(tmp_path: Path) -> None:
    """Not the name, the bytes tell what is compressed."""
    actual = read(LINE, tmp_path, "plain.json.gz")

    assert ["job"] == actual


def test_standard_input_may_be_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressed bytes on standard input are read, and the report names the packing."""
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(LINE * 2, mtime=0)))
    monkeypatch.setattr("sys.stdin", stdin)
    reports: list[SourceReport] = []

    actual = list(read_paths(["-"], SPEC, on_source=reports.append))

    expected = SourceReport(file="<stdin>", reader="ndjson", records=2, detail="gzip")
    assert (2, [expected]) == (len(actual), reports)


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_what_was_unpacked_of_a_damaged_file_is_read(tmp_path: Path, compress: object) -> None:
    """Records before the damage are read; the damage is a record that is unreadable."""
    data = compress(LINES)  # type: ignore[operator]

    actual = read(data[: len(data) // 2], tmp_path)

    assert "the compressed data ends too early" == actual[-1]
    assert len(actual) > 5000


def test_corrupt_data_is_told_from_truncated_data(tmp_path: Path) -> None:
    """Data that cannot be unpacked says so, after the records before it."""
    data = bytearray(gzip.compress(LINES, mtime=0))
    data[-6] ^= 0xFF

    actual = read(bytes(data), tmp_path)

    assert actual[-1].startswith("the compressed data is damaged: ")
    assert len(actual) > 18_000


@pytest.mark.parametrize("rest", [b"noise", b"x", b"\0\0x"])
def test_what_follows_compressed_data_is_told(tmp_path: Path, rest: bytes) -> None:
    """Something else after the compressed data is an unreadable record."""
    actual = read(gzip.compress(LINE, mtime=0) + rest, tmp_path)

    assert ["job", "something follows the compressed data"] == actual


# An empty line, for which the header asks for 192 MiB.
GREEDY = bytes.fromhex(
    "fd377a585a000004e6d6b446020021011f000000fe60edde010001780a000000374a51dc33a2cab000011a02dc2ea57e1fb6f37d010000000004595a"
)


@pytest.mark.parametrize(
    "data",
    [
        *(b"\x1f\x8bnoise", b"\x28\xb5\x2f\xfdnoise", b"\x1f\x8b"),
        *(b"BZhnoise", b"BZh9", b"\xfd7zXZ\x00noise", GREEDY),
    ],
)
def test_a_file_of_which_nothing_can_be_unpacked_is_refused(tmp_path: Path, data: bytes) -> None:
    """A named file that is damaged from its beginning is refused."""
    with pytest.raises(InputError, match="recording: the compressed data"):
        read(data, tmp_path)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_input_may_not_expand_without_end(tmp_path: Path, compress: object) -> None:
    """A file that expands beyond the ratio is refused, and the option is named."""
    bomb = compress(LINE + b" " * (80 << 20))  # type: ignore[operator]

    with pytest.raises(InputError, match=r"more than 500 times its size.*--max-ratio"):
        read(bomb, tmp_path, ratio=500)


def test_the_ratio_can_be_raised(tmp_path: Path) -> None:
    """A file that may be trusted is read with a higher ratio."""
    bomb = gzip.compress(LINE + b" " * (80 << 20), mtime=0)

    actual = read(bomb, tmp_path, ratio=1e9, line=100)

    assert ["job", "longer than 100 bytes"] == actual or ["job"] == actual


def test_small_input_may_expand_as_it_likes(tmp_path: Path) -> None:
    """A recording of many equal polls is no attack."""
    actual = read(gzip.compress(LINE * 50_000, mtime=0), tmp_path, ratio=2)

    assert 50_000 == len(actual)


def test_unpacked_input_has_a_largest_size(tmp_path: Path) -> None:
    """A file that expands beyond the limit in bytes is refused."""
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        read(gzip.compress(LINE * 50, mtime=0), tmp_path, decompressed=1000)
