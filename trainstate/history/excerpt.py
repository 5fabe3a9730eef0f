"""What tells a whole response from an excerpt, which a person or a script made of one.

``describe-training-job --query '{...}'`` writes what was asked for, and so does a log line of
one's own. What an excerpt leaves out says nothing of the job.
"""

from __future__ import annotations

from functools import cache
from itertools import islice

from trainstate.history.model import Response
from trainstate.spec.model import Spec

FEWEST_CONFIGURED = 3
"""Configuration members that a whole response has, the required one among them.

Nine are in each of 13 recordings, and who takes out what is private leaves six of them. Who
writes a response by hand gives the three that the API long required; who picks takes fewer.
"""


def absent_members(response: Response, spec: Spec) -> tuple[str, ...]:
    """The members that the service always gives and a response lacks.

    They are those that the API requires, and two that all recordings have: the history and
    LastModifiedTime. Recordings of active jobs have no artifacts, though they are required.
    """
    members = response.members
    return tuple(name for name in _always(spec) if members.get(name) is None)


def is_configured(response: Response, spec: Spec) -> bool:
    """Holds if a response shows the job's configuration, so that what is absent is not set."""
    names, required = _configuration(spec)
    members = response.members
    if required and members.get(spec.layout.stopping) is None:
        return False
    shown = (name for name in names if members.get(name) is not None)
    fewest = min(FEWEST_CONFIGURED, len(names))
    return len(tuple(islice(shown, fewest))) == fewest


@cache
def _always(spec: Spec) -> tuple[str, ...]:
    layout = spec.layout
    required = {member.name for member in spec.members if member.required}
    always = required - {layout.artifacts} | {layout.history, layout.modified}
    return tuple(member.name for member in spec.members if member.name in always)


@cache
def _configuration(spec: Spec) -> tuple[tuple[str, ...], bool]:
    """The configuration members, and whether the API requires one of them."""
    members = [member for member in spec.members if member.role.endswith("configuration")]
    return tuple(member.name for member in members), any(member.required for member in members)


__all__ = ["FEWEST_CONFIGURED", "absent_members", "is_configured"]
