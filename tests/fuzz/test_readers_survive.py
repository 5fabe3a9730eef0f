"""Readers survive any bytes: only documented errors escape, whatever was changed in a file."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.target import read, read_any
from trainstate.history.readers import FORMATS

SEEDS = sorted((Path(__file__).parent / "seeds").iterdir())
CONTENTS = [seed.read_bytes() for seed in SEEDS]

# What readers look for, and what has broken readers of other programs.
TOKENS = [
    *(b"{", b"}", b"[", b"]", b'"', b"'", b",", b":", b"\n", b"\r", b"\0", b"\\", b"\xff"),
    *(b"null", b"NaN", b"-1e999", b"1e400", b"9" * 400, b'"\\ud800"', b"true", b"\xef\xbb\xbf"),
    *(b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:60Z", b"datetime.datetime(", b"[" * 500),
    *(b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"Starting - ", b"SecondaryStatusTransitions"),
]


def _inserted(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + token + data[at:]


def _replaced(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + token + data[at + len(token) :]


def _cut(data: bytes, at: int, _: bytes) -> bytes:
    return data[:at]


def _removed(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + data[at + len(token) :]


def _doubled(data: bytes, at: int, _: bytes) -> bytes:
    return data[:at] + data


CHANGES: list[Callable[[bytes, int, bytes], bytes]] = [
    *(_inserted, _replaced, _cut, _removed, _doubled)
]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A seed with one to six changes, perhaps compressed afterwards."""
    data = draw(st.sampled_from(CONTENTS))
    for _ in range(draw(st.integers(1, 6))):
        token = draw(st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=4))
        at = draw(st.integers(0, len(data)))
        data = draw(st.sampled_from(CHANGES))(data, at, token)
    return gzip.compress(data, mtime=0) if draw(st.booleans()) else data


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seed_is_read(seed: Path) -> None:
    """Each seed is a recording: it gives at least one record."""
    assert read(seed.read_bytes(), "auto") > 0


@given(data=broken(), input_format=st.sampled_from(FORMATS))
@example(data=b"", input_format="auto")
@example(data=b"\x1f\x8b", input_format="auto")
def test_a_broken_file_raises_documented_errors_only(data: bytes, input_format: str) -> None:
    """A recording that was damaged anywhere is read, reported or refused; nothing escapes."""
    assert read(data, input_format) >= 0


@given(data=st.binary(max_size=200), input_format=st.sampled_from(FORMATS))
def test_any_bytes_raise_documented_errors_only(data: bytes, input_format: str) -> None:
    """Bytes that are no recording are refused or reported; nothing escapes."""
    assert read(data, input_format) >= 0


def test_many_damaged_seeds() -> None:
    """A thousand damaged seeds of a fixed row raise nothing else, in every format."""
    chance = random.Random(7)
    for _ in range(1000):
        data = bytearray(chance.choice(CONTENTS))
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)

        assert read_any(bytes([chance.randrange(256)]) + bytes(data)) >= 0
