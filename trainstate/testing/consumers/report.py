"""What was found about a consumer, and how much was played to find it."""

import json
from collections.abc import Iterator
from typing import Any

from attrs import evolve, frozen

from trainstate.testing.consumers.course import Course, named
from trainstate.testing.consumers.judge import FindingKind, Judgement, plainly
from trainstate.testing.consumers.perform import Ending
from trainstate.testing.consumers.stage import CoursePoll
from trainstate.track.policy import BOTOCORE, STRICT, Policy
from trainstate.version import installed_version

SCHEMA = 1
"""The version of the JSON forms."""

_REPLAY = "from trainstate.testing.consumers import replay"
_MOST_POLLS = 8


@frozen(kw_only=True)
class Played:
    """One played course; ``judgement`` is None if nothing is wrong.

    ``polls`` is what the consumer read, and when.
    """

    course: Course
    polls: tuple[CoursePoll, ...]
    ending: Ending
    judgement: Judgement | None

    def to_json(self) -> str:
        """What was played, as JSON text; ``kind`` is null if nothing is wrong."""
        return json.dumps({"schema": SCHEMA, **self.as_dict()}, indent=1, ensure_ascii=False)

    def as_dict(self) -> dict[str, Any]:
        """The same in plain values."""
        wrong = self.judgement
        return {
            "course": str(self.course),
            "kind": None if wrong is None else str(wrong.kind),
            "message": None if wrong is None else wrong.says,
            "polls": [poll.as_dict() for poll in self.polls],
            "consumer": str(self.ending),
            "hint": None if wrong is None else wrong.hint,
        }

    def __str__(self) -> str:
        wrong = self.judgement
        lines = (
            "nothing is wrong" if wrong is None else f"{wrong.kind}: {wrong.says}{self._allowed}",
            f"  course: {self.course}",
            f"  polls: {_shown(self.polls)}",
            f"  it {self.ending}",
        )
        hint = () if wrong is None or wrong.hint is None else (f"  hint: {wrong.hint}",)
        return "\n".join((*lines, *hint))

    @property
    def _allowed(self) -> str:
        return ""


@frozen(kw_only=True)
class ConsumerFinding(Played):
    """The shortest legal history on which a consumer makes a mistake.

    ``times`` counts the courses with the same mistake. ``snippet`` is a program that replays the
    course.
    """

    judgement: Judgement
    snippet: str
    times: int = 1

    @property
    def kind(self) -> FindingKind:
        """How the consumer gets the course wrong."""
        return self.judgement.kind

    @property
    def history(self) -> tuple[tuple[str, str], ...]:
        """The statuses of the job, even those that no poll read."""
        return self.course.pairs

    @property
    def _allowed(self) -> str:
        return f"; the policy allows {' or '.join(self.judgement.allowed)}"

    def as_dict(self) -> dict[str, Any]:
        """The finding in plain values."""
        judged = self.judgement
        return {
            **super().as_dict(),
            "history": [named(pair) for pair in self.history],
            "outcome": str(judged.outcome),
            "reported": None if judged.reported is None else str(judged.reported),
            "allowed": [str(action) for action in judged.allowed],
            "times": self.times,
            "snippet": self.snippet,
        }

    def __str__(self) -> str:
        often = f"\n  the same in {self.times} courses" if self.times > 1 else ""
        return f"{super().__str__()}{often}"


def _shown(polls: tuple[CoursePoll, ...]) -> str:
    if not polls:
        return "none"
    if len(polls) <= _MOST_POLLS:
        return " · ".join(map(str, polls))
    first = " · ".join(map(str, polls[: _MOST_POLLS - 1]))
    return f"{first} · … {len(polls) - _MOST_POLLS} more · {polls[-1]}"


@frozen(kw_only=True)
class ConsumerReport:
    """The result of a consumer on all played courses.

    ``exhaustive`` counts the histories from creation to end, all of which were played up to the
    bound; ``courses`` counts the plays, with varied polls, members and deletions; ``random`` the
    additional random courses. ``is_complete`` is False if the consumer blocked its thread and
    playing ended.
    """

    consumer: str
    policy: str
    findings: tuple[ConsumerFinding, ...]
    exhaustive: int
    longest: int
    courses: int
    random: int
    seconds: float
    is_complete: bool = True

    def to_json(self) -> str:
        """The report as JSON text."""
        content = {
            "schema": SCHEMA,
            "tool": {"name": "trainstate", "version": installed_version()},
            "consumer": self.consumer,
            "policy": self.policy,
            "played": {
                "histories": self.exhaustive,
                "longest": self.longest,
                "courses": self.courses,
                "random": self.random,
                "complete": self.is_complete,
            },
            "findings": [finding.as_dict() for finding in self.findings],
        }
        return json.dumps(content, indent=1, ensure_ascii=False)

    def __str__(self) -> str:
        return "\n\n".join([*map(str, self.findings), self.summary])

    @property
    def summary(self) -> str:
        """What was played, and the number of findings, in one line."""
        ended = "" if self.is_complete else "; ended early: the consumer is stuck"
        count = f"{len(self.findings)} finding{'s' * (len(self.findings) != 1)}"
        return (
            f"{self.consumer}, policy {self.policy}: {count}; all {self.exhaustive} histories of at"
            f" most {self.longest} states in {self.courses} courses, {self.random} random ones,"
            f" {self.seconds:.1f} s{ended}"
        )


def snippet(consumer: object, course: Course, policy: Policy, reading: object) -> str:
    """A program that replays a course to a consumer."""
    imports, name = reached(consumer)
    lines, options = [imports], [name, repr(str(course))]
    for name, value in (
        ("policy", _policy(policy)),
        ("outcome", None if reading is plainly else reached(reading, name="outcome")),
    ):
        if value is not None:
            lines.append(value[0])
            options.append(f"{name}={value[1]}")
    return "\n".join([*lines, _REPLAY, "", f"print(replay({', '.join(options)}))", ""])


def _policy(policy: Policy) -> tuple[str, str] | None:
    if policy == STRICT:
        return None
    if policy == BOTOCORE:
        return "from trainstate.track import BOTOCORE", "BOTOCORE"
    changes = {str(one): str(action) for one, action in policy.actions.items()}
    return "from trainstate.track import STRICT", f"STRICT.but({changes}, name={policy.name!r})"


def reached(consumer: object, *, name: str = "wait") -> tuple[str, str]:
    """The import of a consumer in a program, and the expression for it.

    A consumer that cannot be imported has to be pasted in, under ``name``.
    """
    module = getattr(consumer, "__module__", None) or type(consumer).__module__
    path = getattr(consumer, "__qualname__", None)
    if path is None:  # an object: an adapter's repr is the call that makes it
        shown = repr(consumer)
        return f"from {module} import {shown.partition('(')[0]}", shown
    if "<" in path or module == "__main__":
        return f"# {name} = {path} of {module}: put it here", name
    return f"from {module} import {path.partition('.')[0]}", path


def counted(findings: Iterator[ConsumerFinding]) -> tuple[ConsumerFinding, ...]:
    """The findings, each once with the number of its courses; the first course is kept."""
    kept: dict[object, ConsumerFinding] = {}
    for finding in findings:
        key = identity(finding)
        known = kept.get(key)
        kept[key] = finding if known is None else evolve(known, times=known.times + 1)
    return tuple(kept.values())


def identity(finding: ConsumerFinding) -> tuple[object, ...]:
    """The identity of a finding."""
    judged, ending = finding.judgement, finding.ending
    if judged.kind is FindingKind.CRASHES:
        return judged.kind, type(ending.error).__name__, str(ending.error), ending.where
    last = finding.polls[-1] if finding.polls else None
    read = None if last is None else (last.again, last.pair and last.pair[0])
    # A consumer that read only the deletion or another job did not read the end.
    unread = last is not None and (last.again or last.pair is None)
    own = None if unread else judged.outcome
    return judged.kind, judged.reported, read, own
