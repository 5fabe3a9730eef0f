"""What a progress bar costs: checks with standard error on a terminal and in a file, in turn.

    python benchmarks/progress.py FILE [--rounds R]

The bar is shown from the first moment on, instead of after two seconds: what a long run
pays for it, without waiting for one. Goal: at most 1 %.
"""

from __future__ import annotations

import argparse
import os
import pty
import resource
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from goals import Spread, spread  # type: ignore[import-not-found]

_CODE = """
import sys
from rich.console import Console
from trainstate.cli import main, progress
progress._PATIENCE = -1.0
main(["check", sys.argv[1], "-o", sys.argv[2], "--exit-zero"])
"""


def processor_seconds(path: str, *, shown: bool) -> float:
    """The processor time of a check, with the bar or without one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", _CODE, path, path + ".out"]
    with Path(path + ".out.txt").open("wb") as out:
        if shown:
            terminal, end = pty.openpty()
            reader = threading.Thread(target=_drained, args=(terminal,), daemon=True)
            reader.start()
            subprocess.run(command, stdout=out, stderr=end, check=True)
            os.close(end)
        else:
            subprocess.run(command, stdout=out, stderr=out, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _drained(terminal: int) -> None:
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # the other end was closed
        os.close(terminal)


def cost(path: str, rounds: int) -> Spread:
    """How many per cent more a check with a bar takes."""
    shown, plain = [], []
    for _ in range(rounds):
        shown.append(processor_seconds(path, shown=True))
        plain.append(processor_seconds(path, shown=False))
    found = spread(shown, plain, by=100)
    return Spread(found.median - 100, found.low - 100, found.high - 100, " %")


def main() -> None:
    """Prints the figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    print(f"a progress bar costs {cost(asked.path, asked.rounds)}; goal at most 1 %")


if __name__ == "__main__":
    main()
