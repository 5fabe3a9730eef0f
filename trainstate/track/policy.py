"""What an orchestrator does about each outcome: ready-made policies, and custom ones."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen

from trainstate.errors import UsageError
from trainstate.spec.outcome import Outcome


class Action(StrEnum):
    """What to do: take the result, raise an error, start the job again, or keep waiting."""

    DONE = "done"
    ERROR = "error"
    RETRY = "retry"
    WAIT = "wait"


def _checked(actions: Mapping[str, str]) -> Mapping[Outcome, Action]:
    found: dict[Outcome, Action] = {}
    for outcome, action in actions.items():
        try:
            found[Outcome(outcome)] = Action(action)
        except ValueError:
            raise UsageError(
                f"Expected outcomes ({', '.join(Outcome)}) with actions ({', '.join(Action)})"
                f" but got '{outcome}': '{action}'."
            ) from None
    missing = [str(outcome) for outcome in Outcome if outcome not in found]
    if missing:
        raise UsageError(
            f"A policy has an action for each outcome; this one has none for {', '.join(missing)}."
            " Start from a ready-made one: STRICT.but({...})."
        )
    return MappingProxyType(found)


@frozen(kw_only=True)
class Policy:
    """An action for each outcome.

    A policy covers every outcome: orchestrators hang where nothing is decided. Raises UsageError
    for an unknown outcome or action, and for a missing one.
    """

    name: str
    actions: Mapping[Outcome, Action] = field(converter=_checked, hash=False)

    def action(self, outcome: Outcome) -> Action:
        """What to do about an outcome."""
        return self.actions[outcome]

    def but(self, changes: Mapping[str, str], *, name: str | None = None) -> Policy:
        """The same policy with other actions for some outcomes, each given by name or member.

        Example: ``STRICT.but({"interrupted": "retry"})``.
        """
        decided: dict[str, str] = dict(self.actions.items())
        return Policy(name=name or f"{self.name}, changed", actions=decided | dict(changes))


STRICT = Policy(
    name="strict",
    actions={
        Outcome.RUNNING: Action.WAIT,
        Outcome.STOPPING: Action.WAIT,
        Outcome.SUCCEEDED: Action.DONE,
        Outcome.FAILED: Action.ERROR,
        Outcome.STOPPED_BY_USER: Action.ERROR,
        Outcome.OUT_OF_TIME: Action.ERROR,
        Outcome.OUT_OF_WAIT_TIME: Action.ERROR,
        Outcome.INTERRUPTED: Action.ERROR,
        Outcome.STOPPED: Action.ERROR,
        Outcome.DELETED: Action.ERROR,
        Outcome.UNKNOWN: Action.WAIT,
    },
)
"""Only a completed job is a success; an unknown status means wait, within a time limit."""

BOTOCORE = STRICT.but(
    {
        Outcome.STOPPED_BY_USER: Action.DONE,
        Outcome.OUT_OF_TIME: Action.DONE,
        Outcome.OUT_OF_WAIT_TIME: Action.DONE,
        Outcome.INTERRUPTED: Action.DONE,
        Outcome.STOPPED: Action.DONE,
    },
    name="botocore",
)
"""Like botocore's waiter ``training_job_completed_or_stopped``: a stopped job is a success."""
