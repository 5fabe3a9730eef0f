"""For code that waits for a job: what changed, what it means, what can come next."""

from trainstate.track.future import NextState
from trainstate.track.lint import PolicyDefect, StatusSets, lint_policy
from trainstate.track.outcome import ENDED, Outcome, outcome_of
from trainstate.track.policy import BOTOCORE, STRICT, Action, Policy
from trainstate.track.timeline import Duration
from trainstate.track.tracker import Tracker
from trainstate.track.update import (
    Change,
    MessageChange,
    Novelty,
    Provenance,
    Standing,
    TimelineItem,
    Update,
)

__all__ = [
    "BOTOCORE",
    "ENDED",
    "STRICT",
    "Action",
    "Change",
    "Duration",
    "MessageChange",
    "NextState",
    "Novelty",
    "Outcome",
    "Policy",
    "PolicyDefect",
    "Provenance",
    "Standing",
    "StatusSets",
    "TimelineItem",
    "Tracker",
    "Update",
    "lint_policy",
    "outcome_of",
]
