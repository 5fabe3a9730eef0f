"""How the lives of two jobs of one name lie to each other."""

from __future__ import annotations

from enum import StrEnum

from trainstate.rules.model import EarlierEpoch, Step


class Reuse(StrEnum):
    """In which way a name was used again."""

    TOGETHER = "both lived at the same time"
    UNSEEN = "the first was not seen to end"
    CLEAN = "the first had ended"


def reuse(step: Step, earlier: EarlierEpoch) -> Reuse | None:
    """How the job of a step uses a name again; None where a creation time is not known.

    ``earlier`` was seen before, and may have been created after the job of the step.
    """
    created, tolerance = step.response.created, step.reading.tolerances.microseconds("order")
    if created is None or earlier.created is None:
        return None
    if created == earlier.created:
        return Reuse.TOGETHER
    if created > earlier.created:
        first_seen, ended = earlier.last_seen, earlier.ended
    else:
        first_seen, ended = step.response.modified, step.reading.statuses.ended
    if first_seen is not None and first_seen - max(created, earlier.created) >= tolerance:
        return Reuse.TOGETHER
    return Reuse.CLEAN if ended else Reuse.UNSEEN
