"""TS601 stale-observation."""

from trainstate.rules.example import ACTIVE, DONE, STARTING, poll
from trainstate.rules.model import Comparison, Relation, Violation, Violations, rule
from trainstate.rules.wording import time_text

_LATE = {Relation.SMALLER, Relation.SAME, Relation.ABSENT}
_TRAINING = "InProgress/Training: Starting 90, Downloading 20, Training"


@rule(
    severity="warning",
    sources=["api-describe-times", "guide-eventbridge"],
    message="the response of {modified} arrived after a newer one of the job",
    help="order responses by LastModifiedTime before you act on them",
    bad=[[_TRAINING, poll(STARTING, modified=1)], [DONE, ACTIVE]],
    good=[[poll(STARTING, modified=1), _TRAINING], [_TRAINING, _TRAINING]],
    follows=["TS3", "TS404", "TS607"],
)
def stale_observation(comparison: Comparison) -> Violations:
    """A response arrived after a newer response of the same job.

    Events come late, and pollers may answer out of order. The late response is true of an
    earlier moment, so nothing is wrong with the job; code that believes the last response
    goes back in time.
    """
    if comparison.late and comparison.relation in _LATE and not comparison.ordered_later:
        yield Violation(
            pointer=f"/{comparison.spec.layout.modified}",
            facts={"modified": time_text(comparison.response.modified)},
        )
