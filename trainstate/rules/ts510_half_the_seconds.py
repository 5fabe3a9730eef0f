"""TS510 half-the-seconds."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Presence

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}
_NONE = {"/TrainingTimeInSeconds": None, "/BillableTimeInSeconds": None}


@rule(
    code="TS510",
    name="half-the-seconds",
    severity="warning",
    scope="response",
    sources=["api-members", "recordings-responses", "recordings-logs"],
    message="a job that is `{primary}` has `{other}` but no `{member}`",
    help="write what was trained and what is billed in one step; savings are made of both",
    bad=[
        poll(_DONE, {"/TrainingTimeInSeconds": None}),
        poll(_DONE, {"/BillableTimeInSeconds": None}),
    ],
    good=[
        _DONE,
        poll(_DONE, _NONE),
        poll(_DONE, {"/BillableTimeInSeconds": None} | _SERVERLESS),
        "InProgress/Training: Starting 90, Training",
    ],
    needs=["training_seconds"],
    since="0.1.0",
)
def half_the_seconds(presence: Presence) -> Iterator[Place]:
    """A job that has ended says how long it trained or what is billed, and not the other.

    The two come together in 21 of 21 recorded responses and in 638 of 638 logs. Recordings
    from before the service had them lack both, and an excerpt may lack either. Serverless
    jobs are billed by tokens, so that seconds to pay for need not be there.
    """
    layout = presence.spec.layout
    if not (presence.described and presence.ended and presence.whole):
        return
    both = (layout.training_seconds, layout.billable_seconds)
    absent = [name for name in both if name and name not in presence.present]
    if absent == [layout.billable_seconds] and presence.billed_otherwise:
        return
    if len(absent) == 1 and all(both) and not any(presence.is_unread(f"/{m}") for m in both):
        other = both[1 - both.index(absent[0])]
        yield Place(
            pointer=f"/{absent[0]}",
            facts={"member": absent[0], "other": other, "primary": presence.primary},
        )
