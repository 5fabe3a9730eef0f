"""A job of which all responses were looked at together, and nothing is to be said."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import frozen

from trainstate.history.model import Response, called
from trainstate.spec.model import Evidence


@frozen(kw_only=True, eq=False)
class Counted:
    """The responses of a job of which no rule says anything: they are only counted.

    ``created`` is an instant, ``pair`` are the last statuses; ``complete`` holds if one of them
    is an end, ``rests_on`` is the weakest evidence that they rest on. ``rows`` reads them once
    more, for whoever brings another response of the job.
    """

    arn: str
    name: str
    created: int
    responses: int
    pair: tuple[str, str]
    complete: bool
    rests_on: Evidence
    rows: Callable[[], Iterable[Response]]

    @property
    def called(self) -> str:
        """The name that all records of the job share."""
        return called(self.arn, self.name) or ""
