"""The fuzzer finds every planted bug through its public function, and shows it small."""

from __future__ import annotations

import sys

import pytest

from tests.fuzzing.planted import planted
from tests.quality.simulators import LosesTheStop, Simulator, SkipsAStage
from tests.quality.test_planted_bugs import BUGS
from trainstate.rules.model import Severity
from trainstate.testing.fuzzing import fuzz

MOST_STEPS = 4
ENOUGH = 1_200
# That a stage is missing shows only where a job is looked at after it: the hunt takes longer. In
# 12 of 12 seeds it ended within this many calls, and in 4 of 8 within the others' number, where
# what Hypothesis tries depends on the modules that were imported before.
LONGER: dict[type[Simulator], int] = {SkipsAStage: 12_000}
# The fuzzer looks at a job soon after a request to stop it, and sees another rule broken first.
SOONER: dict[type[Simulator], str] = {LosesTheStop: "illegal-pair"}


def test_the_simulator_without_a_bug_is_right() -> None:
    """Nothing is found in the simulator into which the bugs are planted."""
    report = fuzz(planted(Simulator), budget=1_500, seconds=None)

    assert [] == [str(found.finding) for found in report]
    assert report.calls >= 1_500


@pytest.mark.parametrize(
    ("kind", "rule"), [(kind, SOONER.get(kind, rule)) for kind, rule, _ in BUGS]
)
def test_a_planted_bug_is_found(
    kind: type[Simulator], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bug is found by its rule within a number of calls, in a program of few steps."""
    budget = LONGER.get(kind, ENOUGH)
    report = fuzz(planted(kind), budget=budget, seconds=None, select=[rule], seed=0)
    errors = report.at_least(Severity.ERROR)
    with capsys.disabled():
        sys.stdout.write(f"\n{kind.__name__}: {errors[0].program if errors else 'not found'}\n")

    assert {rule} == {found.finding.name for found in errors}
    assert all(found.reproducible for found in errors)
    assert min(len(found.program.calls) for found in errors) <= MOST_STEPS
