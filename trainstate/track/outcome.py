"""What became of a job, derived from its statuses by the facts."""

from __future__ import annotations

from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome

ENDED = frozenset(Outcome) - {Outcome.RUNNING, Outcome.STOPPING, Outcome.UNKNOWN}
"""Outcomes after which there is nothing to wait for."""


def outcome_of(spec: Spec, primary: str | None, secondary: str | None) -> Outcome:
    """The outcome of a pair; each status is None if it was not seen.

    UNKNOWN if the specification has no such primary: AWS says that values are subject to change,
    so an unknown status is neither an end nor an error.
    """
    if primary is None:
        return Outcome.UNKNOWN
    rows = spec.outcome_by_key
    row = rows.get((primary, secondary or "")) or rows.get((primary, ""))
    return Outcome.UNKNOWN if row is None else row.name


__all__ = ["ENDED", "Outcome", "outcome_of"]
