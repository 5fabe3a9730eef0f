"""TS610 never-finished."""

from trainstate.rules.example import ACTIVE, DONE, FAILED, STARTING
from trainstate.rules.model import JobEnd, Violation, Violations, rule
from trainstate.rules.wording import pair_text


@rule(
    severity="warning",
    sources=["waiter", "api-describe"],
    message="the last of {responses} responses shows {pair}, and no response shows an end",
    help="record until the job has ended, or leave this rule out for running jobs",
    bad=[ACTIVE, [STARTING, "Stopping/Stopping: Starting 90, Training 60, Stopping"]],
    good=[DONE, [ACTIVE, FAILED]],
    on_request=True,
)
def never_finished(end: JobEnd) -> Violations:
    """No response shows that the job has ended.

    The job may still run, or the recording may be cut off. So the rule runs only on request:
    for archives of jobs that must all have ended, and for simulators that must bring every
    job to an end.
    """
    if not end.complete:
        yield Violation(facts={"responses": end.responses, "pair": pair_text(end.pair, end.spec)})
