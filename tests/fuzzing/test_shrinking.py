"""Programs are made as small as they can be, whatever makes them interesting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainstate.testing.fuzzing.program import SLOTS, Program, programs, shrunk

WORDS = ("create", "describe", "stop", "delete", "advance", "finish")


@given(programs(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_nothing_can_be_left_out(program: Program, wanted: list[str]) -> None:
    """Of the steps only those stay that are needed, in their order, with plain arguments."""

    def holds(tried: Program) -> bool:
        verbs = iter(call.verb for call in tried.calls)
        return all(word in verbs for word in wanted)

    if not holds(program):
        return
    best = shrunk(program, holds)

    assert wanted == [call.verb for call in best.calls]
    assert 0 == best.seed
    assert set(best.slots) <= {SLOTS[0]}
    assert [] == [simpler for call in best.calls for simpler in call.simpler()]


@given(programs())
def test_a_program_ends_with_the_end_of_its_jobs(program: Program) -> None:
    """Every job of a program that is drawn is followed to its end."""
    finished = {call.slot for call in program.calls if call.verb == "finish"}

    assert set(program.slots) == finished
