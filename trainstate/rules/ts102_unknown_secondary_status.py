"""TS102 unknown-secondary-status."""

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import shown
from trainstate.rules.wording import nearest


@rule(
    severity="warning",
    sources=["api-describe", "api-enum"],
    message="the secondary status `{status}` is not in the specification{nearest}",
    help="look it up in the API's enumeration; `trainstate drift` compares with botocore",
    bad=[
        "InProgress/Warming: Starting 90, Warming",
        "InProgress/Training: Starting 90, Warming 20, Training",
    ],
    good=[ACTIVE, "InProgress/PreparingTraining: Starting 90, PreparingTraining"],
    unknown=True,
)
def unknown_secondary_status(statuses: Statuses) -> Violations:
    """A secondary status is not in the specification.

    AWS says that its values are subject to change, so an unknown status is not an illegal
    one. What may come before and after it is unknown, so its transitions are not judged.
    """
    known = statuses.spec.secondary_by_name
    if statuses.secondary in known and all(map(known.__contains__, statuses.history)):
        return
    for place in shown(statuses):
        if place.status not in known:
            facts = {"status": place.written, "nearest": nearest(place.written, known)}
            yield Violation(pointer=place.pointer, facts=facts)
