"""A course: what happens to a job, what the polls read of it, and what the service omits.

As text it is one line: ``InProgress/Starting, (InProgress/Training), Failed/Failed; spot``, or
``InProgress, Stopped; processing-job`` for a job of another machine. A state in brackets passes
between two polls, ``x2`` is read by two polls. After the end there may be ``gone`` (the record
was deleted) and the states of another job with the same name, each preceded by ``again``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.machine.step import State
from trainstate.spec.load import BUILTIN, builtin_spec
from trainstate.testing.fuzzing.requests import JOBS

GONE = "gone"
AGAIN = "again"
SPOT = "spot"
RETRIES = "retries"
PLAN = "training plan"
SAME_MESSAGES = "same messages"
ZERO_SECONDS = "zero seconds"
WITHOUT = "without "

_ITEM = re.compile(
    r"(?P<open>\()?(?P<again>again )?(?P<what>\w+(?:/\w+)?)(?P<close>\))?(?: x(?P<polls>\d+))?"
)
FLAGS: Mapping[str, str] = {
    SPOT: "spot",
    RETRIES: "retries",
    PLAN: "plan",
    SAME_MESSAGES: "same_messages",
    ZERO_SECONDS: "zero_seconds",
}
"""Flags of a course, and the members of Course that hold them."""

GUARDS: Mapping[str, str] = {SPOT: "managed-spot", RETRIES: "retry", PLAN: "training-plan"}
"""The guards of the flags about a job's configuration."""


def named(pair: tuple[str, str]) -> str:
    """The text of a pair; of the primary alone if the machine has no secondary statuses."""
    return "/".join(filter(None, pair))


@frozen(kw_only=True)
class Item:
    """A state of a job, or (``pair`` None) its deleted record, and how many polls read it.

    The second of the ``pair`` is empty if the machine has one status. ``again`` marks the states
    of a second job with the same name.
    """

    pair: tuple[str, str] | None
    polls: int = 1
    again: bool = False

    def __str__(self) -> str:
        what = GONE if self.pair is None else named(self.pair)
        shown = f"{AGAIN} {what}" if self.again else what
        if self.polls == 0:
            return f"({shown})"
        return shown if self.polls == 1 else f"{shown} x{self.polls}"


@frozen(kw_only=True)
class Course:
    """What happens to a job from its creation on, and what polls read of it.

    ``machine`` is the kind of the job, ``spot``, ``retries`` and ``plan`` are its
    configuration. ``omits`` are members
    that no response has. ``same_messages`` gives all entries one message. ``zero_seconds`` makes
    a job that never trained show 0 seconds instead of none.
    """

    items: tuple[Item, ...]
    machine: str = BUILTIN
    spot: bool = False
    retries: bool = False
    plan: bool = False
    omits: tuple[str, ...] = ()
    same_messages: bool = False
    zero_seconds: bool = False

    def __str__(self) -> str:
        flags = [self.machine] if self.machine != BUILTIN else []
        flags += [name for name, member in FLAGS.items() if getattr(self, member)]
        flags += [WITHOUT + name for name in self.omits]
        return "; ".join([", ".join(map(str, self.items)), *flags])

    @property
    def size(self) -> tuple[int, int, int]:
        """The sort key of courses: states, then deviations from the plain, then polls."""
        odd = len(self.omits) + self.same_messages + self.zero_seconds
        odd += sum(item.again or item.pair is None for item in self.items)
        polls = sum(abs(item.polls - 1) for item in self.items)
        return len(self.items), odd + self.spot + self.retries + self.plan, polls

    @property
    def own(self) -> tuple[Item, ...]:
        """The items of the awaited job."""
        return tuple(item for item in self.items if not item.again)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The statuses of the job, even those that no poll reads."""
        return tuple(item.pair for item in self.own if item.pair is not None)

    @property
    def guards(self) -> frozenset[str]:
        """The guards that hold."""
        return frozenset(name for flag, name in GUARDS.items() if getattr(self, FLAGS[flag]))

    def read(self, polls: Iterable[int]) -> Self:
        """The same course with these numbers of polls."""
        items = zip(self.items, polls, strict=True)
        return evolve(self, items=tuple(evolve(item, polls=count) for item, count in items))


def course(text: str) -> Course:
    """The course in a text; raises UsageError for another form."""
    listed, *flags = (part.strip() for part in text.split(";"))
    plain = _flagged(Course(items=()), flags, text)
    return evolve(
        plain, items=tuple(_item(part.strip(), plain, text) for part in listed.split(","))
    )


def _item(text: str, plain: Course, whole: str) -> Item:
    found = _ITEM.fullmatch(text)
    primary, _, secondary = found["what"].partition("/") if found else ("", "", "")
    is_gone = (primary, secondary) == (GONE, "")
    fits = is_gone or bool(secondary) is bool(builtin_spec(plain.machine).layout.secondary)
    if not found or not fits or bool(found["open"]) != bool(found["close"]):
        raise UsageError(
            "Expected a state such as InProgress/Training, (InProgress/Training) or gone, but got"
            f" {text!r} in the course {whole!r}; a machine with one status has InProgress alone."
        )
    return Item(
        pair=None if is_gone else (primary, secondary),
        polls=0 if found["open"] else int(found["polls"] or 1),
        again=bool(found["again"]),
    )


def _flagged(plain: Course, flags: Iterable[str], whole: str) -> Course:
    for flag in flags:
        if flag.startswith(WITHOUT):
            plain = evolve(plain, omits=(*plain.omits, flag.removeprefix(WITHOUT)))
        elif flag in JOBS:
            plain = evolve(plain, machine=flag)
        elif flag in FLAGS:
            on: dict[str, Any] = {FLAGS[flag]: True}
            plain = evolve(plain, **on)
        else:
            raise UsageError(
                f"Expected {', '.join((*FLAGS, *JOBS))} or 'without MEMBER' but got {flag!r}"
                f" in the course {whole!r}."
            )
    return plain


def of_states(states: Iterable[State], machine: str, *, again: bool = False) -> Iterator[Item]:
    """The items of a walk of the machine, each read by one poll."""
    both = builtin_spec(machine).layout.secondary
    return (
        Item(pair=(state.primary, state.position.secondary if both else ""), again=again)
        for state in states
    )
