"""TS702 unknown-rule-evaluation-status."""

from trainstate.rules.attached import changes, is_unknown
from trainstate.rules.example import ACTIVE, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule


def _rule(status: str, member: str = "DebugRuleEvaluationStatuses") -> Poll:
    item = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": status}
    return poll(ACTIVE, {f"/{member}": [item]})


@rule(
    severity="warning",
    sources=["guide-debugger-rules"],
    message="the evaluation `{item}` has the unknown status `{status}`",
    help="compare the spelling; `trainstate drift` says whether the API has a new status",
    bad=[_rule("Passed"), _rule("noissuesfound", "ProfilerRuleEvaluationStatuses")],
    good=[_rule("NoIssuesFound"), _rule("Error", "ProfilerRuleEvaluationStatuses")],
    needs=["machines"],
)
def unknown_rule_evaluation_status(comparison: Comparison) -> Violations:
    """A rule evaluation has a status that the API does not list.

    Code that compares statuses would match none of them. The life of the job is judged all
    the same.
    """
    for machine, change in changes(comparison, items=True, named=True):
        if is_unknown(machine, change):
            yield Violation(
                pointer=change.pointer, facts={"item": change.item, "status": change.after}
            )
