"""The identity of a job: its ARN, unless that was redacted.

Published recordings replace ARNs by ``arn:aws:sagemaker:us-east-1:REDACTED``, ``***`` or ``x``.
Many jobs share such a text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from trainstate.spec.facts import RecordLayout

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d+")
ACCOUNT = 12
"""The digits of an account's number."""
_MASKS = ("*", "<", "[", "{", "xxx", "...", "redacted")


def is_masked(text: str) -> bool:
    """Whether part of a text was redacted, so that its value means nothing."""
    lower = text.lower()
    return any(mark in lower for mark in _MASKS)  # four times as fast as a pattern


class Arn(NamedTuple):
    """The parts of an ARN after its first word."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def arn_of(text: object) -> Arn | None:
    """The parts of an ARN; None for any other text, and for a redacted one."""
    if not isinstance(text, str) or not text.startswith("arn:") or is_masked(text):
        return None
    parts = text.split(":", 5)[1:]
    return Arn(*parts) if len(parts) == len(Arn._fields) else None


def differing(arn: Arn, other: Arn) -> Iterator[tuple[str, str, str]]:
    """The place in which two ARNs differ: part, the first's, the second's; both are certain."""
    for part in ("partition", "region", "account"):
        there, here = getattr(arn, part), getattr(other, part)
        known = all(one.isdecimal() and len(one) == ACCOUNT for one in (there, here))
        if there and here and there != here and (part != "account" or known):
            yield part, there, here


def is_in_group(text: object, group: object) -> bool:
    """Whether an ARN is one of a group's, as its place and name show; unless one is none.

    The service writes some names in lower case.
    """
    arn, whole = arn_of(text), arn_of(group)
    if arn is None or whole is None:
        return True
    names = [one.resource.lower().partition("/")[2] for one in (arn, whole)]
    return not any(differing(arn, whole)) and f"{names[0]}/".startswith(f"{names[1]}/")


def is_elsewhere(partition: str, region: str, regions: tuple[tuple[str, str], ...]) -> bool:
    """Whether a region belongs to another partition.

    ``regions`` has how the names of a partition's regions begin; the first that fits counts.
    """
    if not _REGION.fullmatch(region) or not any(partition == one for one, _ in regions):
        return False
    return next(one for one, start in regions if region.startswith(start)) != partition


def is_plain(name: str, layout: RecordLayout) -> bool:
    """Whether a name has the service's form, so that it is only compared with its ARN."""
    short = len(name) <= layout.name_most and not is_masked(name)
    return short and re.fullmatch(layout.name_pattern, name) is not None


def job_of(arn: str | None) -> str | None:
    """The job's name in an ARN, as written there; None if the ARN names no job."""
    if arn is None or not arn.startswith("arn:") or is_masked(arn):
        return None
    _, slash, segment = arn.rpartition("/")
    return segment if slash and segment else None
