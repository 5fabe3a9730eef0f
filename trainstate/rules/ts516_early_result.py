"""TS516 early-result."""

from collections.abc import Iterator

from trainstate.rules.example import ACTIVE, DONE, FAILED, STARTING, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence

_ARTIFACTS = {
    "/ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/out/example/output/model.tar.gz"}
}


@rule(
    severity="warning",
    sources=["api-members", "recordings-responses"],
    message="`{member}` is present, but the job {state}",
    help="look for another job's result; a simulator must add a result once the job produced it",
    bad=[poll(STARTING, _ARTIFACTS), poll(ACTIVE, _ARTIFACTS)],
    good=[
        DONE,
        poll(FAILED, _ARTIFACTS),
        poll("InProgress/Uploading: Starting 90, Training 60, Uploading", _ARTIFACTS),
        poll(STARTING, {"/ModelArtifacts": {"S3ModelArtifacts": ""}}),
    ],
    needs=["history"],
    follows=["TS304"],
)
def early_result(presence: Presence) -> Violations:
    """An active job has a result that it can only produce later.

    Training produces the model, the package and the billed tokens, so an active job without any
    training in its history has none of them. No recorded active job has a model: a job may show
    one once it uploads it, or after a restart. The API declares the model required, so a location
    that lacks the service's form counts as a placeholder.
    """
    for name, state in _early(presence):
        hidden = name == presence.spec.layout.artifacts and not presence.placed
        if name in presence.present - presence.mistyped and not hidden:
            yield Violation(pointer=f"/{name}", facts={"member": name, "state": state})


def _early(presence: Presence) -> Iterator[tuple[str, str]]:
    """The members that a job cannot have yet, and how far it has got."""
    spec = presence.spec
    shown = presence.described and presence.history and not presence.trimmed
    artifacts = spec.member_by_name.get(spec.layout.artifacts)
    if not (shown and presence.active) or artifacts is None:
        return
    if not presence.clocked:
        yield from ((one.name, "has not trained") for one in spec.members if one.earned)
    elif presence.secondary in spec.time.clock_starts and not presence.repeated:
        yield artifacts.name, "has not uploaded it yet"
