"""What a response contradicts of the earlier ones of its job."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Clash:
    """Two responses that no run can show in their order.

    ``before`` and ``after`` are the pairs in the order of LastModifiedTime (or of
    arrival), ``at`` the index of the response that was seen earlier.
    """

    before: tuple[str | None, str | None]
    after: tuple[str | None, str | None]
    at: int


@frozen(kw_only=True)
class MemberChange:
    """A member that has another value than in an earlier response of the job.

    ``moved`` is *gone* where it has none any more, *appeared* where it had none before.
    """

    member: str
    before: Any
    after: Any
    at: int
    moved: str = ""


@frozen(kw_only=True)
class AttachedChange:
    """A change of an attached machine: the status before (None: first seen) and after."""

    machine: str
    item: str
    pointer: str
    before: str | None
    after: str


@frozen(kw_only=True)
class EarlierEpoch:
    """The epoch that had the same ARN or name before: when it was created and last seen alive.

    Times are instants; ``ended`` tells whether a terminal status was seen.
    """

    created: int | None
    last_seen: int | None
    ended: bool
