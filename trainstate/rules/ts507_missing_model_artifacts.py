"""TS507 missing-model-artifacts."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, rule

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_SPOT = {"/EnableManagedSpotTraining": True}


@rule(
    code="TS507",
    name="missing-model-artifacts",
    severity="warning",
    scope="response",
    reads=["TrainingJobStatus", "ModelArtifacts", "TrainingJobArn", "CreationTime"],
    sources=["api-members", "recordings-responses"],
    message="`{member}` is absent from a job that is `{primary}`",
    help="code that reads the place of the model finds nothing; add it when the job completes",
    bad=[poll(_DONE, {"/ModelArtifacts": None} | more) for more in ({}, _SPOT)],
    good=[_DONE, "InProgress/Training: Starting 90, Training"],
    since="0.1.0",
)
def missing_model_artifacts(reading: Reading) -> Iterator[Place]:
    """A completed job does not say where its model is.

    The API declares the member required, and recordings of completed jobs have it.
    Active jobs have none. An excerpt of a response says nothing by what it lacks.
    """
    response, spec = reading.response, reading.spec
    member = spec.member_by_name.get(spec.layout.artifacts)
    whole = response.kind is Kind.RESPONSE and reading.whole
    if member is None or not whole or response.primary not in member.present_at:
        return
    if response.members.get(member.name) is None:
        yield Place(
            pointer=f"/{member.name}",
            facts={"member": member.name, "primary": response.primary},
        )
