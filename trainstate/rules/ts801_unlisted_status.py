"""TS801 unlisted-status."""

from trainstate.rules.drift import Drift
from trainstate.rules.example import service
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-enum"],
    message="{version} lists {status!r} for {member}, the specification does not",
    help="look for its documentation and recordings, then give it a row with its pairs and"
    " transitions; until then a job that shows it gets the verdict UNKNOWN",
    bad=[
        service("SecondaryStatus + Hibernating"),
        service("TrainingJobStatus + Archived"),
        service("WarmPoolStatus + Draining"),
    ],
    good=[service("as specified"), service("SecondaryStatus - Restarting")],
)
def unlisted_status(drift: Drift) -> Violations:
    """The service's model lists a status that the specification lacks.

    AWS says that the values of the enumerations are subject to change. A new one appears in
    the SDK before it appears in prose, and until then its place in the machine is unknown.
    This finding tells the maintainers of the facts, and shows users that an UNKNOWN comes
    from an old specification.
    """
    for member, known, listed in drift.vocabularies:
        for status in listed:
            if status not in known:
                facts = {"member": member, "status": status, "version": drift.version}
                yield Violation(pointer=f"/{member}", facts=facts)
