"""TS507 missing-model-artifacts."""

from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence

_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxWaitTimeInSeconds": 90_000}


@rule(
    severity="warning",
    sources=["api-members", "recordings-responses"],
    message="`{member}` is {state} a job that is `{primary}`",
    help="code that reads the model's location finds nothing; add it when the job completes",
    bad=[
        *(poll(DONE, {"/ModelArtifacts": None} | more) for more in ({}, _SPOT)),
        poll(DONE, {"/ModelArtifacts": {"S3ModelArtifacts": ""}}),
    ],
    good=[DONE, ACTIVE],
    needs=["artifacts"],
    follows=["TS201"],
)
def missing_model_artifacts(presence: Presence) -> Violations:
    """A completed job has no model location.

    The API declares the member required, and recordings of completed jobs have it. Active
    jobs do not. An excerpt without it says nothing.
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
        yield Violation(
            pointer=f"/{member.name}",
            facts={"member": member.name, "state": state, "primary": presence.primary},
        )
