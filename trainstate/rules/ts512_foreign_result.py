"""TS512 foreign-result."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Presence

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_TOKENS = {"/BillableTokenCount": 12_345}
_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}


@rule(
    code="TS512",
    name="foreign-result",
    severity="warning",
    scope="response",
    sources=["api-members"],
    message="`{member}` is there, and `{setting}` is absent: only a job with the one has the other",
    help="look for responses of two jobs that were merged",
    bad=[
        poll(_DONE, _TOKENS),
        poll(_DONE, {"/ProgressInfo": {"CurrentEpoch": 1, "MaxEpoch": 3}}),
    ],
    good=[_DONE, poll(_DONE, _TOKENS | _SERVERLESS)],
    since="0.1.0",
)
def foreign_result(presence: Presence) -> Iterator[Place]:
    """A job has a result that only a job of another kind has.

    The API counts tokens, and shows the progress, of serverless jobs. What an event, an
    excerpt or a result of Search leaves out says nothing.
    """
    if presence.billed_otherwise:
        return
    for member in presence.spec.members:
        if member.only_with and member.name in presence.present:
            facts = {"member": member.name, "setting": member.only_with}
            yield Place(pointer=f"/{member.name}", facts=facts)
