"""The identity of a job: its ARN, unless that was redacted.

Published recordings replace ARNs by ``arn:aws:sagemaker:us-east-1:REDACTED``, ``***`` or ``x``.
Many jobs share such a text.
"""

import re

from trainstate.spec.facts import RecordLayout

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d+")
_MASK = re.compile(r"[*<\[{]|xxx|\.\.\.|redacted", re.IGNORECASE)


def is_masked(text: str) -> bool:
    """Whether part of a text was redacted, so that its value means nothing."""
    return _MASK.search(text) is not None


def is_elsewhere(partition: str, region: str, regions: tuple[tuple[str, str], ...]) -> bool:
    """Holds if a region is one of another partition than the one that is known.

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
