"""TS101 unknown-primary-status."""

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.wording import nearest


@rule(
    severity="warning",
    sources=["api-describe", "api-enum"],
    message="the primary status `{status}` is not in the specification{nearest}",
    help="look it up in the API's enumeration; `trainstate drift` compares with botocore",
    bad=["Paused/Training: Starting 90, Training", "Active/Training: Starting 90, Training"],
    good=[ACTIVE, "Stopping/Stopping: Starting 90, Training 60, Stopping"],
    unknown=True,
)
def unknown_primary_status(statuses: Statuses) -> Violations:
    """The primary status is not in the specification.

    AWS says that its values are subject to change, so an unknown status is not an illegal
    one, and the verdict stays open. A secondary status in its place is another fault, which
    TS105 reports.
    """
    written, spec = statuses.written_primary, statuses.spec
    if written is None or spec.canonical_primary(written) is not None:
        return
    if spec.canonical_secondary(written) is None:
        facts = {"status": written, "nearest": nearest(written, spec.primary_by_name)}
        yield Violation(pointer=f"/{spec.layout.primary}", facts=facts)
