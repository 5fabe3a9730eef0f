"""A course: what becomes of a job, which of it the polls read, and what the service leaves out.

As text it is one line: ``InProgress/Starting, (InProgress/Training), Failed/Failed; spot``.
A state in brackets passes between two polls, ``x2`` is read by two polls. After the end
there may be ``gone`` (the record was deleted) and the states of another job of the same
name, each with ``again`` before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.machine.step import State

GONE = "gone"
AGAIN = "again"
SPOT = "spot"
RETRIES = "retries"
PLAN = "training plan"
SAME_MESSAGES = "same messages"
ZERO_SECONDS = "zero seconds"
WITHOUT = "without "

_ITEM = re.compile(
    r"(?P<open>\()?(?P<again>again )?(?P<what>gone|\w+/\w+)(?P<close>\))?(?: x(?P<polls>\d+))?"
)
FLAGS: Mapping[str, str] = {
    SPOT: "spot",
    RETRIES: "retries",
    PLAN: "plan",
    SAME_MESSAGES: "same_messages",
    ZERO_SECONDS: "zero_seconds",
}
"""What can be said of a course, and the members of Course that hold it."""


@frozen(kw_only=True)
class Item:
    """A state of a job, or (``pair`` None) that its record is gone, and how many polls read it.

    ``again`` marks the states of a second job with the same name.
    """

    pair: tuple[str, str] | None
    polls: int = 1
    again: bool = False

    def __str__(self) -> str:
        what = GONE if self.pair is None else "/".join(self.pair)
        named = f"{AGAIN} {what}" if self.again else what
        if self.polls == 0:
            return f"({named})"
        return named if self.polls == 1 else f"{named} x{self.polls}"


@frozen(kw_only=True)
class Course:
    """What becomes of a job from its creation on, and what polls read of it.

    ``spot``, ``retries`` and ``plan`` are the job's configuration. ``omits`` are members
    that no response has. ``same_messages`` gives all entries one message. ``zero_seconds``
    lets a job that never trained show 0 seconds instead of none.
    """

    items: tuple[Item, ...]
    spot: bool = False
    retries: bool = False
    plan: bool = False
    omits: tuple[str, ...] = ()
    same_messages: bool = False
    zero_seconds: bool = False

    def __str__(self) -> str:
        named = [name for name, member in FLAGS.items() if getattr(self, member)]
        parts = [", ".join(map(str, self.items)), *named, *(WITHOUT + name for name in self.omits)]
        return "; ".join(parts)

    @property
    def size(self) -> tuple[int, int, int]:
        """By what courses are ordered: states, then deviations from the plain, then polls."""
        odd = len(self.omits) + self.same_messages + self.zero_seconds
        odd += sum(item.again or item.pair is None for item in self.items)
        polls = sum(abs(item.polls - 1) for item in self.items)
        return len(self.items), odd + self.spot + self.retries + self.plan, polls

    @property
    def own(self) -> tuple[Item, ...]:
        """The items of the job that is waited for."""
        return tuple(item for item in self.items if not item.again)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The statuses that the job goes through, those too that no poll reads."""
        return tuple(item.pair for item in self.own if item.pair is not None)

    @property
    def guards(self) -> Mapping[str, bool]:
        """What the job's configuration allows, by the guards of the specification."""
        return {"managed-spot": self.spot, "retry": self.retries, "training-plan": self.plan}

    def read(self, polls: Iterable[int]) -> Course:
        """The same course with these numbers of polls."""
        items = zip(self.items, polls, strict=True)
        return evolve(self, items=tuple(evolve(item, polls=count) for item, count in items))


def course(text: str) -> Course:
    """The course that a text describes; raises UsageError for another form."""
    listed, *flags = (part.strip() for part in text.split(";"))
    items = tuple(_item(part.strip(), text) for part in listed.split(","))
    return _flagged(Course(items=items), flags, text)


def _item(text: str, whole: str) -> Item:
    found = _ITEM.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        raise UsageError(
            f"Expected a state such as InProgress/Training, (InProgress/Training) or gone, but"
            f" got {text!r} in the course {whole!r}."
        )
    primary, _, secondary = found["what"].partition("/")
    return Item(
        pair=(primary, secondary) if secondary else None,
        polls=0 if found["open"] else int(found["polls"] or 1),
        again=bool(found["again"]),
    )


def _flagged(plain: Course, flags: Iterable[str], whole: str) -> Course:
    for flag in flags:
        if flag.startswith(WITHOUT):
            plain = evolve(plain, omits=(*plain.omits, flag.removeprefix(WITHOUT)))
        elif flag in FLAGS:
            on: dict[str, Any] = {FLAGS[flag]: True}
            plain = evolve(plain, **on)
        else:
            raise UsageError(
                f"Expected {', '.join(FLAGS)} or 'without MEMBER' but got {flag!r} in the"
                f" course {whole!r}."
            )
    return plain


def of_states(states: Iterable[State], *, again: bool = False) -> Iterator[Item]:
    """The items of a walk of the machine, each read by one poll."""
    return (Item(pair=state.pair, again=again) for state in states)
