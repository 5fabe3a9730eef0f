"""TS605 unreachable-state."""

from trainstate.machine.witness import witness
from trainstate.rules.example import poll
from trainstate.rules.model import Comparison, Violation, Violations, rule
from trainstate.rules.wording import pair_text

_BARE = {"/SecondaryStatusTransitions": None}
_STOPPING = poll("Stopping/Stopping", _BARE, modified=300)


@rule(
    severity="error",
    sources=["api-describe", "api-stop", "guide-spot"],
    message="{after} cannot come after {before}; compare response {at}",
    help="`trainstate next` lists what can follow; perhaps two jobs share the name",
    bad=[
        [_STOPPING, poll("InProgress/Training", _BARE, modified=400)],
        [_STOPPING, poll("InProgress/Downloading", _BARE, modified=400)],
    ],
    good=[
        [_STOPPING, poll("Stopping/Uploading", _BARE, modified=400)],
        [
            poll("InProgress/Starting", _BARE, modified=300),
            poll("Stopped/Stopped", _BARE, modified=400),
        ],
    ],
    follows=["TS2", "TS404", "TS605"],
)
def unreachable_state(comparison: Comparison) -> Violations:
    """No run leads from an earlier response to a later one.

    Polls may miss any number of steps. Even so, no run of the model has the two states in
    this order, whatever happened in between.
    """
    if comparison.clash is None or comparison.left_end:
        return
    primary, secondary = comparison.clash.after
    layout = comparison.spec.layout
    expected = (
        ()
        if secondary is None
        else witness(comparison.spec, (), secondary, comparison.reading.config)
    )
    yield Violation(
        pointer=f"/{layout.secondary if primary is None else layout.primary}",
        facts={
            "before": pair_text(comparison.clash.before, comparison.spec),
            "after": pair_text(comparison.clash.after, comparison.spec),
            "at": comparison.clash.at,
        },
        witness=expected,
    )
