"""The smallest program that still shows a finding.

Hypothesis shrinks what one example failed by. Here one program shows many findings at
once, most programs show some, and every run of one costs calls to a service: so the
programs that Hypothesis drew are made smaller step by step, each for one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from trainstate.testing.fuzzing.program import Program

Holds = Callable[[Program], bool]


def shrunk(program: Program, holds: Holds) -> Program:
    """A program for which ``holds`` holds, as it does for the given one, and no smaller one.

    No step of it can be left out, and no argument be plainer.
    """
    best, before = program, None
    while best != before:
        before = best
        best = _fewer(best, holds)
        best = _first(best, holds, _plainer)
    return best


def _fewer(program: Program, holds: Holds) -> Program:
    """The program without the steps that it can do without, long stretches first."""
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


def _first(
    program: Program, holds: Holds, candidates: Callable[[Program], Iterator[Program]]
) -> Program:
    """The program after each of the changes that can be made to it."""
    found: Program | None = program
    while found is not None:
        program = found
        found = next((candidate for candidate in candidates(program) if holds(candidate)), None)
    return program


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
