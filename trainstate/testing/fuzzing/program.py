"""Programs: calls to a service, in order, as small values that can be shrunk.

Some are tried first, one for each possible fault; others are drawn.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import product
from typing import Any, Self, TypeVar

from attrs import evolve, field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from trainstate.rules.exchange import ASK, CREATE, DELETE, DESCRIBE, LIST, STOP, UPDATE
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.other_calls import WORDS
from trainstate.testing.fuzzing.requests import (
    ADVANCES,
    CREATIONS,
    INVALID,
    LISTS,
    UPDATES,
    creation,
    creations,
    job_name,
)

ADVANCE, FINISH = "advance", "finish"
"""Not operations: time passes; a job is polled until it has ended or is gone."""

SLOTS = ("a", "b", "c")
_WORDS = {CREATE: tuple(CREATIONS), UPDATE: tuple(UPDATES), LIST: tuple(LISTS), ASK: tuple(WORDS)}


@frozen(kw_only=True)
class Call:
    """One step of a program: a verb, the slot of a job, and the verb's argument."""

    verb: str
    slot: str = ""
    word: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        rest = f"{self.seconds:g}" if self.verb == ADVANCE else self.word
        return " ".join(part for part in (self.verb, self.slot, rest) if part)

    def simpler(self) -> Iterator[Self]:
        """The same step with simpler arguments, the simplest first."""
        words = _WORDS.get(self.verb, ())
        for word in words[: words.index(self.word)] if self.word in words else ():
            yield evolve(self, word=word)
        plain = ADVANCES.index(self.seconds) if self.seconds in ADVANCES else len(ADVANCES)
        for seconds in ADVANCES[:plain] if self.verb == ADVANCE else ():
            yield evolve(self, seconds=seconds)


def request(call: Call, token: str, spec: Spec) -> dict[str, Any]:
    """The parameters of a call about one job."""
    name = job_name(call.slot, token)
    if call.verb == CREATE:
        return creation(call.word, name, spec)
    return {spec.layout.name: name, **(UPDATES[call.word] if call.verb == UPDATE else {})}


@frozen(kw_only=True)
class Program:
    """Steps in order, and the seed for a service's random choices."""

    calls: tuple[Call, ...]
    seed: int = field(default=0)

    def __str__(self) -> str:
        return "; ".join(map(str, self.calls))

    def without(self, start: int, stop: int) -> Self:
        """The program without some of its steps."""
        return evolve(self, calls=(*self.calls[:start], *self.calls[stop:]))

    def with_call(self, at: int, call: Call) -> Self:
        """The program with another step at a place."""
        return evolve(self, calls=(*self.calls[:at], call, *self.calls[at + 1 :]))

    def in_slot(self, old: str, new: str) -> Self:
        """The program with one job in the place of another."""
        moved = (evolve(call, slot=new) if call.slot == old else call for call in self.calls)
        return evolve(self, calls=tuple(moved))

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that are used, in order."""
        return tuple(dict.fromkeys(call.slot for call in self.calls if call.slot))


def fitted(program: Program, spec: Spec, parts: Collection[str]) -> Program:
    """The program with what can be asked of a machine's jobs.

    ``parts`` are the roles of its operations. A creation that its jobs do not know is the plain
    one; other calls that they lack are left out.
    """
    known, calls = creations(spec), (call for call in program.calls if _is_asked(call, spec, parts))
    return evolve(
        program,
        calls=tuple(
            evolve(call, word=known[0]) if call.verb == CREATE and call.word not in known else call
            for call in calls
        ),
    )


def _is_asked(call: Call, spec: Spec, parts: Collection[str]) -> bool:
    if call.verb == LIST:
        return LISTS[call.word].get("StatusEquals") in (None, *spec.primary_by_name)
    return call.verb in (*parts, ASK, ADVANCE, FINISH)


create = partial(Call, verb=CREATE, slot="a", word="plain")
describe = partial(Call, verb=DESCRIBE, slot="a")
stop = partial(Call, verb=STOP, slot="a")
delete = partial(Call, verb=DELETE, slot="a")
update = partial(Call, verb=UPDATE, slot="a", word="profiler-off")
listed = partial(Call, verb=LIST, word="all")
"""All pages of a list."""
ask = partial(Call, verb=ASK, slot="a", word="tune")
"""One of the other calls."""
advance = partial(Call, verb=ADVANCE, seconds=ADVANCES[0])
finish = partial(Call, verb=FINISH, slot="a")
"""A job is polled until it has ended, or, once deleted, until it is gone."""


def observed(steps: list[Call]) -> tuple[Call, ...]:
    """The steps with polls before and after each request, and every job finished.

    A request's effect can only be judged if the previous state is known.
    """
    calls: list[Call] = []
    for step in steps:
        looks = [describe(slot=step.slot)] if step.slot and step.verb not in (DESCRIBE, ASK) else []
        before = [] if step.verb in (CREATE, FINISH) else looks
        calls += [*before, step, *looks]
        if step.verb == ADVANCE:
            calls += [
                describe(slot=slot) for slot in dict.fromkeys(c.slot for c in calls if c.slot)
            ]
    slots = dict.fromkeys(call.slot for call in calls if call.slot)
    return (*calls, *(finish(slot=slot) for slot in slots))


ORDINARY = tuple(word for word in CREATIONS if word not in INVALID)
"""Creations that the API allows, the simplest first."""

_STAGES = 4
_SPOTS = 10
_LIVES = 4


def _of(*calls: Call) -> Program:
    return Program(calls=calls)


def openings() -> Iterator[Program]:
    """Short programs, each for one known fault of services."""
    yield _of(describe(), stop(), delete(), update())
    for word in CREATIONS:
        yield _of(create(word=word), describe(), finish(), describe())
    yield _of(create(), create(), describe())
    yield _of(create(), finish(), create(), describe())
    yield _of(create(), describe(), stop(), describe(), finish(), describe(), stop())
    yield _of(create(), finish(), delete(), describe(), finish(), create(), describe(), finish())
    yield _of(create(), describe(), delete(), describe(), update(), describe(), finish())
    looks = (describe(), describe(slot="b"))
    for word in LISTS:
        yield _of(create(), advance(seconds=2.0), create(slot="b"), *looks, listed(word=word))
    lists = [listed(word=word) for word in LISTS]
    yield _of(create(), create(slot="b"), finish(), finish(slot="b"), *lists)


def lives() -> Iterator[Program]:
    """Undisturbed jobs, a few of each kind, as chance has it.

    So many have managed spot training that an interruption is due.
    """
    for seed, word in product(range(1, _LIVES), ORDINARY):
        yield Program(calls=(create(word=word), finish()), seed=seed)
    for seed in range(_LIVES, _SPOTS):
        yield Program(calls=(create(word="spot"), finish()), seed=seed)


def stages() -> Iterator[Program]:
    """A request at each of the first stages of a job."""
    for number, request in product(range(_STAGES), (stop, delete, create)):
        yield _of(create(), *[advance(), describe()] * number, request(), describe(), finish())


def beside() -> Iterator[Program]:
    """Every other call, before and after its job and its tuning job exist, and later."""
    everything = [ask(word=word) for word in WORDS]
    for passes in (1.0, 301.3, 86_400.0):
        looks = [call for call in everything if call.word != "halt"]
        yield _of(
            *everything, create(), *looks, advance(seconds=passes), *everything, *looks, finish()
        )


def short() -> Iterator[Program]:
    """Every program of two steps after a creation, over the simple requests."""
    alphabet = (create(), stop(), delete(), update(), advance(), advance(seconds=3_600.0), listed())
    for one, other in product(alphabet, repeat=2):
        yield Program(calls=observed([create(), one, other]))


_MOST_SEED = 1 << 20

_slots = st.sampled_from(SLOTS)
# Jobs develop only with time: most steps let it pass.
_advances = st.builds(advance, seconds=st.sampled_from(ADVANCES))
_steps: SearchStrategy[Call] = st.one_of(
    _advances,
    st.builds(create, slot=_slots, word=st.sampled_from(tuple(CREATIONS))),
    _advances,
    st.builds(stop, slot=_slots),
    st.builds(describe, slot=_slots),
    st.builds(delete, slot=_slots),
    st.builds(listed, word=st.sampled_from(tuple(LISTS))),
    st.builds(update, slot=_slots, word=st.sampled_from(tuple(UPDATES))),
)
_asked = st.builds(ask, slot=_slots, word=st.sampled_from(tuple(WORDS)))


def programs(*, wide: bool = False) -> SearchStrategy[Program]:
    """Programs that create a job, do some steps, and bring every job to its end.

    If ``wide``, every other step is one of the other calls.
    """
    steps = st.one_of(_asked, _steps) if wide else _steps
    first = st.builds(create, word=st.sampled_from(ORDINARY))
    calls = st.builds(lambda one, rest: observed([one, *rest]), first, st.lists(steps, max_size=8))
    return st.builds(Program, seed=st.integers(0, _MOST_SEED), calls=calls)


T = TypeVar("T")
Holds = Callable[[Program], bool]


def shrunk(program: Program, holds: Holds) -> Program:
    """A minimal program for which ``holds`` still holds.

    No step can be left out, and no argument can be simpler. Hypothesis shrinks one failure of one
    example; here one program shows many findings, and every run costs calls to a service. So the
    programs that it drew are shrunk for one finding at a time.
    """
    best, before = program, None
    while best != before:
        before = best
        best = _fewer(best, holds)
        best = descended(best, holds, _plainer)
    return best


def _fewer(program: Program, holds: Holds) -> Program:
    """The program without dispensable steps, long stretches first."""
    size = max(1, len(program.calls) // 2)
    while True:
        start = 0
        while start < len(program.calls):
            candidate = program.without(start, start + size)
            if candidate.calls and holds(candidate):
                program = candidate
            else:
                start += size
        if size == 1:
            return program
        size //= 2


def descended(value: T, holds: Callable[[T], bool], smaller: Callable[[T], Iterator[T]]) -> T:
    """The value after every shrinking change under which ``holds`` still holds."""
    found: T | None = value
    while found is not None:
        value = found
        found = next((candidate for candidate in smaller(value) if holds(candidate)), None)
    return value


def _plainer(program: Program) -> Iterator[Program]:
    if program.seed:
        yield evolve(program, seed=0)
    slots = program.slots
    for number, slot in enumerate(slots):
        for other in (*slots[:number], *(s for s in "abc" if s < slot and s not in slots)):
            yield program.in_slot(slot, other)
    for at, call in enumerate(program.calls):
        for simpler in call.simpler():
            yield program.with_call(at, simpler)
