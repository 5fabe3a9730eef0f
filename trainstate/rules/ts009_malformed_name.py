"""TS009 malformed-name."""

from __future__ import annotations

import re

from trainstate.history.identity import is_masked
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Places, rule
from trainstate.rules.parts import Identity
from trainstate.rules.shown import quoted

_ACTIVE = "InProgress/Starting: Starting"
_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/"


def _named(name: str) -> dict[str, str]:
    return {"/TrainingJobName": name, "/TrainingJobArn": _ARN + name}


@rule(
    severity="warning",
    sources=["api-members", "api-create"],
    message="the name {name} is none that a job can have: {why}",
    help="name the job as the service would; a name that was taken out can be written as `***`",
    bad=[
        poll(_ACTIVE, _named("my_job")),
        poll(_ACTIVE, _named("a" * 64)),
        poll(_ACTIVE, _named("job-")),
    ],
    good=[
        _ACTIVE,
        poll(_ACTIVE, _named("A--b-1" + "c" * 57)),
        poll(_ACTIVE, _named("<name>")),
    ],
)
def malformed_name(identity: Identity) -> Places:
    """A job has a name that the service does not accept.

    The API gives the pattern of names: letters, digits and hyphens between them, 63 of them
    at the most. Another name was written by hand or by a simulator that checks none, and
    nobody can ask the service for it. A name that was masked says nothing.
    """
    name, layout = identity.name, identity.spec.layout
    if not name or not layout.name_pattern or is_masked(name):
        return
    why = ""
    if layout.name_most and len(name) > layout.name_most:
        why = f"it has {len(name)} characters, and {layout.name_most} are the most"
    elif not re.fullmatch(layout.name_pattern, name):
        why = "letters and digits are allowed, and hyphens between them"
    if why:
        yield Place(pointer=f"/{layout.name}", facts={"name": quoted(name), "why": why})
