"""Generated corpora, each with what decides how fast it is checked: how often lines repeat."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from attrs import define, field, frozen

from trainstate.spec.load import builtin_spec
from trainstate.testing.corpus import Corpus, generated

SIZES: list[str] = []
"""What was generated."""

HISTORY = f'"{builtin_spec().layout.history}":'


@frozen
class Made:
    """A corpus on disk; ``shown`` tells its hit rates."""

    path: str
    responses: int
    jobs: int
    shown: str


@define
class _Rates:
    """How many lines say what their job's last line said, and how many show its history."""

    lines: int = 0
    size: int = 0
    same: int = 0
    unchanged: int = 0
    _last: dict[str, tuple[int, int]] = field(factory=dict)

    def take(self, text: str) -> None:
        """Counts a line."""
        job = text[: text.index(",")]
        at = text.find(HISTORY)
        known = hash(text), hash(text[at : text.find("]", at)])
        before = self._last.get(job, (0, 0))
        self.lines, self.size = self.lines + 1, self.size + len(text) + 1
        self.same += before[0] == known[0]
        self.unchanged += before[1] == known[1]
        self._last[job] = known


@lru_cache
def ndjson(folder: str, jobs: int, polls: int) -> Made:
    """A corpus of lines, generated when it is first asked for."""
    path, rates = Path(folder) / f"{jobs}-{polls}.ndjson", _Rates()
    with path.open("w") as out:
        for text, _ in generated(Corpus(jobs=jobs, polls=polls, seed=1)):
            out.write(text + "\n")
            rates.take(text)
    shown = (
        f"{polls} polls a job: {rates.same / rates.lines:.0%} repeat byte for byte,"
        f" {rates.unchanged / rates.lines:.0%} show the same history"
    )
    each = rates.size / rates.lines
    SIZES.append(f"{jobs:,} jobs, {rates.lines:,} responses of {each:,.0f} bytes")
    return Made(str(path), rates.lines, jobs, shown)


@lru_cache
def parquet(folder: str, jobs: int, polls: int) -> Made:
    """The same responses as rows."""
    lines, path = ndjson(folder, jobs, polls), str(Path(folder) / f"{jobs}-{polls}.parquet")
    command = [sys.executable, "-m", "trainstate", "generate", "--format", "parquet", "-o", path]
    numbers = ["--jobs", str(jobs), "--polls", str(polls), "--seed", "1"]
    subprocess.run([*command, *numbers], check=True)
    return Made(path, lines.responses, jobs, lines.shown)


__all__ = ["SIZES", "Made", "ndjson", "parquet"]
