"""The facts, typed and frozen: statuses, pairs, transitions, members, each with its evidence."""

from trainstate.spec.lint import Defect, lint
from trainstate.spec.load import load_spec
from trainstate.spec.model import (
    Alias,
    AttachedMachine,
    Evidence,
    Guard,
    Initial,
    Member,
    Pair,
    PrimaryTransition,
    Source,
    Spec,
    Status,
    Transition,
)
from trainstate.spec.statuses import PrimaryStatus, SecondaryStatus

__all__ = [
    "Alias",
    "AttachedMachine",
    "Defect",
    "Evidence",
    "Guard",
    "Initial",
    "Member",
    "Pair",
    "PrimaryStatus",
    "PrimaryTransition",
    "SecondaryStatus",
    "Source",
    "Spec",
    "Status",
    "Transition",
    "lint",
    "load_spec",
]
