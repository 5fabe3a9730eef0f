"""TS915 missing-training-time."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="warning",
    sources=["api-describe-times", "recordings-responses"],
    message="the job trained and ended, but has no {member}",
    help="count the seconds from the start of training to its end",
    bad=[
        calls(
            "create a",
            "describe a = Completed/Completed: Training 60, Completed -TrainingTimeInSeconds",
        )
    ],
    good=[calls("create a", IS_DONE), calls("create a", IS_ACTIVE)],
)
def missing_training_time(exchange: Exchange) -> Violations:
    """A job that trained and ended lacks its trained or billed seconds.

    All 13 recordings of such jobs have both members. Recordings may be trimmed, so only the
    fuzzer checks this: code that computes costs or spot savings gets nothing from such a
    simulator.
    """
    response, layout = exchange.response, exchange.spec.layout
    if response is None or not layout.training_seconds or exchange.fault is not None:
        return
    times = (layout.started, layout.ended)
    if all(name in response.instants for name in times if name is not None):
        for member in (layout.training_seconds, layout.billable_seconds):
            if member is not None and response.members.get(member) is None:
                yield Violation(facts={"member": member}, pointer=f"/{member}")
