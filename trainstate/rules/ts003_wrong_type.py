"""TS003 wrong-type."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Problems
from trainstate.rules.shown import quoted_at

_ACTIVE = "InProgress/Training: Starting 90, Training"


@rule(
    severity="error",
    sources=["api-members"],
    message="expected {expected} but got {value}",
    help="give the member the type that the API declares; an absent value is left out or null",
    bad=[
        poll(_ACTIVE, {"/TrainingJobStatus": 3}),
        poll(_ACTIVE, {"/SecondaryStatusTransitions/0/Status": None}),
        poll(_ACTIVE, {"/EnableManagedSpotTraining": "false"}),
        poll(_ACTIVE, {"/StoppingCondition/MaxRuntimeInSeconds": "3600"}),
        poll(_ACTIVE, {"/WarmPoolStatus": {"Status": 3}}),
        poll(_ACTIVE, {"/HyperParameters": {"epochs": 3}}),
    ],
    good=[
        _ACTIVE,
        poll(_ACTIVE, {"/HyperParameters": {"epochs": "3"}, "/TrainingTimeInSeconds": 12.0}),
    ],
)
def wrong_type(problems: Problems) -> Iterator[Place]:
    """A member has a value of another type than the API declares.

    The value cannot be read, and what it would tell is not judged. An entry of the
    history without a status counts as one: its status is what an entry is for. Inside
    other members the values count that rules read: limits, budgets, statuses; and maps, which
    hold texts and nothing else.
    """
    for problem in problems.problems:
        if problem.kind == "wrong-type":
            yield Place(
                pointer=problem.pointer,
                facts={
                    "expected": problem.expected,
                    "value": quoted_at(problem.pointer, problem.value, problems.spec),
                },
            )
