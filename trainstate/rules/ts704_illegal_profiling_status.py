"""TS704 illegal-profiling-status."""

from trainstate.rules.attached import changes, is_illegal, is_unknown
from trainstate.rules.example import ACTIVE, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule


def _profiling(status: str) -> Poll:
    return poll(ACTIVE, {"/ProfilingStatus": status})


@rule(
    severity="warning",
    sources=["api-members", "api-update"],
    message="`{member}` is `{status}`",
    help="compare the spelling; `trainstate drift` says whether the API has a new status",
    bad=[_profiling("On"), [_profiling("Enabled"), _profiling("disabled")]],
    good=[_profiling("Enabled"), [_profiling("Enabled"), _profiling("Disabled")]],
    needs=["machines"],
)
def illegal_profiling_status(comparison: Comparison) -> Violations:
    """The profiler has a status that the API does not list.

    It is on or off, and UpdateTrainingJob switches it. Code that compares the two would match
    neither.
    """
    for machine, change in changes(comparison, items=False, named=False):
        if is_unknown(machine, change) or is_illegal(machine, change):
            yield Violation(
                pointer=change.pointer, facts={"member": machine.member, "status": change.after}
            )
