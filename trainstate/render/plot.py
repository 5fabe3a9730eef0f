"""The time in each status as a picture, by matplotlib where it is installed."""

from __future__ import annotations

from pathlib import Path

from trainstate.errors import InputError, UsageError
from trainstate.track.measure import Stats

SUFFIXES = (".png", ".svg")


def plot_durations(stats: Stats, path: str) -> None:
    """Draws the seconds in each status, one box a status, to a PNG or SVG file.

    Raises UsageError for another kind of file and where matplotlib is missing,
    InputError where the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(f"Expected a picture's name to end in .png or .svg but got {path!r}.")
    try:
        # Without pyplot: no window, no state that outlives the call.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "Expected an installed matplotlib to draw with but found none;"
            " `pip install 'trainstate[plot]'` brings it."
        ) from error
    figure = Figure(figsize=(9, 1.5 + 0.5 * len(stats.values)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = [name for name, values in stats.values.items() if len(values)]
    if names:
        # A median and two quartiles: what is drawn is what the table says, and the spread.
        axes.boxplot([stats.values[name] for name in names], orientation="horizontal")
        axes.set_yticks(range(1, len(names) + 1), names)
        axes.invert_yaxis()
    axes.set_xlabel("seconds")
    axes.set_xscale("symlog", linthresh=1)
    axes.set_title(f"Time in each status, {stats.totals.jobs} jobs")
    try:
        figure.savefig(target)
    except OSError as error:
        raise InputError(f"The picture cannot be written to {path!r}: {error.strerror}.") from error
