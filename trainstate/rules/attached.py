"""Changes of attached machines, with the machine of each."""

from collections.abc import Iterator

from trainstate.rules.model import AttachedChange, Comparison
from trainstate.spec.graph import reachable
from trainstate.spec.model import AttachedMachine


def changes(
    comparison: Comparison, *, items: bool, named: bool
) -> Iterator[tuple[AttachedMachine, AttachedChange]]:
    """Changes of the machines of one shape.

    ``items``: the machine's member is a list of items; ``named``: the status has a member of
    its own instead of being the member's value.
    """
    machines = {machine.name: machine for machine in comparison.spec.machines}
    for change in comparison.attached:
        machine = machines.get(change.machine)
        if machine and machine.items is items and bool(machine.status) is named:
            yield machine, change


def is_unknown(machine: AttachedMachine, change: AttachedChange) -> bool:
    """Whether the machine has no such status."""
    return change.after not in machine.statuses


def is_illegal(machine: AttachedMachine, change: AttachedChange) -> bool:
    """Whether no steps lead from the earlier status to the later; polls may miss some."""
    before = change.before
    if before not in machine.statuses or is_unknown(machine, change):
        return False
    return change.after not in reachable(
        [before], lambda status: (after for start, after in machine.transitions if start == status)
    )
