"""What names a job: its ARN, unless somebody has taken out of it what does.

Who publishes a recording writes ``arn:aws:sagemaker:us-east-1:REDACTED``, ``***`` or ``x``
for every ARN in it. Such a text names no job, and many jobs have it.
"""

from __future__ import annotations

_MASKS = ("*", "<", "[", "{", "xxx", "...", "redacted")


def is_masked(text: str) -> bool:
    """Holds if a part of a text was taken out by hand, so that it says nothing."""
    folded = text.casefold()
    return any(mask in folded for mask in _MASKS)


def job_of(arn: str | None) -> str | None:
    """The name of the job in an ARN, as it is written there; None where it names none."""
    if arn is None or not arn.startswith("arn:") or is_masked(arn):
        return None
    _, slash, segment = arn.rpartition("/")
    return segment if slash and segment else None
