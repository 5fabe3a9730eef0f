"""TS003 wrong-type."""

from __future__ import annotations

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Place, Places, rule
from trainstate.rules.parts import Problems
from trainstate.rules.shown import quoted_at


@rule(
    severity="error",
    sources=["api-members"],
    message="expected {expected} but got {value}",
    help="give the member the type that the API declares; an absent value is left out or null",
    bad=[
        poll(ACTIVE, {"/TrainingJobStatus": 3}),
        poll(ACTIVE, {"/SecondaryStatusTransitions/0/Status": None}),
        poll(ACTIVE, {"/EnableManagedSpotTraining": "false"}),
        poll(ACTIVE, {"/StoppingCondition/MaxRuntimeInSeconds": "3600"}),
        poll(ACTIVE, {"/WarmPoolStatus": {"Status": 3}}),
        poll(ACTIVE, {"/HyperParameters": {"epochs": 3}}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/HyperParameters": {"epochs": "3"}, "/TrainingTimeInSeconds": 12.0}),
    ],
)
def wrong_type(problems: Problems) -> Places:
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
