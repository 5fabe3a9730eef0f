"""TS507 missing-model-artifacts."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Presence

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxWaitTimeInSeconds": 90_000}


@rule(
    code="TS507",
    name="missing-model-artifacts",
    severity="warning",
    scope="response",
    sources=["api-members", "recordings-responses"],
    message="`{member}` is {state} a job that is `{primary}`",
    help="code that reads the place of the model finds nothing; add it when the job completes",
    bad=[
        *(poll(_DONE, {"/ModelArtifacts": None} | more) for more in ({}, _SPOT)),
        poll(_DONE, {"/ModelArtifacts": {"S3ModelArtifacts": ""}}),
    ],
    good=[_DONE, "InProgress/Training: Starting 90, Training"],
    needs=["artifacts"],
    since="0.1.0",
    follows=["TS201"],
)
def missing_model_artifacts(presence: Presence) -> Iterator[Place]:
    """A completed job does not say where its model is.

    The API declares the member required, and recordings of completed jobs have it.
    Active jobs have none. An excerpt of a response says nothing by what it lacks.
    """
    spec = presence.spec
    member = spec.member_by_name.get(spec.layout.artifacts)
    if (
        member is None
        or not (presence.described and presence.whole)
        or presence.primary not in member.present_at
    ):
        return
    absent = member.name not in presence.present
    if absent or member.name in presence.blank:
        state = "absent from" if absent else "empty on"
        yield Place(
            pointer=f"/{member.name}",
            facts={"member": member.name, "state": state, "primary": presence.primary},
        )
