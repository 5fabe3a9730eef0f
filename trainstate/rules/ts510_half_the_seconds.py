"""TS510 half-the-seconds."""

from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence

_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}
_NONE = {"/TrainingTimeInSeconds": None, "/BillableTimeInSeconds": None}


@rule(
    severity="warning",
    sources=["api-members", "recordings-responses", "recordings-logs"],
    message="a job that is `{primary}` has `{other}` but no `{member}`",
    help="write trained and billed seconds in one step; savings need both",
    bad=[
        poll(DONE, {"/TrainingTimeInSeconds": None}),
        poll(DONE, {"/BillableTimeInSeconds": None}),
    ],
    good=[
        DONE,
        poll(DONE, _NONE),
        poll(DONE, {"/BillableTimeInSeconds": None} | _SERVERLESS),
        ACTIVE,
    ],
    needs=["training_seconds"],
)
def half_the_seconds(presence: Presence) -> Violations:
    """An ended job has only one of its trained and billed seconds.

    The two come together in 21 of 21 recorded responses and in 638 of 638 logs. Recordings
    from before the service had them lack both, and an excerpt may lack either. Serverless
    jobs are billed by tokens, so they may lack billed seconds.
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
        yield Violation(
            pointer=f"/{absent[0]}",
            facts={"member": absent[0], "other": other, "primary": presence.primary},
        )
