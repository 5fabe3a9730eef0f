"""TS009 malformed-name."""

import re

from trainstate.history.identity import is_masked
from trainstate.rules.example import STARTING, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Identity
from trainstate.rules.shown import quoted

_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/"


def _named(name: str) -> dict[str, str]:
    return {"/TrainingJobName": name, "/TrainingJobArn": _ARN + name}


@rule(
    severity="warning",
    sources=["api-members", "api-create"],
    message="no job can have the name {name}: {why}",
    help="name the job as the service would; write a removed name as `***`",
    bad=[
        poll(STARTING, _named("my_job")),
        poll(STARTING, _named("a" * 64)),
        poll(STARTING, _named("job-")),
    ],
    good=[STARTING, poll(STARTING, _named("A--b-1" + "c" * 57)), poll(STARTING, _named("<name>"))],
)
def malformed_name(identity: Identity) -> Violations:
    """A job has a name that the service does not accept.

    The API declares the pattern of names: letters, digits and hyphens between them, at most
    63. Another name was written by hand or by a simulator that does not check, and the
    service would not find it. A masked name says nothing.
    """
    name, layout = identity.name, identity.spec.layout
    if not name or not layout.name_pattern or is_masked(name):
        return
    why = ""
    if layout.name_most and len(name) > layout.name_most:
        why = f"it has {len(name)} characters; at most {layout.name_most} are allowed"
    elif not re.fullmatch(layout.name_pattern, name):
        why = "only letters, digits and hyphens between them are allowed"
    if why:
        yield Violation(pointer=f"/{layout.name}", facts={"name": quoted(name), "why": why})
