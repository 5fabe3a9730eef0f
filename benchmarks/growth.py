"""How time and memory of a check grow with responses, and with polls a job.

    python benchmarks/growth.py [--most 200000] [--plot FILE]

Each row is a process of its own. A corpus grows by further jobs like the generated ones
under other names, so that what is generated once serves every size; the last rows are one
job with ever more polls. The largest file has ``--most`` times 4 KB, in a temporary folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parent))

from decode import decode  # type: ignore[import-not-found]

from trainstate.testing.corpus import Corpus, generated

BASE = 5_000
SIZES = (5_000, 50_000, 200_000, 800_000)
POLLS = (1, 4, 20)
Row = tuple[int, int, int, float, float, float]


def lines(polls: int) -> list[bytes]:
    """The lines of the jobs that every size repeats under other names."""
    corpus = Corpus(jobs=BASE // polls, polls=polls, seed=1)
    return [text.encode("utf-8", "replace") + b"\n" for text, _ in generated(corpus)]


def written(path: Path, base: list[bytes], responses: int) -> None:
    """A corpus of so many responses."""
    with path.open("wb") as out:
        for fleet in range(responses // len(base)):
            name = b"fleet-%d-" % fleet
            out.writelines(line.replace(b"train-1-", name) for line in base)


def measured(path: Path, polls: int) -> Row:
    """Responses, jobs, polls; seconds of the check and of the reference decode; peak memory."""
    script = str(Path(__file__).parent / "one_check.py")
    done = subprocess.run(
        [sys.executable, script, str(path)], capture_output=True, text=True, check=True
    )
    responses, jobs, seconds, peak = done.stdout.split()
    begun = process_time()
    decode(str(path))
    bare = process_time() - begun
    return int(responses), int(jobs), polls, float(seconds), bare, float(peak) / 2**20


def one_job(path: Path, responses: int) -> None:
    """A corpus of one job that is polled so often."""
    with path.open("w") as out:
        out.writelines(
            text + "\n" for text, _ in generated(Corpus(jobs=1, polls=responses, seed=1))
        )


def rows(most: int) -> Iterator[Row]:
    """The sizes of each density of polls, then one job with ever more of them."""
    sizes = [size for size in SIZES if size <= most]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.ndjson"
        for polls in POLLS:
            base = lines(polls)
            for size in sizes:
                written(path, base, size)
                yield measured(path, polls)
        for size in sizes:
            one_job(path, size)
            yield measured(path, size)


def plot(found: list[Row], file: str) -> None:
    """Time a response, and memory, over the number of responses."""
    from matplotlib import rcParams
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rcParams["svg.hashsalt"] = "growth"  # the same figures give the same file
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    FigureCanvasSVG(figure)
    time, memory = figure.subplots(1, 2)
    for label, chosen in _series(found):
        counts = [row[0] for row in chosen]
        time.plot(counts, [row[3] / row[4] for row in chosen], "o-", label=label)
        memory.plot(counts, [row[5] for row in chosen], "o-", label=label)
    time.set(title="check / bare decode", xlabel="responses", xscale="log", ylim=(0, None))
    memory.set(title="peak memory, MiB", xlabel="responses", xscale="log", yscale="log")
    time.legend()
    for axes in (time, memory):
        axes.grid(alpha=0.3)
    figure.savefig(file, metadata={"Date": None})


def _series(found: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    for polls in POLLS:
        name = f"{polls} poll{'s' if polls > 1 else ''} a job"
        yield name, [row for row in found if row[2] == polls and row[1] > 1]
    yield "one job", [row for row in found if row[1] == 1]


def main() -> None:
    """Prints the table, and draws it if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--most", type=int, default=200_000)
    parser.add_argument("--plot", metavar="FILE")
    asked = parser.parse_args()
    print("| responses | jobs | polls a job | µs a response | / bare decode | peak memory |")
    print("| --- | --- | --- | --- | --- | --- |")
    found = []
    for row in rows(asked.most):
        responses, jobs, polls, seconds, bare, peak = row
        found.append(row)
        each = f"{1e6 * seconds / responses:.1f} | {seconds / bare:.1f} | {peak:.0f} MiB"
        print(f"| {responses:,} | {jobs:,} | {polls} | {each} |", flush=True)
    if asked.plot:
        plot(found, asked.plot)


if __name__ == "__main__":
    main()
