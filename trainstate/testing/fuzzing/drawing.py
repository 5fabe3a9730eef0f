"""Programs as Hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from trainstate.testing.fuzzing.beside import WORDS
from trainstate.testing.fuzzing.openings import ORDINARY
from trainstate.testing.fuzzing.program import (
    SLOTS,
    Call,
    Program,
    advance,
    ask,
    create,
    delete,
    describe,
    listed,
    observed,
    stop,
    update,
)
from trainstate.testing.fuzzing.requests import ADVANCES, CREATIONS, LISTS, UPDATES

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
