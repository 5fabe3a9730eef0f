"""TS607 last-modified-went-back."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Step, rule
from trainstate.rules.wording import time_text

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_TRAINING = "InProgress/Training: Starting 90, Training"


@rule(
    code="TS607",
    name="last-modified-went-back",
    severity="error",
    scope="sequence",
    sources=["api-describe-times", "recordings-responses"],
    message="the history grew, but the job was last modified earlier than before: {modified}",
    help="set LastModifiedTime whenever the record changes, from one clock",
    bad=[
        [poll("InProgress/Starting: Starting", modified=500), poll(_TRAINING, modified=95)],
        [poll(_TRAINING, modified=500), _DONE],
    ],
    good=[
        [poll("InProgress/Starting: Starting", modified=1), poll(_TRAINING, modified=95)],
        [_TRAINING, _DONE],
    ],
    since="0.1.0",
    follows=["TS404"],
)
def last_modified_went_back(step: Step) -> Iterator[Place]:
    """A longer history was last modified before a shorter history of the same job.

    Every entry that is appended modifies the record. Whoever orders responses by
    LastModifiedTime would put the longer history before the shorter one.
    """
    if step.ordered_earlier:
        yield Place(
            pointer=f"/{step.spec.layout.modified}",
            facts={"modified": time_text(step.response.modified)},
        )
