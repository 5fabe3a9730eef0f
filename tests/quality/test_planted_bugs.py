"""Simulators with one planted bug each: the kit finds every bug, soon, and shows it small.

``runs`` draws what happens to a job, the simulator is told so step by step and asked
after each step, and ``check`` judges its answers. A user of the kit needs no more.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import find, given, settings

import trainstate
from tests.quality import simulators
from tests.quality.simulators import Simulator
from trainstate.machine.record import Record, moment
from trainstate.testing import Run, runs

MOST_RESPONSES = 5
# Bug, the rule that names it, and the examples within which it is found.
BUGS: list[tuple[type[Simulator], str, int]] = [
    (simulators.SkipsAStage, "illegal-transition", 10),
    (simulators.ResurrectsAStoppedJob, "entry-after-terminal", 100),
    (simulators.EndsBeforeItStarts, "entry-ends-before-start", 10),
    (simulators.RewritesItsHistory, "rewritten-history", 10),
    (simulators.ForgetsTheFailureReason, "missing-failure-reason", 50),
    (simulators.ShowsTheSecondaryOfAnotherPrimary, "illegal-pair", 50),
    (simulators.ClosesNothing, "unclosed-entry", 10),
    (simulators.TurnsItsClockBack, "last-modified-went-back", 20),
    (simulators.EntersEverythingTwice, "illegal-transition", 10),
    (simulators.LosesTheStop, "primary-contradicts-history", 50),
    (simulators.IsInterruptedWithoutSpot, "guard-violated", 50),
    (simulators.BillsMoreThanItTrained, "billable-exceeds-training", 10),
    (simulators.LeavesTheLastEntryOpen, "open-terminal-entry", 10),
    (simulators.ForgetsWhenItEnded, "missing-end-time", 10),
    (simulators.ChangesItsRole, "changed-fixed-member", 10),
]


def answers(kind: type[Simulator], run: Run) -> list[dict[str, Any]]:
    """What a simulator answers after each step of what happens to a job, and then once more."""
    first = run.records[0]
    job = kind(first.name, first.arn, dict(first.fields), moment(first.created))
    job.enters(*first.state.pair, moment(first.created))
    seen = [job.describe()]
    for before, after in pairwise(run.records):
        tell(job, before, after)
        seen.append(job.describe())
    return [*seen, job.describe()]


def tell(job: Simulator, before: Record, after: Record) -> None:
    """Lets a step of a run happen to the job of a simulator."""
    now = moment(after.modified)
    if len(after.history) > len(before.history):
        job.enters(*after.state.pair, now)
    elif after.state.primary != before.state.primary:
        job.becomes(after.state.primary, now)
    else:
        job.touched(dict(after.fields), now)


def errors(seen: list[dict[str, Any]], *, select: str = "") -> set[str]:
    """The rules, of all or of the selected ones, that find an error in answers."""
    report = trainstate.check(seen, select=[select] if select else [])
    return {found.name for found in report if found.severity is trainstate.Severity.ERROR}


@given(runs(evidence="inferred"))
def test_the_simulator_without_a_bug_is_right(run: Run) -> None:
    """No run makes the simulator lie: what is found below is the bugs, not the driver."""
    report = trainstate.check(answers(Simulator, run))
    loud = [str(found) for found in report.at_least(trainstate.Severity.WARNING)]

    assert ([], trainstate.Verdict.CONSISTENT) == (loud, report.verdict)


@pytest.mark.parametrize(
    ("kind", "rule", "within"), BUGS, ids=[kind.__name__ for kind, _, _ in BUGS]
)
def test_a_bug_is_found_soon_and_shown_small(
    kind: type[Simulator], rule: str, within: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bug is found within the stated examples, by its rule, in at most five responses."""
    tried, needed = [0], [0]

    def is_caught(run: Run) -> bool:
        tried[0] += 1
        caught = rule in errors(answers(kind, run), select=rule)
        needed[0] = needed[0] or (tried[0] if caught else 0)
        return caught

    effort = settings(max_examples=within, derandomize=True, database=None)
    smallest = answers(kind, find(runs(evidence="inferred"), is_caught, settings=effort))
    with capsys.disabled():
        sys.stdout.write(f"\n{kind.__name__}: example {needed[0]}, {len(smallest)} responses\n")

    assert rule in errors(smallest)
    assert 0 < needed[0] <= within
    assert len(smallest) <= MOST_RESPONSES


def test_there_are_twelve_bugs_or_more() -> None:
    """The collection does not shrink unnoticed, and every bug in it is tried."""
    planted = set(Simulator.__subclasses__())

    assert planted == {kind for kind, _, _ in BUGS}
    assert len(planted) >= 12
