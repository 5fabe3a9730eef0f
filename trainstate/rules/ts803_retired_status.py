"""TS803 retired-status."""

from trainstate.rules.drift import Drift
from trainstate.rules.example import service
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="warning",
    sources=["api-enum"],
    message="the specification has {status!r} for {member}, but {version} does not list it",
    help="update botocore if it is old; else the status is retired: mark its row deprecated",
    bad=[
        service("SecondaryStatus - PreparingTrainingStack"),
        service("ProfilingStatus - Disabled"),
    ],
    good=[service("as specified"), service("SecondaryStatus + Hibernating")],
)
def retired_status(drift: Drift) -> Violations:
    """The specification has a status that the service's model no longer lists.

    Old recordings keep such a status, so its row stays, as deprecated. This is a warning,
    because a botocore older than the specification gives the same finding although only its
    age is wrong.
    """
    for member, known, listed in drift.vocabularies:
        for status in known:
            if status not in listed:
                facts = {"member": member, "status": status, "version": drift.version}
                yield Violation(pointer=f"/{member}", facts=facts)
