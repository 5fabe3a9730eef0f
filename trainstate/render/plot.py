"""The time in each status as a picture, drawn by matplotlib if installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainstate.errors import UsageError, installed_by, needing, unwritable
from trainstate.render.plain import plain
from trainstate.stats.measure import Stats

SUFFIXES = (".png", ".svg")
MOST_STATUSES = 24
"""The number of statuses drawn, the commonest ones."""
LEAST = 0.1
"""Seconds at the start of the logarithmic axis."""
TICKS: Mapping[float, str] = {
    0.1: "0.1 s",
    1: "1 s",
    10: "10 s",
    60: "1 min",
    600: "10 min",
    3600: "1 h",
    36_000: "10 h",
    86_400: "1 d",
    864_000: "10 d",
    8_640_000: "100 d",
}


def plot_durations(stats: Stats, path: str) -> None:
    """Draws the seconds in each status, one box a status, to a PNG or SVG file.

    Raises UsageError for another kind of file or without matplotlib, InputError if the file cannot
    be written.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(f"Expected a picture's name to end in .png or .svg but got {path!r}.")
    with needing("Drawing", f"; {installed_by('plot')}"):
        # Not pyplot: no window, and no state that outlives the call.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    names = _drawn(stats)
    figure = Figure(figsize=(9, 1.6 + 0.42 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if names:
        _boxes(axes, stats, names)
    jobs = f"{stats.totals.jobs:,} job{'' if stats.totals.jobs == 1 else 's'}"
    axes.set_title(f"Time in each status, {jobs}")
    try:
        figure.savefig(target)
    except OSError as error:
        raise unwritable("The picture", path, error) from error


def _drawn(stats: Stats) -> list[str]:
    """The statuses with a box, in the order of the table."""
    counts = {name: spread.count for name, spread in stats.statuses.items()}
    common = sorted(counts, key=lambda name: -counts[name])[:MOST_STATUSES]
    return [name for name in counts if name in common]


def _boxes(axes: Any, stats: Stats, names: list[str]) -> None:
    """One box a status: the table's median and quartiles, and the spread."""
    axes.boxplot(
        [[max(seconds, LEAST) for seconds in stats.statuses[name].values] for name in names],
        orientation="horizontal",
        patch_artist=True,
        widths=0.6,
        boxprops={"facecolor": "#9ecbff"},
        medianprops={"color": "#0a3069", "linewidth": 2},
        flierprops={"markersize": 3, "alpha": 0.4},
    )
    labels = [f"{plain(name) or '(empty)'} ({stats.statuses[name].count})" for name in names]
    # Recorded text: no `$` in it starts a formula.
    axes.set_yticks(range(1, len(names) + 1), labels, parse_math=False)
    axes.invert_yaxis()
    longest = max(stats.statuses[name].longest or LEAST for name in names)
    ticks = [seconds for seconds in TICKS if seconds <= longest * 2]
    axes.set_xscale("log")
    axes.set_xticks(ticks, [TICKS[seconds] for seconds in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(LEAST * 0.8, max(longest * 1.5, 2))
    axes.grid(axis="x", alpha=0.3)
