"""The identity of a job: its ARN, unless that was redacted.

Published recordings replace ARNs by ``arn:aws:sagemaker:us-east-1:REDACTED``, ``***`` or ``x``.
Many jobs share such a text.
"""

from __future__ import annotations

import re

from attrs import frozen

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


@frozen(eq=False)
class Plain:
    """The form of the service's own ARNs and names."""

    head: re.Pattern[str]
    regions: tuple[tuple[str, str], ...]
    name: re.Pattern[str]
    most: int

    @classmethod
    def of(cls, layout: RecordLayout) -> Plain:
        """The form for a machine's jobs."""
        service, resource = re.escape(layout.service), re.escape(layout.resource)
        head = rf"arn:(aws[a-z-]*):{service}:([a-z0-9-]+):[0-9]{{12}}:{resource}/"
        name = re.compile(layout.name_pattern)
        return cls(re.compile(head), layout.regions, name, layout.name_most)

    def holds(self, arn: str, name: str) -> bool:
        """Whether an ARN and a name have the service's form and are of one job."""
        head = self.head.match(arn)
        if head is None or arn[head.end() :] != name.lower() or is_masked(arn):
            return False
        if is_elsewhere(head[1], head[2], self.regions):
            return False
        return len(name) <= self.most and self.name.fullmatch(name) is not None


def job_of(arn: str | None) -> str | None:
    """The job's name in an ARN, as written there; None if the ARN names no job."""
    if arn is None or not arn.startswith("arn:") or is_masked(arn):
        return None
    _, slash, segment = arn.rpartition("/")
    return segment if slash and segment else None
