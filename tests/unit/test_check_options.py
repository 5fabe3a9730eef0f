"""The options of `check` in Python: a wrong one is refused at the door, by name and value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.render.recordings import run
from trainstate.rules.example import poll, written

RECORDINGS = Path(__file__).parents[2] / "examples" / "recordings"
GOOD = written(poll("InProgress/Starting: Starting"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"select": 3}, "Expected select to be codes, .* but got 3 \\(a int\\)"),
        ({"select": [3]}, "Expected select .* but got \\[3\\]"),
        ({"ignore": None}, "Expected ignore .* but got None"),
        ({"accept": "some"}, "Expected accept to be one of documented, .* but got 'some'"),
        ({"order": "time"}, "Expected order to be one of arrival, free but got 'time'"),
        ({"spec": "spec.toml"}, "Expected spec to be a Spec but got 'spec.toml'"),
        ({"tolerances": 2.0}, "Expected tolerances to be a Tolerances but got 2.0"),
    ],
)
def test_a_wrong_option_is_refused(options: dict[str, Any], said: str) -> None:
    """The error names the option, the value and its type, and is one of the package."""
    with pytest.raises(trainstate.UsageError, match=said):
        trainstate.check(GOOD, **options)
    with pytest.raises(trainstate.UsageError, match=said):
        trainstate.Tracker(**options)


def test_a_tracker_follows_a_job_by_its_name() -> None:
    """Anything else than text is refused."""
    with pytest.raises(trainstate.UsageError, match="Expected job to be a str but got 5"):
        trainstate.Tracker(job=5)  # type: ignore[arg-type]


def test_selectors_are_texts_or_iterables_of_them() -> None:
    """One text, a set and a generator do as well as a list."""
    selectors: list[Any] = ["TS3", {"TS3"}, (name for name in ["TS3"]), ["TS3"]]

    assert [0] * 4 == [len(trainstate.check(GOOD, select=one).findings) for one in selectors]


def test_what_is_no_path_is_no_specification() -> None:
    """Nothing but a path is opened."""
    with pytest.raises(trainstate.SpecError, match="'None' cannot be read: it is no path"):
        trainstate.load_spec(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "5", None, True])
def test_a_tolerance_is_a_number_of_seconds(seconds: Any) -> None:
    """Another value ended the check where a rule first used it, or switched the rule off."""
    reason = "Expected the tolerance order to be a number of seconds, 0 or more, but got "

    with pytest.raises(trainstate.UsageError, match=reason):
        trainstate.Tolerances(order=seconds)


@pytest.mark.parametrize("given", ["order=inf", "order=nan", "order=-1", "order=x", "order"])
def test_a_tolerance_of_the_command_line_is_one_too(given: str) -> None:
    """One sentence and the exit status of misuse."""
    result = run("check", str(RECORDINGS), "--tolerances", given)

    assert result.exit_code == 2
    assert "Expected the tolerance order to be a number of seconds" in result.stderr


def test_tolerances_decide_how_far_times_may_be_apart() -> None:
    """A gap of two seconds is a fault, and none for those who say that it is not."""
    wide = trainstate.Tolerances(join=5.0)
    gap = {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:28Z"}
    apart = written(poll("InProgress/Training: Starting 90, Training", gap))

    assert ["gap-between-entries"] == [one.name for one in trainstate.check(apart)]
    assert [] == list(trainstate.check(apart, tolerances=wide))
