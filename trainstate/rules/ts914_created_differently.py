"""TS914 created-differently."""

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.rules.example import IS_ACTIVE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Severity, Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-create", "api-describe"],
    message="the job was created with {asked!r} as {member}, but shows {shown!r}",
    help="store the settings that a job was created with, and show them",
    bad=[
        calls("create a =arn:aws:sagemaker:eu-west-1:123456789012:training-job/b", IS_ACTIVE),
        calls("create a (hyperparameters)", IS_ACTIVE),
    ],
    good=[calls("create a", IS_ACTIVE)],
)
def created_differently(exchange: Exchange) -> Violations:
    """The first response does not show what the job was created with.

    The ARN is the one that the creation returned, and the configuration the requested one:
    the service adds to it and removes nothing. Another ARN is an error, a changed member of
    the configuration a warning.
    """
    response, standing, spec = exchange.response, exchange.standing, exchange.spec
    if response is None or standing is None or standing.seen is not None:
        return
    if standing.arn and response.arn != standing.arn:
        facts = {"member": spec.layout.arn, "asked": standing.arn, "shown": response.arn}
        yield Violation(pointer=f"/{spec.layout.arn}", facts=facts)
    for name, asked in standing.request.items():
        member = spec.member_by_name.get(name)
        if member is None or member.role != "fixed-configuration":
            continue
        for pointer, one, other in _differing(asked, response.members.get(name), f"/{name}"):
            facts = {"member": pointer.lstrip("/"), "asked": one, "shown": other}
            yield Violation(pointer=pointer, facts=facts, severity=Severity.WARNING)


def _differing(asked: Any, shown: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    """Requested values that are not shown; the service may add members of its own."""
    if isinstance(asked, Mapping) and isinstance(shown, Mapping):
        for name, value in asked.items():
            yield from _differing(value, shown.get(name), f"{pointer}/{name}")
    elif asked != shown:
        yield pointer, asked, shown
