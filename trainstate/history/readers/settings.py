"""The options of reading, and the report on each file."""

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
"""The reader of a named input that cannot be read, or not to its end."""


@frozen(kw_only=True)
class Limits:
    """How much of an input is read before it is refused, in bytes.

    A longer ``line`` is an unreadable record. ``document`` is the largest JSON document or
    notebook, which must fit into memory. ``ratio`` is how far compressed input may expand,
    ``decompressed`` the largest size.
    """

    line: int = 64 * MEBIBYTE
    document: int = GIBIBYTE
    ratio: float = 1000.0
    decompressed: int = 16 * GIBIBYTE


@frozen(kw_only=True)
class SourceReport:
    """Which reader read an input, and how many records it found.

    ``reader`` is the recognised format, *skipped* for a file in a folder that is no recording, or
    *unread*; ``detail`` is the reason, or what the records were wrapped in.
    """

    file: str
    reader: str
    records: int = 0
    detail: str = ""
