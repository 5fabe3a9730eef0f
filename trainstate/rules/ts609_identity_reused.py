"""TS609 identity-reused."""

from enum import StrEnum

from trainstate.history.identity import is_masked
from trainstate.rules.example import ACTIVE, DONE, STARTING, poll
from trainstate.rules.model import Comparison, OtherEpoch, Severity, Violation, Violations, rule
from trainstate.rules.wording import time_text

_FIRST = poll(ACTIVE, modified=300)


def _anew(time: str) -> dict[str, str]:
    members = ("CreationTime", "LastModifiedTime", "SecondaryStatusTransitions/0/StartTime")
    return {f"/{member}": time for member in members}


@rule(
    severity="error",
    sources=["api-delete"],
    message="a job created {created} has the name of one created {earlier}: {reuse}",
    help="identify a job by its ARN together with its CreationTime: names are reused",
    bad=[
        [_FIRST, poll(STARTING, _anew("2026-01-02T10:01:00Z"))],
        [_FIRST, poll(STARTING, _anew("2026-01-02T11:00:00Z"))],
    ],
    good=[[_FIRST, poll(ACTIVE, modified=400)], [DONE]],
)
def identity_reused(comparison: Comparison) -> Violations:
    """Two jobs with different creation times have one name.

    A name can be reused after its job was deleted, and only an ended job can be deleted. So
    two jobs of one name cannot live at the same time: there the CreationTime was changed, or
    the name is not unique. If they follow each other, it is only an info. Redacted names
    cover many jobs and are not compared.
    """
    response = comparison.response
    if response.identity is None and is_masked(response.name or "***"):
        return
    for other in comparison.other_epochs:
        if (found := reuse(comparison, other)) is not None:
            yield Violation(
                pointer=f"/{comparison.spec.layout.created}",
                facts={
                    "created": time_text(response.created),
                    "earlier": time_text(other.created),
                    "reuse": str(found),
                },
                severity=None if found is Reuse.TOGETHER else Severity.INFO,
            )


class Reuse(StrEnum):
    """How a name was reused."""

    TOGETHER = "both lived at the same time"
    UNSEEN = "the first was not seen to end"
    CLEAN = "the first had ended"


def reuse(comparison: Comparison, other: OtherEpoch) -> Reuse | None:
    """How the job of a comparison reuses a name; None if a creation time is unknown.

    ``other`` was seen before, but may have been created after the job of the comparison.
    """
    created, tolerance = (
        comparison.response.created,
        comparison.reading.tolerances.microseconds("order"),
    )
    if created is None or other.created is None:
        return None
    if created == other.created:
        return Reuse.TOGETHER
    if created > other.created:
        first_seen, ended = other.last_seen, other.ended
    else:
        first_seen, ended = comparison.response.modified, comparison.reading.statuses.ended
    if first_seen is not None and first_seen - max(created, other.created) >= tolerance:
        return Reuse.TOGETHER
    return Reuse.CLEAN if ended else Reuse.UNSEEN
