"""How fast a table is checked: legal rows, a hundredth of the jobs faulty, few members, a frame.

Usage: python benchmarks/columns.py PATH.parquet [ROUNDS]

The table has legal rows. Each measure runs in a process of its
own, in turns; what is printed is the smallest processor time and time by the clock of a row.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ONE = """
import sys, time
from pathlib import Path
import polars as pl
import trainstate as ts
kind, path = sys.argv[1:]
if kind == "file":
    given = path
elif kind == "frame":
    given = pl.read_parquet(path).head(4000)
else:
    given = pl.read_parquet(path).head(4000).to_dicts()
begun, clock = time.process_time(), time.perf_counter()
rows = ts.check(given).summary.responses
spent = [time.process_time() - begun, time.perf_counter() - clock]
# Not what resource tells: that begins with the peak of the process that began this one.
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1e3
print(*(seconds / rows * 1e6 for seconds in spent), peak, rows)
"""


def main(path: str, rounds: int) -> None:
    """Writes the tables and measures them in turns."""
    with tempfile.TemporaryDirectory() as folder:
        written = tables(path, Path(folder))
        given = [("file", written[name]) for name in ("legal", "faulty", "few members")]
        given += [("frame", written["legal"]), ("dictionaries", written["legal"])]
        names = ["legal rows", "1 % faulty jobs", "few members", "frame", "dictionaries"]
        found: dict[str, list[list[float]]] = {name: [] for name in names}
        for _ in range(rounds):
            for name, (kind, source) in zip(names, given, strict=True):
                command = [sys.executable, "-c", ONE, kind, str(source)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True)
                found[name].append([float(one) for one in printed.stdout.split()])
        for name, runs in found.items():
            cpu, clock, peak, rows = (min(column) for column in zip(*runs, strict=True))
            print(
                f"{name:16} {cpu:8.1f} µs of processor, {clock:8.1f} µs by the clock a row,"
                f" {peak:6.0f} MB at {rows:,.0f} rows"
            )


def tables(path: str, folder: Path) -> dict[str, Path]:
    """The legal rows of a table, with a fault in every hundredth job, and with few members."""
    import polars as pl

    import trainstate

    legal, layout = pl.read_parquet(path), trainstate.SPEC.layout
    name = pl.col(layout.name)
    wrong = name.is_in(legal[layout.name].unique(maintain_order=True).gather_every(100).implode())
    moved = pl.col(layout.started) - pl.duration(seconds=100)
    faulty = legal.with_columns(pl.when(wrong).then(moved).otherwise(pl.col(layout.started)))
    others = {"HyperParameters", "Environment", "AlgorithmSpecification", "InputDataConfig"}
    few = legal.drop(name for name in legal.columns if name in others)
    written = {"legal": legal, "faulty": faulty, "few members": few}
    for name, table in written.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=50_000)
    return {name: folder / f"{name}.parquet" for name in written}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
