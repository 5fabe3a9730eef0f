"""Choice rules for AWS Step Functions, generated from the specification and a policy.

A state machine that polls a Describe call decides by these rules; every legal pair
has one, and an unknown status goes to the default, which waits. Run it to see the whole
state machine, for training jobs or for jobs of another machine (`trainstate spec --help`
lists them):

    python choice_rules.py > state-machine.json
    python choice_rules.py processing-job > state-machine.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.track import STRICT, Action, Policy, outcome_of

STATES = {Action.DONE: "Done", Action.ERROR: "Failed", Action.RETRY: "Again", Action.WAIT: "Wait"}


def choice_rules(spec: Spec, policy: Policy) -> list[dict[str, Any]]:
    """A rule for each pair, and one for each primary whose secondary is not known, or not shown."""
    shown = spec.pairs if spec.layout.secondary else ()
    pairs: list[tuple[str, str | None]] = [
        *((pair.primary, pair.secondary) for pair in shown),
        *((row.name, None) for row in spec.primaries),
    ]
    return [
        {**_condition(spec, *pair), "Next": STATES[policy.action(outcome_of(spec, *pair))]}
        for pair in pairs
    ]


def _condition(spec: Spec, primary: str, secondary: str | None) -> dict[str, Any]:
    by_primary = {"Variable": f"$.job.{spec.layout.primary}", "StringEquals": primary}
    if secondary is None:
        return by_primary
    by_secondary = {"Variable": f"$.job.{spec.layout.secondary}", "StringEquals": secondary}
    return {"And": [by_primary, by_secondary]}


def state_machine(spec: Spec, policy: Policy) -> dict[str, Any]:
    """A state machine that polls a job until the policy decides.

    Its input names the job as the Describe call does.
    """
    operation, names = spec.layout.operation, spec.layout.asked or (spec.layout.name,)
    return {
        "Comment": f"Waits for an {spec.title} by the policy {policy.name!r}",
        "StartAt": "Describe",
        "States": {
            "Describe": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sagemaker:"
                + operation[0].lower()
                + operation[1:],
                "Parameters": {f"{name}.$": f"$.{name}" for name in names},
                "ResultPath": "$.job",
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 6, "BackoffRate": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
                "Next": "Decide",
            },
            "Decide": {
                "Type": "Choice",
                "Choices": choice_rules(spec, policy),
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Describe"},
            "Done": {"Type": "Succeed"},
            "Again": {"Type": "Fail", "Error": "Retry", "Cause": "start the job again"},
            "Failed": {"Type": "Fail", "Error": "JobFailed"},
        },
        "TimeoutSeconds": 28 * 24 * 3600,
    }


def decide(rules: Iterable[dict[str, Any]], job: dict[str, Any], *, default: str = "Wait") -> str:
    """What Step Functions does with the rules: the first that holds decides."""
    for rule in rules:
        conditions = rule.get("And", [rule])
        if all(
            job.get(one["Variable"].rpartition(".")[2]) == one["StringEquals"] for one in conditions
        ):
            return str(rule["Next"])
    return default


if __name__ == "__main__":
    retrying = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})
    print(json.dumps(state_machine(builtin_spec(*sys.argv[1:]), retrying), indent=1))
