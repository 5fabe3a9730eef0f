"""TS010 mixed-time-units."""

from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Problems

_ENTRY = "/SecondaryStatusTransitions/0"
_NOON, _LATER = 1_767_348_000.0, 1_767_348_090_000


def _times(created: object, modified: object, start: object = None) -> dict[str, object]:
    given = {"/CreationTime": created, "/LastModifiedTime": modified, "/TrainingStartTime": start}
    return {name: time for name, time in given.items() if time is not None}


@rule(
    severity="warning",
    sources=["api-members", "guide-eventbridge"],
    message="`{member}` is in {units}",
    help="write all times of a response in one unit: the API has seconds, events have milliseconds",
    bad=[
        poll(ACTIVE, _times(_NOON, _LATER)),
        poll(ACTIVE, _times(_NOON, _NOON + 90, _LATER)),
        poll(ACTIVE, {f"{_ENTRY}/StartTime": _NOON, f"{_ENTRY}/EndTime": _LATER}),
    ],
    good=[
        poll(DONE, _times(_NOON, _NOON + 900)),
        poll(ACTIVE, _times(_NOON * 1000, _LATER)),
        poll(ACTIVE, _times("2026-01-02T10:00:00Z", _LATER)),
    ],
)
def mixed_time_units(problems: Problems) -> Violations:
    """Times of a response are numbers in different units.

    One program writes all times of a response. If one is in milliseconds beside others in
    seconds, a client that expects one unit reads a time of another age. The members and each
    list may differ, as a table can have the one in columns and the other as text.
    """
    for problem in problems.problems:
        if problem.kind == "mixed-unit":
            member = problem.pointer.rpartition("/")[2]
            facts = {"member": member, "units": problem.expected}
            yield Violation(pointer=problem.pointer, facts=facts)
