"""Programs: what is called on a service, in order. Small values, so that they can be shrunk."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, field, frozen

from trainstate.rules.exchange import ASK, CREATE, DELETE, DESCRIBE, LIST, STOP, UPDATE
from trainstate.testing.fuzzing.beside import WORDS
from trainstate.testing.fuzzing.requests import ADVANCES, CREATIONS, LISTS, UPDATES

ADVANCE, FINISH = "advance", "finish"
"""No operations: time passes; a job is looked at until it has ended, or is gone."""

SLOTS = ("a", "b", "c")
_WORDS = {CREATE: tuple(CREATIONS), UPDATE: tuple(UPDATES), LIST: tuple(LISTS), ASK: tuple(WORDS)}


@frozen(kw_only=True)
class Call:
    """One step of a program: a verb, the slot of a job, and what else the verb needs."""

    verb: str
    slot: str = ""
    word: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        rest = f"{self.seconds:g}" if self.verb == ADVANCE else self.word
        return " ".join(part for part in (self.verb, self.slot, rest) if part)

    def simpler(self) -> Iterator[Call]:
        """The same step with a plainer argument, the plainest first."""
        words = _WORDS.get(self.verb, ())
        for word in words[: words.index(self.word)] if self.word in words else ():
            yield evolve(self, word=word)
        plain = ADVANCES.index(self.seconds) if self.seconds in ADVANCES else len(ADVANCES)
        for seconds in ADVANCES[:plain] if self.verb == ADVANCE else ():
            yield evolve(self, seconds=seconds)


@frozen(kw_only=True)
class Program:
    """Steps in order, and the seed that a service may use for what happens by chance."""

    calls: tuple[Call, ...]
    seed: int = field(default=0)

    def __str__(self) -> str:
        return "; ".join(map(str, self.calls))

    def without(self, start: int, stop: int) -> Program:
        """The program without some of its steps."""
        return evolve(self, calls=(*self.calls[:start], *self.calls[stop:]))

    def with_call(self, at: int, call: Call) -> Program:
        """The program with another step at a place."""
        return evolve(self, calls=(*self.calls[:at], call, *self.calls[at + 1 :]))

    def in_slot(self, old: str, new: str) -> Program:
        """The program with one job in the place of another."""
        moved = (evolve(call, slot=new) if call.slot == old else call for call in self.calls)
        return evolve(self, calls=tuple(moved))

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that are used, in order."""
        return tuple(dict.fromkeys(call.slot for call in self.calls if call.slot))


def create(slot: str = "a", word: str = "plain") -> Call:
    """A job is created."""
    return Call(verb=CREATE, slot=slot, word=word)


def describe(slot: str = "a") -> Call:
    """A job is described."""
    return Call(verb=DESCRIBE, slot=slot)


def stop(slot: str = "a") -> Call:
    """A job is asked to stop."""
    return Call(verb=STOP, slot=slot)


def delete(slot: str = "a") -> Call:
    """A job is deleted."""
    return Call(verb=DELETE, slot=slot)


def update(slot: str = "a", word: str = "profiler-off") -> Call:
    """A job is changed."""
    return Call(verb=UPDATE, slot=slot, word=word)


def listed(word: str = "all") -> Call:
    """The jobs are listed, all pages."""
    return Call(verb=LIST, word=word)


def ask(slot: str = "a", word: str = "tune") -> Call:
    """Something beside is asked for."""
    return Call(verb=ASK, slot=slot, word=word)


def advance(seconds: float = ADVANCES[0]) -> Call:
    """Time passes."""
    return Call(verb=ADVANCE, seconds=seconds)


def finish(slot: str = "a") -> Call:
    """A job is looked at until it has ended, or, once deleted, until it is gone."""
    return Call(verb=FINISH, slot=slot)


def observed(steps: list[Call]) -> tuple[Call, ...]:
    """The steps with a look at the job before and after each request, and every job finished.

    What a request does can only be judged where the state before it is known.
    """
    calls: list[Call] = []
    for step in steps:
        looks = [describe(step.slot)] if step.slot and step.verb not in (DESCRIBE, ASK) else []
        before = [] if step.verb in (CREATE, FINISH) else looks
        calls += [*before, step, *looks]
        if step.verb == ADVANCE:
            calls += [describe(slot) for slot in dict.fromkeys(c.slot for c in calls if c.slot)]
    slots = dict.fromkeys(call.slot for call in calls if call.slot)
    return (*calls, *(finish(slot) for slot in slots))
