"""TS001 unreadable-record."""

from trainstate.rules.example import DONE, text
from trainstate.rules.model import Severity, Unreadable, Violation, Violations, rule

_WHOLE = '{"TrainingJobName": "a", "TrainingJobStatus": "InProgress"}'


@rule(
    severity="error",
    sources=["api-describe"],
    message="{reason}",
    help="look at this line of the file; a truncated recording ends like this",
    bad=[
        text('{"TrainingJobName": "a"'),
        text(f'{_WHOLE}\n{{"TrainingJobName": "b", "TrainingJobSta\n{_WHOLE}\n'),
    ],
    good=[text(_WHOLE), DONE],
)
def unreadable_record(record: Unreadable) -> Violations:
    """A record cannot be read.

    The text is not JSON, or it is not a response, summary, event or history of a job. The
    other records are judged as if it were absent, so a lost response can hide a
    contradiction. JSON of something else, such as another record of a log, is an info.
    """
    yield Violation(
        pointer=record.origin.pointer,
        facts={"reason": record.reason, "excerpt": record.excerpt},
        severity=None if record.lost else Severity.INFO,
    )
