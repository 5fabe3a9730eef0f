"""What a response contradicts in earlier ones of its job."""

from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Clash:
    """Two responses that no run shows in their order.

    ``before`` and ``after`` are the pairs in the order of LastModifiedTime (or of arrival),
    ``at`` the index of the response that was seen earlier.
    """

    before: tuple[str | None, str | None]
    after: tuple[str | None, str | None]
    at: int


@frozen(kw_only=True)
class MemberChange:
    """A member whose value differs from an earlier response of the job.

    ``moved`` is *gone* if the member disappeared, *appeared* if it is new. It is not ``sure`` if
    the client of the response without it may be too old to show it. ``part`` is the part of a
    structure that differs, if it is one.
    """

    member: str
    before: Any
    after: Any
    at: int
    moved: str = ""
    sure: bool = True
    part: str = ""


@frozen(kw_only=True)
class AttachedChange:
    """A change of an attached machine: the earlier status (None: first seen) and the later."""

    machine: str
    item: str
    pointer: str
    before: str | None
    after: str


@frozen(kw_only=True)
class OtherEpoch:
    """Another epoch of the same ARN or name, seen before: when it was created and last seen alive.

    Times are instants; ``ended`` says whether a terminal status was seen.
    """

    created: int | None
    last_seen: int | None
    ended: bool
