"""Runs a consumer over all legal histories up to a bound, then over random ones."""

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from attrs import asdict, evolve, frozen

from trainstate.errors import UsageError
from trainstate.machine.walks import subsets
from trainstate.simulator.clock import Duration, seconds
from trainstate.spec.load import builtin_spec
from trainstate.testing.consumers import report
from trainstate.testing.consumers.course import FLAGS, Course
from trainstate.testing.consumers.course import course as parsed
from trainstate.testing.consumers.judge import CRASHES, OutcomeReader, judged, plainly
from trainstate.testing.consumers.perform import Stage, Wait, staged
from trainstate.testing.consumers.scope import (
    CourseScope,
    courses,
    legal_walks,
    random_course,
    random_walk,
)
from trainstate.testing.consumers.stage import NAME, OPERATIONS, Play
from trainstate.testing.fuzzing.program import descended
from trainstate.testing.fuzzing.requests import JOBS
from trainstate.track.policy import STRICT, Policy

POLLS = 40
"""Polls after the last change before a consumer counts as hanging."""

_LONGER = 7
_TRIES = 300


class OtherMachineError(UsageError):
    """The consumer asks for a job of another machine than the one that is played."""

    def __init__(self, played: str, operation: str) -> None:
        super().__init__(
            f"The consumer calls {operation}, but a {played} is played to it. A course of another"
            f" machine ends with its name; these can be played: {', '.join(JOBS)}. For others,"
            " check what is done at each status with `trainstate.track.lint_policy`."
        )
        self.machine = OPERATIONS.get(operation, "")


@frozen
class Trial:
    """How one course is played to a consumer and judged."""

    stage: Stage
    wait: Wait
    policy: Policy
    outcome: OutcomeReader
    crashes: tuple[type[BaseException], ...]
    patience: float
    polls: int

    def played(self, course: Course) -> report.Played:
        """What the consumer does on a course, and what is wrong with it."""
        play = Play(course, patience=self.patience, polls=self.polls)
        ending = self.stage.perform(self.wait, play, NAME)
        if play.foreign and not play.polls:
            raise OtherMachineError(course.machine, play.foreign)
        judgement = judged(
            ending, play, policy=self.policy, reading=self.outcome, crashes=self.crashes
        )
        return report.Played(
            course=course, polls=tuple(play.polls), ending=ending, judgement=judgement
        )

    def finding(self, course: Course) -> report.ConsumerFinding | None:
        """The consumer's mistake on a course; None if there is none."""
        played = self.played(course)
        if played.judgement is None:
            return None
        text = report.snippet(self.wait, course, self.policy, self.outcome)
        return report.ConsumerFinding(**asdict(played, recurse=False), snippet=text)


def check_consumer(
    wait: Wait,
    *,
    policy: Policy = STRICT,
    outcome: OutcomeReader = plainly,
    crashes: tuple[type[BaseException], ...] = CRASHES,
    scope: CourseScope | None = None,
    patience: Duration = "1d",
    polls: int = POLLS,
    watchdog: float = 10.0,
    quiet: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> report.ConsumerReport:
    """Legal histories that a consumer's waiting code gets wrong, the shortest of each kind.

    ``wait(client, name)`` runs against a simulated service, on every course of ``scope``.
    ``outcome(value, error)`` interprets its report (``done``, ``error``,
    ``retry``, ``wait``, or None for nothing); by default a return is a success,
    and an exception a failure. ``crashes`` are errors that report nothing. It hangs if it
    sleeps for ``patience`` of virtual time without a change, or polls more than ``polls``
    times after the last one; ``watchdog`` is real seconds for a course. ``quiet`` hides
    its output and logs; ``progress`` is called for each course.
    """
    scope = scope or CourseScope()
    with staged(seconds=watchdog, quiet=quiet) as stage:
        trial = Trial(stage, wait, policy, outcome, crashes, seconds(patience), polls)
        try:
            return _checked(trial, scope, progress)
        except OtherMachineError as other:
            if scope.machine or other.machine not in JOBS:
                raise
            return _checked(trial, evolve(scope, machine=other.machine), progress)


def _checked(
    trial: Trial, scope: CourseScope, progress: Callable[[int, int], None] | None
) -> report.ConsumerReport:
    begun, wait = time.monotonic(), trial.wait
    count, planned = _exhaustive(scope)
    chosen = list(_by_chance(scope))
    seen = report.counted(_found(trial, [*planned, *chosen], progress))
    # A planned course is the shortest already.
    found = [one if one.course in planned else _shrunk(trial, one) for one in seen]
    return report.ConsumerReport(
        consumer=str(getattr(wait, "__qualname__", None) or repr(wait)),
        policy=trial.policy.name,
        findings=tuple(sorted(found, key=lambda finding: finding.course.size)),
        exhaustive=count,
        longest=scope.longest,
        courses=len(planned),
        random=len(chosen),
        seconds=time.monotonic() - begun,
        is_complete=not trial.stage.is_blocked,
    )


def replay(
    wait: Wait,
    course: str | Course,
    *,
    policy: Policy = STRICT,
    outcome: OutcomeReader = plainly,
    crashes: tuple[type[BaseException], ...] = CRASHES,
    patience: Duration = "1d",
    polls: int = POLLS,
    watchdog: float = 10.0,
    quiet: bool = False,
) -> report.Played:
    """One course, played to a consumer: what it read and did, and what is wrong with that.

    ``course`` is text as in findings, the rest is as in ``check_consumer``. Raises
    UsageError for an impossible course.
    """
    chosen = parsed(course) if isinstance(course, str) else course
    Play(chosen, patience=0, polls=0).rehearse()
    with staged(seconds=watchdog, quiet=quiet) as stage:
        trial = Trial(stage, wait, policy, outcome, crashes, seconds(patience), polls)
        return trial.played(chosen)


def _exhaustive(scope: CourseScope) -> tuple[int, list[Course]]:
    """The number of histories up to the bound, and their courses, the shortest first."""
    known = list(legal_walks(scope.accepted, scope.guards, scope.longest))
    planned = [course for walk in known for course in courses(walk, scope, scope.spec)]
    return len(known), sorted(filter(_is_played, planned), key=lambda course: course.size)


def _is_played(course: Course) -> bool:
    """Whether the simulator has such a job; one with one status takes fewer walks than it may."""
    return bool(builtin_spec(course.machine).layout.secondary) or is_possible(course)


def _by_chance(scope: CourseScope) -> Iterator[Course]:
    rng = Random(scope.seed)  # noqa: S311 - what is drawn must be drawn again
    sets = list(subsets(sorted(scope.guards)))
    for _ in range(scope.random):
        guards, most = rng.choice(sets), scope.longest + _LONGER
        walk = random_walk(scope.accepted, guards, most, rng)
        course = random_course(walk, scope, scope.spec, rng)
        if _is_played(course):
            yield course


def _found(
    trial: Trial, planned: list[Course], progress: Callable[[int, int], None] | None
) -> Iterator[report.ConsumerFinding]:
    """The findings on these courses, in order, until the consumer blocks its thread."""
    for number, course in enumerate(planned, 1):
        finding = trial.finding(course)
        if finding is not None:
            yield finding
        if trial.stage.is_blocked:
            return
        if progress is not None:
            progress(number, len(planned))


def _shrunk(trial: Trial, finding: report.ConsumerFinding) -> report.ConsumerFinding:
    """The finding on the smallest course, reached by leaving out one thing after another."""
    best, tries = finding, iter(range(_TRIES))

    def is_wrong(course: Course) -> bool:
        nonlocal best
        spent = next(tries, None) is None
        if spent or trial.stage.is_blocked or not is_possible(course):
            return False
        other = trial.finding(course)
        same = other is not None and report.identity(other) == report.identity(finding)
        best = evolve(other, times=finding.times) if other is not None and same else best
        return same

    descended(finding.course, is_wrong, smaller_ones)
    return best


def smaller_ones(course: Course) -> Iterator[Course]:
    """Courses with one thing less: states, deviations, unusual numbers of polls.

    Some of them are impossible.
    """
    items, spec = course.items, builtin_spec(course.machine)
    later, last = spec.ended_primaries - spec.terminal_primaries, items[-1]
    if last.again or last.pair is None or last.pair[0] in later:
        yield evolve(course, items=items[:-1])
    spans = ((begin, begin + size) for size in (3, 2, 1) for begin in range(1, len(items) - size))
    for begin, end in spans:
        yield evolve(course, items=(*items[:begin], *items[end:]))
    for name in FLAGS.values():
        if getattr(course, name):
            off: dict[str, Any] = {name: False}
            yield evolve(course, **off)
    for name in course.omits:
        yield evolve(course, omits=tuple(other for other in course.omits if other != name))
    for place, item in enumerate(items):
        if item.polls != 1:
            plain = evolve(item, polls=1)
            yield evolve(course, items=(*items[:place], plain, *items[place + 1 :]))


def is_possible(course: Course) -> bool:
    """Whether a job can take this course."""
    try:
        Play(course, patience=0, polls=0).rehearse()
    except UsageError:
        return False
    return True
