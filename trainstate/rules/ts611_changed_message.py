"""TS611 changed-message."""

from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule

_ONE = {"/SecondaryStatusTransitions/0/StatusMessage": "Preparing the instances"}
_TWO = {"/SecondaryStatusTransitions/0/StatusMessage": "Insufficient capacity"}
_LAST = {"/SecondaryStatusTransitions/3/StatusMessage": "Training job completed"}
_REUSED = {"/SecondaryStatusTransitions/3/StatusMessage": "Resources reused"}


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="entry {index}, `{status}`, is closed, but its message changed",
    help="keep the message of an entry when the next one starts; only the last one's may change",
    bad=[
        [poll(DONE, _ONE), poll(DONE, _TWO, modified=500)],
        [poll(ACTIVE, _ONE), poll(DONE, _TWO)],
    ],
    good=[
        [poll(DONE, _ONE), poll(DONE, _ONE, modified=500)],
        [poll(DONE, _LAST), poll(DONE, _REUSED, modified=500)],
    ],
    needs=["history"],
)
def changed_message(comparison: Comparison) -> Violations:
    """The message of a closed entry that another one follows has changed.

    The service rewrites the message of the last entry: while the job waits or runs, and
    after the end, when a warm pool is kept, reused or released. Once another entry follows,
    the message is settled in all recordings.
    """
    for index in comparison.messages:
        yield Violation(
            pointer=comparison.reading.statuses.entry_pointer(
                index, comparison.spec.layout.entry_message
            ),
            facts={"index": index, "status": comparison.response.statuses[index]},
        )
