"""What `import trainstate` costs over an empty interpreter.

Starts interpreters in turn, one empty and one for each statement, and prints the medians
of their processor time (on a busy machine the wall clock measures the neighbours).

    python benchmarks/import_time.py [--rounds 15]

Goal: `import trainstate` at most 60 ms.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys

STATEMENTS = {
    "an empty interpreter": "pass",
    "import trainstate": "import trainstate",
    "import attrs, msgspec": "import attrs, msgspec",
    "trainstate.SPEC": "import trainstate; trainstate.SPEC",
    "trainstate.Tracker()": "import trainstate; trainstate.Tracker()",
    "trainstate.check([])": "import trainstate; trainstate.check([])",
    "import boto3": "import boto3",
}
GOAL = 60


def processor_ms(statement: str) -> float:
    """Milliseconds of processor time that an interpreter takes to run a statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found = [[processor_ms(statement) for statement in STATEMENTS.values()] for _ in range(rounds)]
    empty = statistics.median(row[0] for row in found)
    for place, what in enumerate(STATEMENTS):
        over = statistics.median(row[place] - row[0] for row in found)
        note = f"; goal {GOAL} ms" if what == "import trainstate" else ""
        print(f"{what}: {empty if place == 0 else over:.0f} ms{' more' if place else ''}{note}")


if __name__ == "__main__":
    main()
