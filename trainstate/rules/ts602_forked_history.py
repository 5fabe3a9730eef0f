"""TS602 forked-history."""

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Comparison, Relation, Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-describe", "recordings-responses"],
    message="entry {at} is `{after}`, but an earlier response of the job has `{before}`",
    help="two jobs have one name, or a recording has two runs; split by ARN and CreationTime",
    bad=[["InProgress/Downloading: Starting 90, Downloading", ACTIVE]],
    good=[
        [
            "InProgress/Downloading: Starting 90, Downloading",
            "InProgress/Training: Starting 90, Downloading 20, Training",
        ]
    ],
    needs=["history"],
    follows=["TS0", "TS1", "TS3", "TS4", "TS602"],
)
def forked_history(comparison: Comparison) -> Violations:
    """Two responses of one job have diverging histories.

    The history is append-only, and every response shows all of it. So of two histories of a
    job one begins with the other. If they differ in a status, no order of the responses
    explains both.
    """
    if comparison.relation is Relation.FORKED and comparison.at is not None:
        yield Violation(
            pointer=comparison.reading.statuses.entry_pointer(
                comparison.at, comparison.spec.layout.entry_status
            ),
            facts={
                "at": comparison.at,
                "before": comparison.known[comparison.at].status,
                "after": comparison.response.statuses[comparison.at],
            },
        )
