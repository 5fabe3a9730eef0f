"""Compares a consumer's report with the true outcome of the job."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from attrs import frozen

from trainstate.errors import UsageError
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.testing.consumers.perform import Ending, How
from trainstate.testing.consumers.stage import CoursePoll, Play
from trainstate.track.outcome import ENDED, outcome_of
from trainstate.track.policy import Action, Policy

OutcomeReader = Callable[[Any, BaseException | None], "Action | str | None"]
"""A consumer's report, from its return value or its error."""

CRASHES: tuple[type[BaseException], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
)
"""Errors that no consumer raises to report a job's failure."""


class FindingKind(StrEnum):
    """How a consumer gets a course wrong.

    *hangs*: it keeps waiting after the end. *crashes*: it raises an error that reports nothing.
    *misreports*: it reports an outcome that the policy does not allow. *early*: it
    reports an end while the job goes on. *stuck*: it does nothing in real time.
    """

    HANGS = "hangs"
    CRASHES = "crashes"
    MISREPORTS = "misreports"
    EARLY = "early"
    STUCK = "stuck"


@frozen(kw_only=True)
class Judgement:
    """What is wrong with the end of a consumer's wait.

    ``reported`` is None if it reported nothing; ``allowed`` is what it may report; ``hint``
    says how to interpret its report differently.
    """

    kind: FindingKind
    outcome: Outcome
    says: str
    allowed: tuple[Action, ...]
    reported: Action | None = None
    hint: str | None = None


def plainly(value: Any, error: BaseException | None) -> Action:
    """The default: a return is a success, an exception a failure."""
    del value
    return Action.DONE if error is None else Action.ERROR


_HINT = (
    "whatever is returned counts as a success; if a value reports a failure, name what reads it:"
    " --outcome MODULE:FUNCTION, or outcome= in Python"
)


def judged(
    ending: Ending,
    play: Play,
    *,
    policy: Policy,
    reading: OutcomeReader,
    crashes: tuple[type[BaseException], ...],
) -> Judgement | None:
    """What is wrong with an ending; None if nothing is."""
    outcome = outcome_of(play.spec, *play.pair)
    allowed = tuple(sorted(allowed_actions(outcome, play.polls, policy, play.spec)))

    def wrong(kind: FindingKind, says: str, reported: Action | None = None) -> Judgement:
        unread = ending.value is not None and reading is plainly
        return Judgement(
            kind=kind,
            outcome=outcome,
            says=says,
            allowed=allowed,
            reported=reported,
            hint=_HINT if unread else None,
        )

    if ending.how is How.STUCK:
        return wrong(FindingKind.STUCK, f"{ending.error}")
    if ending.how is How.WAITED_ON:
        if allowed == (Action.WAIT,) and outcome in ENDED:
            return None
        state = f"has ended ({outcome})" if outcome in ENDED else f"is {outcome}"
        return wrong(FindingKind.HANGS, f"the job {state}, but it keeps waiting")
    if isinstance(ending.error, crashes):
        return wrong(FindingKind.CRASHES, "it raises an error that reports nothing")
    said = read(reading, ending)
    mistake = _mistake(said, outcome, allowed)
    return None if mistake is None else wrong(*mistake, said)


def _mistake(
    said: Action | None, outcome: Outcome, allowed: tuple[Action, ...]
) -> tuple[FindingKind, str] | None:
    """What is wrong with a report; None if nothing is."""
    has_ended, may_wait = outcome in ENDED, Action.WAIT in allowed
    if said is Action.WAIT and has_ended and not may_wait:
        says = f"the job has ended ({outcome}), but it stops waiting without a report"
        return FindingKind.MISREPORTS, says
    if said is Action.WAIT or (said is None and has_ended):
        return None
    if may_wait:
        return FindingKind.EARLY, f"the job is {outcome}, but it reports {said or 'an end'}"
    if said in allowed or (said is Action.ERROR and Action.RETRY in allowed):
        return None
    return FindingKind.MISREPORTS, f"the outcome is {outcome}, but it reports {said}"


def read(reading: OutcomeReader, ending: Ending) -> Action | None:
    """A consumer's report; raises UsageError if ``reading`` returns no action."""
    said = reading(ending.value, ending.error)
    if said is None:
        return None
    try:
        return Action(said)
    except ValueError:
        raise UsageError(
            f"Expected outcome= to give one of {', '.join(Action)} or None but it gave {said!r}"
            f" for a consumer that {ending}."
        ) from None


def allowed_actions(
    outcome: Outcome, polls: Iterable[CoursePoll], policy: Policy, spec: Spec
) -> frozenset[Action]:
    """What may be reported: the policy's action for the outcome.

    If polls showed only the deletion, a missing record or another job, but not the end,
    reporting that is allowed too.
    """
    right = {policy.action(outcome)}
    for poll in polls:
        primary = None if poll.pair is None or poll.again else poll.pair[0]
        if primary in spec.terminal_primaries:
            break
        if primary is None or primary in spec.ended_primaries:
            right.add(policy.action(Outcome.DELETED))
            break
    return frozenset(right)
