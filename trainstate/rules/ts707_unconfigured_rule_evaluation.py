"""TS707 unconfigured-rule-evaluation."""

from trainstate.history.nested import unconfigured
from trainstate.rules.example import ACTIVE, Poll, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Inside
from trainstate.rules.shown import quoted

_KEY = "RuleConfigurationName"


def _rules(configured: str, evaluated: str) -> Poll:
    rule = {_KEY: configured, "RuleEvaluatorImage": "image"}
    lists = {"Configurations": [rule], "EvaluationStatuses": [{_KEY: evaluated}]}
    return poll(ACTIVE, {f"/DebugRule{name}": value for name, value in lists.items()})


@rule(
    severity="warning",
    sources=["guide-debugger-rules", "api-members"],
    message="{item} is evaluated, but `{configured}` has no such rule",
    help="look for a list from another job, or a rule that was renamed in one place",
    bad=[_rules("loss", "tree")],
    good=[_rules("loss", "loss"), poll(ACTIVE, {"/DebugRuleEvaluationStatuses": []})],
    needs=["machines"],
)
def unconfigured_rule_evaluation(inside: Inside) -> Violations:
    """An evaluated rule is not among the rules of the job.

    Each evaluation has the name of the configuration that requested it. Events and excerpts
    without a configuration say nothing.
    """
    for pointer, name, configured in unconfigured(inside.members, inside.spec):
        yield Violation(pointer=pointer, facts={"item": quoted(name), "configured": configured})
