"""How far times may differ before a rule reports it, each with its basis."""

from math import inf
from typing import Any

from attrs import asdict, frozen

from trainstate.errors import UsageError
from trainstate.history.instants import SECOND


@frozen(kw_only=True)
class Tolerances:
    """Seconds by which the times of a recording may differ from the model.

    Raises UsageError for what is no number from 0 up.
    """

    join: float = 1.0
    """Between the end of an entry and the start of the next, exclusive.

    Entries join exactly in 84 of 84 recorded joints; listings cut times to whole seconds.
    """

    order: float = 1.0
    """Between two times in the wrong order, exclusive: sub-second rounding."""

    training: float = 1.0
    """Between TrainingTimeInSeconds and end minus start, inclusive.

    Within one second in 21 of 21 recordings, without being floor, ceiling or rounding.
    """

    doubt: float = 60.0
    """By which a time may contradict what all recordings show but no documentation says.

    Within it the finding is a warning; beyond it no clock explains the difference, and the
    finding is an error.
    """

    limit: float = 60.0
    """By which a run may miss its limit and still have reached it."""

    grace: float = 600.0
    """By which the statuses that a limit counts may exceed it.

    120 s after SIGTERM are documented (api-stopping-condition); no recording shows how soon
    the service notices a reached limit.
    """

    overrun: float = 3600.0
    """By which a job's whole life may exceed its limit if no history shows the upload.

    No documentation limits the upload, and recorded ones took minutes.
    """

    delivery: float = 86_400.0
    """By which an event's time may follow the modification that it reports.

    Events are documented to come in near real time, and EventBridge tries for a day.
    """

    def microseconds(self, name: str) -> int:
        """A tolerance in microseconds, the unit of instants."""
        seconds: float = getattr(self, name)
        return round(seconds * SECOND)

    def __attrs_post_init__(self) -> None:
        for name, seconds in asdict(self).items():
            if not _is_duration(seconds):
                raise UsageError(
                    f"Expected the tolerance {name} to be a number of seconds, 0 or more,"
                    f" but got {seconds!r}."
                )


def _is_duration(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < inf
