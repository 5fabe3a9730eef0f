"""Programs that are tried first, each thing that can be wrong once, and those that are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from trainstate.testing.fuzzing.beside import WORDS
from trainstate.testing.fuzzing.program import (
    SLOTS,
    Call,
    Program,
    advance,
    ask,
    create,
    delete,
    describe,
    finish,
    listed,
    observed,
    stop,
    update,
)
from trainstate.testing.fuzzing.requests import ADVANCES, CREATIONS, INVALID, LISTS, UPDATES

ORDINARY = tuple(word for word in CREATIONS if word not in INVALID)
"""The creations that the API allows, the plainest first."""

_STAGES = 4
_SPOTS = 10
_LIVES = 4


def openings() -> Iterator[Program]:
    """Short programs, each about one way in which services are known to be wrong."""
    yield _of(describe(), stop(), delete(), update())
    for word in CREATIONS:
        yield _of(create(word=word), describe(), finish(), describe())
    yield _of(create(), create(), describe())
    yield _of(create(), finish(), create(), describe())
    yield _of(create(), describe(), stop(), describe(), finish(), describe(), stop())
    yield _of(create(), finish(), delete(), describe(), finish(), create(), describe(), finish())
    yield _of(create(), describe(), delete(), describe(), update(), describe(), finish())
    for word in LISTS:
        yield _of(create(), advance(2.0), create("b"), describe(), describe("b"), listed(word))
    yield _of(create(), create("b"), finish(), finish("b"), *map(listed, LISTS))


def lives() -> Iterator[Program]:
    """Jobs that nobody meddles with, of each kind a few, as chance has it.

    Of those with managed spot training so many that an interruption is due.
    """
    for seed, word in product(range(1, _LIVES), ORDINARY):
        yield Program(calls=(create(word=word), finish()), seed=seed)
    for seed in range(_LIVES, _SPOTS):
        yield Program(calls=(create(word="spot"), finish()), seed=seed)


def stages() -> Iterator[Program]:
    """A request at each of the first stages of a job."""
    for number, request in product(range(_STAGES), (stop, delete, create)):
        yield _of(create(), *[advance(60.0), describe()] * number, request(), describe(), finish())


def beside() -> Iterator[Program]:
    """Everything beside, before and after its job and its tuning job are there, and later."""
    everything = [ask(word=word) for word in WORDS]
    for passes in (1.0, 301.3, 86_400.0):
        looks = [call for call in everything if call.word != "halt"]
        yield _of(*everything, create(), *looks, advance(passes), *everything, *looks, finish())


def short() -> Iterator[Program]:
    """Every program of two steps after the creation of a job, over the plain requests."""
    alphabet = (create(), stop(), delete(), update(), advance(), advance(3_600.0), listed())
    for one, other in product(alphabet, repeat=2):
        yield Program(calls=observed([create(), one, other]))


def _of(*calls: Call) -> Program:
    return Program(calls=calls)


_MOST_STEPS = 8
_MOST_SEED = 1 << 20

_slots = st.sampled_from(SLOTS)
_creations = st.builds(create, _slots, st.sampled_from(tuple(CREATIONS)))
# A job that nobody asks to stop goes its own way: most steps let time pass.
_advances = st.builds(advance, st.sampled_from(ADVANCES))
_steps: SearchStrategy[Call] = st.one_of(
    _advances,
    _creations,
    _advances,
    st.builds(stop, _slots),
    st.builds(describe, _slots),
    st.builds(delete, _slots),
    st.builds(listed, st.sampled_from(tuple(LISTS))),
    st.builds(update, _slots, st.sampled_from(tuple(UPDATES))),
)


_asked = st.builds(ask, _slots, st.sampled_from(tuple(WORDS)))


def programs(*, wide: bool = False) -> SearchStrategy[Program]:
    """Programs that create a job, do some steps, and let every job come to its end.

    Where they are ``wide`` every other step is about something beside.
    """
    steps = st.one_of(_asked, _steps) if wide else _steps
    first = st.builds(create, st.just(SLOTS[0]), st.sampled_from(ORDINARY))
    return st.builds(
        _program, st.integers(0, _MOST_SEED), first, st.lists(steps, max_size=_MOST_STEPS)
    )


def _program(seed: int, first: Call, steps: list[Call]) -> Program:
    return Program(calls=observed([first, *steps]), seed=seed)
