"""Readers: recorded responses, events and logs in files and values; one module a format."""

from trainstate.history.readers.paths import read_paths, read_records
from trainstate.history.readers.settings import FORMATS, Limits, SourceReport
from trainstate.history.readers.values import read_values, value_records

__all__ = [
    "FORMATS",
    "Limits",
    "SourceReport",
    "read_paths",
    "read_records",
    "read_values",
    "value_records",
]
