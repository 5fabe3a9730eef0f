"""TS001 unreadable-record."""

from __future__ import annotations

from trainstate.rules.example import text
from trainstate.rules.model import Place, Places, Unreadable, rule

_WHOLE = '{"TrainingJobName": "a", "TrainingJobStatus": "InProgress"}'


@rule(
    severity="error",
    sources=["api-describe"],
    message="{reason}",
    help="look at the file at this line; a recording that was cut off ends like this",
    bad=[
        text('{"TrainingJobName": "a"'),
        text(f'{_WHOLE}\n{{"TrainingJobName": "b", "TrainingJobSta\n{_WHOLE}\n'),
    ],
    good=[
        text(_WHOLE),
        "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed",
    ],
)
def unreadable_record(record: Unreadable) -> Places:
    """A record of the recording cannot be read.

    What stands there is no JSON, or no response, summary, event or history of a job. The
    records before and after it are read and judged as if it were not there, so that a
    response that was lost here can hide what the others would contradict.
    """
    yield Place(
        pointer=record.origin.pointer,
        facts={"reason": record.reason, "excerpt": record.excerpt},
    )
