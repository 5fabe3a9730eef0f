"""The timeline of one flagged job: its histories as rows of bars, polls and findings as marks."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, zip_longest
from typing import Any

from trainstate.checking.jobs import JobState
from trainstate.checking.report import Finding
from trainstate.history.model import Entry, Response
from trainstate.spec.model import Spec

MOST_ROWS = 6
"""Histories of one job that are drawn; a forked job has more than one."""
MOST_POLLS = 200
MOST_ENTRIES = 400

_ENTRY = re.compile(r"/(\d+)(?:/|$)", re.ASCII)
History = tuple[Entry, ...]
Life = tuple[JobState, History]
"""A job and its longest history."""


def timeline(
    lives: Iterable[Life],
    found: Sequence[tuple[int, Finding]],
    spec: Spec,
    *,
    number_of: Callable[[str], int],
) -> dict[str, Any]:
    """The rows, polls and marks of a job; ``found`` are its findings with their numbers.

    ``lives`` are the jobs of its name, one after another, with the history of each.
    A row is a label and its bars (status, start, end or None while it is open); a poll a
    moment, and the pair that it showed; a mark a moment, a row and a finding's number.
    Moments are milliseconds after ``base``, texts are their numbers.
    """
    listed = tuple(lives)
    rows: list[tuple[str, History]] = []
    for number, (_, history) in enumerate(listed):
        label = "history" if len(listed) == 1 else f"history {number + 1}"
        rows.append((label, history))
    drawn: dict[int, tuple[Response, int]] = {}
    marks = [(*_mark(finding, rows, drawn, spec), number) for number, finding in found]
    polls = [poll for state, _ in listed for poll in _polls(state)][:MOST_POLLS]
    return _drawn(rows, polls, marks, number_of)


def bare_timeline(history: History, *, number_of: Callable[[str], int]) -> dict[str, Any]:
    """The one row of a job of which nothing was found."""
    return _drawn([("history", history)], (), (), number_of)


def _drawn(
    rows: Sequence[tuple[str, History]],
    polls: Iterable[tuple[int, str]],
    marks: Iterable[tuple[int | None, int, int]],
    number_of: Callable[[str], int],
) -> dict[str, Any]:
    bars = [_bars(history) for _, history in rows]
    base = min((start for row in bars for _, start, _ in row), default=0)

    def since(moment: int | None) -> int | None:
        return None if moment is None else moment - base

    return {
        "base": base,
        "rows": [
            [label, [[number_of(status), start - base, since(end)] for status, start, end in row]]
            for (label, _), row in zip(rows, bars, strict=True)
        ],
        "polls": [[moment - base, number_of(text)] for moment, text in polls],
        "marks": [[moment - base, *rest] for moment, *rest in marks if moment is not None],
    }


def _mark(
    finding: Finding,
    rows: list[tuple[str, History]],
    drawn: dict[int, tuple[Response, int]],
    spec: Spec,
) -> tuple[int | None, int]:
    """When a finding is, and in which row; a history that no row shows becomes a row.

    ``drawn`` remembers the response of a record and its row, which all its findings share.
    """
    record = id(finding.record)
    if record not in drawn:
        response = finding.response
        if response is None:
            return None, 0
        label = f"response {finding.index}"
        drawn[record] = response, _row_of(response.history or (), rows, label)
    response, row = drawn[record]
    history = response.history or ()
    place = _ENTRY.search(finding.pointer)
    inside = place is not None and finding.pointer.startswith(f"/{spec.layout.history}/")
    index = int(place[1]) if inside and place is not None else len(history) - 1
    moment = _moment(history[index]) if 0 <= index < len(history) else response.modified
    return _ms(moment), row


def _row_of(history: History, rows: list[tuple[str, History]], label: str) -> int:
    """The row that shows a history or goes on from it; of too many the first."""
    for number, (_, shown) in enumerate(rows):
        if _is_shown(history, shown):
            return number
    if len(rows) == MOST_ROWS:
        return 0
    rows.append((label, history))
    return len(rows) - 1


def _is_shown(history: History, shown: History) -> bool:
    pairs = zip_longest(history, shown[: len(history)])
    return all(
        one is not None and two is not None and (one.status, one.start) == (two.status, two.start)
        for one, two in pairs
    )


def _bars(history: History) -> list[tuple[str, int, int | None]]:
    """The entries with a time; one without an end lasts until the next begins."""
    bars: list[tuple[str, int, int | None]] = []
    following = (*history[1:], None)
    for entry, after in zip(history[:MOST_ENTRIES], following, strict=False):
        start = _moment(entry)
        if start is None:
            continue
        end = entry.end if entry.end is not None or after is None else _moment(after)
        bars.append((entry.status, start // 1000, _ms(end)))
    return bars


def _polls(state: JobState) -> list[tuple[int, str]]:
    """The first and the last poll that showed each state, at its LastModifiedTime.

    Of a job whose history is illegal no states are kept, only when each length was seen.
    To make the epoch of a job that needed none takes as long as judging it.
    """
    shown: dict[int, str] = {}
    if state.counted:
        for (pair, _), run in groupby(state.counted, lambda change: change.shows):
            times = [time for change in run for time in change.times]
            shown |= {time: pair for time in (times[0], times[-1]) if time is not None}
    else:
        for seen in state.epoch.observations.runs:
            pair = "/".join(filter(None, (seen.value.primary, seen.value.secondary)))
            shown |= {seen.first.moment: pair, seen.last.moment: pair}
        for (length, _), spread in state.epoch.spreads.items():
            for moment in (spread.earliest.moment, spread.latest.moment):
                shown.setdefault(moment, f"{length} entries")
    return [(moment // 1000, text) for moment, text in sorted(shown.items()) if moment > 0]


def _moment(entry: Entry) -> int | None:
    return entry.start if entry.start is not None else entry.stamp


def _ms(instant: int | None) -> int | None:
    return None if instant is None else instant // 1000
