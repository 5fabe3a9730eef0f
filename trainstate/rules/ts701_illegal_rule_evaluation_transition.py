"""TS701 illegal-rule-evaluation-transition."""

from trainstate.rules.attached import changes, is_illegal
from trainstate.rules.example import ACTIVE, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule


def _rule(status: str, modified: float, member: str = "DebugRuleEvaluationStatuses") -> Poll:
    item = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": status}
    return poll(ACTIVE, {f"/{member}": [item]}, modified=modified)


@rule(
    severity="error",
    sources=["guide-debugger-rules"],
    message="the evaluation `{item}` was `{before}` and is `{after}`",
    help="an evaluation keeps its result; look for two rules with one name",
    bad=[
        [_rule("NoIssuesFound", 100), _rule("InProgress", 200)],
        [
            _rule("Stopped", 100, "ProfilerRuleEvaluationStatuses"),
            _rule("IssuesFound", 200, "ProfilerRuleEvaluationStatuses"),
        ],
    ],
    good=[
        [_rule("InProgress", 100), _rule("IssuesFound", 200)],
        [_rule("InProgress", 100), _rule("Stopped", 200)],
    ],
    needs=["machines"],
    follows=["TS404", "TS607"],
)
def illegal_rule_evaluation_transition(comparison: Comparison) -> Violations:
    """A rule evaluation has a status that cannot follow the previous one.

    An evaluation runs, perhaps stops, and has one result. Polls may miss statuses in
    between, but no steps at all lead from the one to the other.
    """
    for machine, change in changes(comparison, items=True, named=True):
        if is_illegal(machine, change):
            yield Violation(
                pointer=change.pointer,
                facts={"item": change.item, "before": change.before, "after": change.after},
            )
