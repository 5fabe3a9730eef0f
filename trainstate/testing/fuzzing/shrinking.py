"""The smallest program that still shows a finding.

Hypothesis shrinks one failure of one example. Here one program shows many findings, most
programs show some, and every run costs calls to a service: so the programs that Hypothesis
drew are shrunk step by step, each for one finding.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from attrs import evolve

from trainstate.testing.fuzzing.program import Program

T = TypeVar("T")
Holds = Callable[[Program], bool]


def shrunk(program: Program, holds: Holds) -> Program:
    """A minimal program for which ``holds`` still holds.

    No step can be left out, and no argument can be simpler.
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
