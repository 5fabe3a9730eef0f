"""The text of a finding: rule, place, the history with the culprit underlined, advice."""

from __future__ import annotations

import pytest

from trainstate.checking.stream import Checker, judge
from trainstate.history.readers import read_values
from trainstate.render.text import AROUND, LONGEST_TRAIL, finding_lines
from trainstate.rules.example import Poll, written


def lines(text: str, name: str) -> list[str]:
    """The text of the finding of a rule on a recording."""
    checker = Checker()
    report = judge(read_values([written(Poll(text))], checker.spec), checker)
    finding = next(finding for finding in report if finding.name == name)
    return list(finding_lines(finding, checker.spec))


def test_the_culprit_is_underlined() -> None:
    """The line below the entry has as many carets as the status has letters, below it."""
    shown = lines("Completed/Completed: Starting 90, Uploading 5, Completed", "illegal-transition")
    row = next(place for place, line in enumerate(shown) if "^" in line)

    assert shown[row].index("^") == shown[row - 1].index("Uploading")
    assert "^" * len("Uploading") == shown[row].strip("| ")


def test_an_end_is_underlined_where_it_is_shown() -> None:
    """A finding about the end of an entry underlines how long the entry lasted."""
    shown = lines("InProgress/Training: Starting 90, Training 60", "closed-last-entry-while-active")
    row = next(place for place, line in enumerate(shown) if "^" in line)

    assert shown[row - 1].endswith("60 s")
    assert shown[row].endswith("^^^^")
    assert len(shown[row]) == len(shown[row - 1])


@pytest.mark.parametrize(
    ("text", "rule", "status"),
    [
        ("Completed/Failed: Starting 90, Failed", "illegal-pair", "Completed"),
        ("Completed/Failed: Starting 90, Training", "illegal-pair", "Failed"),
        ("InProgress/Completed: Starting 90, Training", "last-entry-mismatch", "Completed"),
    ],
)
def test_a_status_of_the_pair_is_underlined(text: str, rule: str, status: str) -> None:
    """A finding about the pair underlines the status that it is about, in the line of the job."""
    shown = lines(text, rule)
    row = next(place for place, line in enumerate(shown) if "^" in line)
    begin, end = shown[row].index("^"), len(shown[row])

    assert status == shown[row - 1][begin:end]


def test_a_long_history_is_cut_around_the_culprit() -> None:
    """Of a long history the ends and what is near the culprit are printed, the rest is dots."""
    turns = ", ".join("Interrupted 5, Starting 9, Training 9" for _ in range(20))
    text = f"InProgress/Training: Starting 9, Training 9, {turns}, Downloading 3, Training"
    shown = lines(text, "illegal-transition")
    rows = [line for line in shown if line[:3].strip().isdigit()]

    assert len(rows) <= 2 * AROUND + 4 < LONGEST_TRAIL
    assert any(line.startswith("...") for line in shown)
