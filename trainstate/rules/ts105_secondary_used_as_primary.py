"""TS105 secondary-used-as-primary."""

from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses


@rule(
    severity="error",
    sources=["api-describe", "api-enum"],
    message="`{status}` is a secondary status; it goes with the primary {primaries}",
    help="the two members have different enumerations; look for a mixed-up table of statuses",
    bad=[
        "Training/Training: Starting 90, Training",
        "Uploading/Uploading: Starting 90, Training 60, Uploading",
    ],
    good=[
        "Stopping/Stopping: Starting 90, Stopping",
        "InProgress/Uploading: Starting 90, Training 60, Uploading",
    ],
)
def secondary_used_as_primary(statuses: Statuses) -> Violations:
    """The primary status is one that only the secondary status can have.

    The two enumerations share some names, but not this one. A consumer that waits for a
    terminal primary status waits forever on such a response.
    """
    written, spec = statuses.written_primary, statuses.spec
    if written is None or spec.canonical_primary(written) is not None:
        return
    status = spec.canonical_secondary(written)
    if status is not None:
        primaries = [pair.primary for pair in spec.pairs if pair.secondary == status]
        yield Violation(
            pointer=f"/{spec.layout.primary}",
            facts={"status": status, "primaries": " or ".join(f"`{name}`" for name in primaries)},
        )
