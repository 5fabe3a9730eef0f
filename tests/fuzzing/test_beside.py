"""What stands beside the operations on one job is fuzzed, where it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import trainstate
from trainstate.rules.index import find_rule, select_rules
from trainstate.rules.model import Severity
from trainstate.simulator import service as simulated
from trainstate.simulator.errors import ApiError
from trainstate.testing.fuzzing import fuzz
from trainstate.testing.fuzzing.other_calls import WORDS
from trainstate.testing.fuzzing.performer import Performer
from trainstate.testing.fuzzing.program import Program, advance, ask, beside, create, describe
from trainstate.testing.fuzzing.scripting import script
from trainstate.testing.fuzzing.targets import moto, simulator

Handler = Callable[[Any, Any], dict[str, Any]]
Wrong = Callable[[dict[str, Any]], dict[str, Any]]


def found(seed: int = 1) -> set[str]:
    """The rules that the programs about what stands beside find broken."""
    target, asked = simulator(), select_rules()
    told = set()
    for program in beside():
        with target.open(seed) as subject:
            performer = Performer(subject=subject, spec=trainstate.SPEC, rules=asked, token="0")
            told |= {
                finding.code
                for _, finding in performer.perform(program).spotted
                if finding.severity is not Severity.INFO
            }
    return told


def broken(_answer: dict[str, Any]) -> dict[str, Any]:
    raise ApiError("InternalFailure", "oops", status=500)


def cut(member: str) -> Wrong:
    """An answer whose list lacks its last item."""
    return lambda answer: {**answer, member: answer[member][:-1]}


WRONG: dict[str, tuple[str, Wrong, str]] = {
    "tags are forgotten": ("ListTags", lambda _: {"Tags": []}, "TS927"),
    "a child is lost": (
        "ListTrainingJobsForHyperParameterTuningJob",
        cut("TrainingJobSummaries"),
        "TS927",
    ),
    "children are miscounted": (
        "DescribeHyperParameterTuningJob",
        lambda answer: {**answer, "TrainingJobStatusCounters": {"Completed": 7}},
        "TS927",
    ),
    "a search finds too little": ("Search", cut("Results"), "TS922"),
    "a metric is not answered": ("BatchGetMetrics", cut("MetricQueryResults"), "TS927"),
    "it breaks": ("DescribeLogStreams", broken, "TS902"),
    "it refuses": (
        "AddTags",
        lambda _: (_ for _ in ()).throw(ApiError("ValidationException", "no")),
        "TS908",
    ),
}


def test_ours_is_right() -> None:
    """No rule is broken by what it says beside."""
    assert set() == found() | found(2)


@pytest.mark.parametrize("what", WRONG)
def test_a_planted_bug_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the rule that it breaks."""
    operation, wrong, code = WRONG[what]
    right: Handler = simulated.HANDLERS[operation]
    planted = {operation: lambda service, asked: wrong(right(service, asked))}
    monkeypatch.setattr(simulated, "HANDLERS", {**simulated.HANDLERS, **planted})

    assert code in found()


def test_what_a_tuning_job_does_is_drawn() -> None:
    """Programs that Hypothesis draws have it, for a target that has it."""
    seen: list[int] = []
    report = fuzz(simulator(), max_examples=130, seconds=None, seed=3, on_program=seen.append)

    assert simulator().wide
    assert not moto().wide
    assert [] == [str(each.finding) for each in report]
    assert 130 == len(seen)


def test_a_script_has_the_calls() -> None:
    """It runs, and each word is at least one call in it."""
    target = simulator()
    calls = [
        create(),
        describe(),
        *(ask(word=word) for word in WORDS),
        advance(),
        ask(word="children"),
    ]
    finding = next(iter(trainstate.check([{"TrainingJobName": "job-a-0"}]).findings))
    text = script(Program(calls=tuple(calls)), finding, target.script, trainstate.SPEC)
    scope: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), scope)

    assert text.count("\n    call(") >= len(calls)
    assert ["InProgress"] == [job["TrainingJobStatus"] for job in scope["seen"][:1]]
    assert find_rule("contradicting-answers").code == "TS927"
