"""What is fuzzed: bytes through the readers and the check; only documented errors may escape."""

from __future__ import annotations

import trainstate
from trainstate.errors import TrainstateError
from trainstate.history.readers import FORMATS, Limits, read_values

# Small, so that no input makes the fuzzer slow; a limit that is reached is a case, too.
LIMITS = Limits(line=1 << 16, document=1 << 18, decompressed=1 << 20)


def read(data: bytes, input_format: str) -> int:
    """How many records were read and judged; 0 where the input was refused as documented."""
    try:
        records = list(read_values(data, trainstate.SPEC, input_format=input_format, limits=LIMITS))
    except TrainstateError:
        return 0
    trainstate.check(records)
    return len(records)


def read_any(data: bytes) -> int:
    """The same, with the format chosen by the first byte: the rest is the input."""
    if not data:
        return read(data, FORMATS[0])
    # Half of all inputs go through the recognition of the format.
    chosen = data[0] % (2 * len(FORMATS))
    return read(data[1:], FORMATS[chosen] if chosen < len(FORMATS) else FORMATS[0])
