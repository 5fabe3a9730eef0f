"""What a reader may be told, and what it tells of each file that it read."""

from __future__ import annotations

from attrs import frozen

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30

FORMATS: tuple[str, ...] = (
    *("auto", "json", "ndjson", "yaml", "csv", "log", "notebook", "python", "parquet", "arrow"),
)
"""The formats that an input can be declared to have; *auto* recognises it."""

SKIPPED = "skipped"
"""The reader of a file in a folder that is no recording."""

UNREAD = "unread"
"""The reader of an input that was named and cannot be read, or not to its end."""


@frozen(kw_only=True)
class Limits:
    """How much of an input is read before it is refused, in bytes.

    ``line`` is the longest line, a longer one is an unreadable record. ``document`` is
    the largest JSON document or notebook, which must fit into memory. ``ratio`` is how
    far compressed input may expand and ``decompressed`` to what size at most.
    """

    line: int = 64 * MEBIBYTE
    document: int = GIBIBYTE
    ratio: float = 1000.0
    decompressed: int = 16 * GIBIBYTE


@frozen(kw_only=True)
class SourceReport:
    """Which reader read an input, and how many records it found there.

    ``reader`` is the format that was recognised, *skipped* for a file in a folder that
    is no recording, or *unread*; ``detail`` says why, or what the records were wrapped in.
    """

    file: str
    reader: str
    records: int = 0
    detail: str = ""
