"""Fuzz the whole check with coverage as the guide: needs ``atheris``.

``python tests/fuzz/fuzz_check.py -max_total_time=300 corpus/ tests/fuzz/seeds/`` runs for
five minutes; inputs that reach new code are kept in ``corpus/``. The arguments are those
of libFuzzer. An error that is not documented stops it and writes the input to a file.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run libFuzzer until its time is over or an error escapes."""
    atheris = importlib.import_module("atheris")
    sys.path.insert(0, str(Path(__file__).parents[2]))
    with atheris.instrument_imports(include=["trainstate"]):
        target = importlib.import_module("tests.fuzz.target")
    atheris.Setup(sys.argv, lambda data: target.read_any(data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
