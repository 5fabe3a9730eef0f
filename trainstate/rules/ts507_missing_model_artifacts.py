"""TS507 missing-model-artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    message="`{member}` is {state} a job that is `{primary}`",
    help="code that reads the place of the model finds nothing; add it when the job completes",
    bad=[
        *(poll(_DONE, {"/ModelArtifacts": None} | more) for more in ({}, _SPOT)),
        poll(_DONE, {"/ModelArtifacts": {"S3ModelArtifacts": ""}}),
    ],
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
    if (
        member is None
        or not (response.described and reading.whole)
        or response.primary not in member.present_at
    ):
        return
    value = response.members.get(member.name)
    if value is None or (isinstance(value, Mapping) and not any(map(_tells, value.values()))):
        state = "absent from" if value is None else "empty on"
        yield Place(
            pointer=f"/{member.name}",
            facts={"member": member.name, "state": state, "primary": response.primary},
        )


def _tells(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
