"""TS601 stale-observation."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Relation, Step, rule
from trainstate.rules.wording import time_text

_LATE = {Relation.SMALLER, Relation.SAME, Relation.ABSENT}
_TRAINING = "InProgress/Training: Starting 90, Downloading 20, Training"
_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


@rule(
    severity="warning",
    sources=["api-describe-times", "guide-eventbridge"],
    message="the response of {modified} arrived after a newer one of the job",
    help="order responses by LastModifiedTime before you act on them",
    bad=[
        [_TRAINING, poll("InProgress/Starting: Starting", modified=1)],
        [_DONE, "InProgress/Training: Starting 90, Training"],
    ],
    good=[
        [poll("InProgress/Starting: Starting", modified=1), _TRAINING],
        [_TRAINING, _TRAINING],
    ],
    follows=["TS3", "TS404", "TS607"],
)
def stale_observation(step: Step) -> Iterator[Place]:
    """A response arrived after a newer response of the same job.

    Events come late, and pollers may answer out of order. The late response is true of
    an earlier moment, so that nothing is wrong with the job; code that believes the
    last thing it heard goes back in time.
    """
    if step.late and step.relation in _LATE and not step.ordered_later:
        yield Place(
            pointer=f"/{step.spec.layout.modified}",
            facts={"modified": time_text(step.response.modified)},
        )
