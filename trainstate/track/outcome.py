"""What has become of a job, read from its statuses by the facts."""

from __future__ import annotations

from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome

ENDED = frozenset(Outcome) - {Outcome.RUNNING, Outcome.STOPPING, Outcome.UNKNOWN}
"""The outcomes after which nothing more is to be waited for."""


def outcome_of(spec: Spec, primary: str | None, secondary: str | None) -> Outcome:
    """The outcome of a pair; each status is None where it was not seen.

    UNKNOWN where the specification has no such primary: AWS says that values are
    subject to change, so that an unknown status is neither an end nor an error.
    """
    if primary is None:
        return Outcome.UNKNOWN
    rows = spec.outcome_by_key
    row = rows.get((primary, secondary or "")) or rows.get((primary, ""))
    return Outcome.UNKNOWN if row is None else row.name


__all__ = ["ENDED", "Outcome", "outcome_of"]
