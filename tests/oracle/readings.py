"""Readings of a few base histories: their prefixes, and what may be wrong with them."""

from collections.abc import Iterator

from tests.oracle.family import history_of
from tests.oracle.moments import Entry, History, Obs

TRAINS = frozenset({"Downloading", "DownloadingTrainingImage", "Training"})
"""The statuses in which the clock of training starts."""

ENDED = frozenset({"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"})

# For each base, its entries: the status and the primary under which it is entered.
BASES: dict[str, tuple[tuple[str, str], ...]] = {
    "plain": (
        ("Starting", "InProgress"),
        ("Downloading", "InProgress"),
        ("Training", "InProgress"),
        ("Uploading", "InProgress"),
        ("Completed", "Completed"),
    ),
    "stopped": (
        ("Starting", "InProgress"),
        ("Training", "InProgress"),
        ("Stopping", "Stopping"),
        ("Uploading", "Stopping"),
        ("Stopped", "Stopped"),
    ),
    "interrupted": (
        ("Starting", "InProgress"),
        ("Training", "InProgress"),
        ("Interrupted", "InProgress"),
        ("Starting", "InProgress"),
        ("MaxWaitTimeExceeded", "Stopped"),
    ),
    "retried": (
        ("Starting", "InProgress"),
        ("Training", "InProgress"),
        ("Starting", "InProgress"),
        ("Training", "InProgress"),
        ("Failed", "Failed"),
    ),
    "early": (
        ("Pending", "InProgress"),
        ("Starting", "InProgress"),
        ("Stopping", "Stopping"),
        ("Stopped", "Stopped"),
    ),
}

SHAPES = ("whole", "end-changed", "gap", "overlap", "open-inside")


def prefixes(base: str) -> list[Obs]:
    """The readings of a poller that misses nothing."""
    rows = BASES[base]
    return [_reading(rows[:n]) for n in range(1, len(rows) + 1)]


def readings(base: str) -> list[Obs]:
    """The prefixes, readings whose primary ran ahead, and wrong readings; each once."""
    rows = BASES[base]
    found = [*prefixes(base), *(_ahead(seen) for seen in prefixes(base))]
    found += [*_reshaped_ones(base), *_dropped(rows), *_forked(rows)]
    return list(dict.fromkeys(found))


def reshaped(history: History, shape: str) -> History:
    """The history with one thing about its times changed, where it has room for it."""
    match shape:
        case "end-changed":
            return (*history[:-1], _with_other_end(history[-1]))
        case "gap":
            return _with_inner_end(history, 3)
        case "overlap":
            return _with_inner_end(history, -3)
        case "open-inside":
            return (*((*entry[:2], None) for entry in history[:-1]), history[-1])
    return history


def _reading(rows: tuple[tuple[str, str], ...]) -> Obs:
    history = history_of([status for status, _ in rows], ended=ENDED)
    return Obs(p=rows[-1][1], q=rows[-1][0], history=history)


def _ahead(seen: Obs) -> Obs:
    """The same reading after a stop request or a deletion that made no entry."""
    return Obs(p="Deleting" if seen.q in ENDED else "Stopping", q=seen.q, history=seen.history)


def _reshaped_ones(base: str) -> Iterator[Obs]:
    for seen in prefixes(base)[1::2]:
        assert seen.history is not None
        for shape in SHAPES[1:]:
            yield Obs(p=seen.p, q=seen.q, history=reshaped(seen.history, shape))
        yield Obs(p=seen.p, q=seen.q, history=_with_later_start(seen.history))


def _dropped(rows: tuple[tuple[str, str], ...]) -> Iterator[Obs]:
    """An inner entry lacks: once the others join, once they leave a gap."""
    yield _reading((*rows[:1], *rows[2:]))
    whole = _reading(rows)
    assert whole.history is not None
    yield Obs(p=whole.p, q=whole.q, history=(*whole.history[:1], *whole.history[2:]))


def _forked(rows: tuple[tuple[str, str], ...]) -> Iterator[Obs]:
    """Another legal way on from the same beginning."""
    for n in (1, 2):
        yield _reading((*rows[:n], ("Failed", "Failed")))
        yield _reading((*rows[:n], ("Stopping", "Stopping")))


def _with_other_end(entry: Entry) -> Entry:
    status, start, end = entry
    return (status, start, start if end is None else None)


def _with_inner_end(history: History, by: int) -> History:
    """The last entry but one ends `by` instants too early, or too late."""
    if len(history) < 2:
        return history
    *head, (status, start, _), last = history
    return (*head, (status, start, last[1] - by), last)


def _with_later_start(history: History) -> History:
    """The last entry starts later, and the one before it ends later."""
    status, start, end = history[-1]
    moved = (status, start + 1, None if end is None else end + 1)
    return (*history[:-2], *((*entry[:2], start + 1) for entry in history[-2:-1]), moved)
