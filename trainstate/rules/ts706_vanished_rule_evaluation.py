"""TS706 vanished-rule-evaluation."""

from trainstate.rules.example import ACTIVE, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule
from trainstate.spec.load import builtin_spec

_RESULT = builtin_spec().machines[0].statuses[1]


def _rules(*names: str, modified: float) -> Poll:
    items = [{"RuleConfigurationName": name, "RuleEvaluationStatus": _RESULT} for name in names]
    return poll(ACTIVE, {"/DebugRuleEvaluationStatuses": items or None}, modified=modified)


@rule(
    severity="warning",
    sources=["guide-debugger-rules", "api-members"],
    message="the evaluation `{item}` was `{before}` and is gone",
    help="an evaluation keeps its result; look for a rewritten list",
    bad=[
        [_rules("loss", modified=100), _rules(modified=200)],
        [_rules("loss", "tree", modified=100), _rules("tree", modified=200)],
    ],
    good=[
        [_rules(modified=100), _rules("loss", modified=200)],
        [_rules("loss", modified=100), _rules("loss", "tree", modified=200)],
    ],
    needs=["machines"],
    follows=["TS702", "TS707"],
)
def vanished_rule_evaluation(comparison: Comparison) -> Violations:
    """A rule evaluation of the job has disappeared.

    The rules are set at creation, and each has an evaluation until the end and after it. A
    whole response that lacks one was edited, or comes from another job; what an event or an
    excerpt leaves out is not lost.
    """
    for change in comparison.vanished:
        yield Violation(
            pointer=change.pointer, facts={"item": change.item, "before": change.before}
        )
