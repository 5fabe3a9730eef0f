"""TS003 wrong-type."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Problems
from trainstate.rules.shown import quoted_at


@rule(
    severity="error",
    sources=["api-members"],
    message="expected {expected} but got {value}",
    help="use the type that the API declares; leave an absent value out or make it null",
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
def wrong_type(problems: Problems) -> Violations:
    """A member has another type than the API declares.

    The value cannot be read, and nothing is judged by it. An entry of the history without a
    status counts as one: its status is its purpose. Inside other members, this checks the
    values that rules read (limits, budgets, statuses) and the maps, which hold only text.
    """
    for problem in problems.problems:
        if problem.kind == "wrong-type":
            yield Violation(
                pointer=problem.pointer,
                facts={
                    "expected": problem.expected,
                    "value": quoted_at(problem.pointer, problem.value, problems.spec),
                },
            )
