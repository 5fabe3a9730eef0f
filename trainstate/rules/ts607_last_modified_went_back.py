"""TS607 last-modified-went-back."""

from trainstate.rules.example import ACTIVE, DONE, STARTING, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule
from trainstate.rules.wording import time_text

_GROWN = "the history has grown, and the job"


def _evaluated(second: int, modified: float) -> Poll:
    time = f"2026-01-02T10:01:{second}Z"
    item = {"RuleConfigurationName": "loss", "LastModifiedTime": time}
    return poll(ACTIVE, {"/DebugRuleEvaluationStatuses": [item]}, modified=modified)


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses"],
    message="{what} was last modified earlier than before: {modified}",
    help="set LastModifiedTime whenever the record changes, from one clock",
    bad=[
        [poll(STARTING, modified=500), poll(ACTIVE, modified=95)],
        [poll(ACTIVE, modified=500), DONE],
        [_evaluated(50, 200), _evaluated(40, 300)],
    ],
    good=[
        [_evaluated(40, 200), _evaluated(50, 300)],
        [poll(STARTING, modified=1), poll(ACTIVE, modified=95)],
        [ACTIVE, DONE],
    ],
    needs=["modified"],
    follows=["TS404"],
)
def last_modified_went_back(comparison: Comparison) -> Violations:
    """A longer history was modified before a shorter one of the same job.

    Every appended entry modifies the record. Code that orders responses by LastModifiedTime
    would put the longer history before the shorter one. Nor does the time of the last change
    of a rule evaluation go back.
    """
    if comparison.ordered_earlier:
        yield Violation(
            pointer=f"/{comparison.spec.layout.modified}",
            facts={"what": _GROWN, "modified": time_text(comparison.response.modified)},
        )
    for change in comparison.billing:
        if change.member.endswith(f"/{comparison.spec.layout.modified}"):
            facts = {"what": "an evaluation", "modified": time_text(int(change.after))}
            yield Violation(pointer=f"/{change.member}", facts=facts)
