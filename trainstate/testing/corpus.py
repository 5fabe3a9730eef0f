"""Generated corpora: the polls of many jobs at once, of realistic size, with planted faults.

Runs come from the graph of the machine, as those of the strategies do; what decides
them is drawn from a seeded generator, so that a seed gives the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched, zip_longest
from random import Random
from typing import Any

import msgspec
from attrs import field, frozen

from trainstate.errors import UsageError
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing import showing
from trainstate.testing.faults import operators
from trainstate.testing.options import Options
from trainstate.testing.planting import Faulty, Operator
from trainstate.testing.runs import HEAD, Run, Tapes, run_of

AT_ONCE = 250
"""Jobs that are polled in turn, until all of them have been polled to their last time."""

_TRIES = 12
_STEPS, _TEXTURE = 5, 14


@frozen(kw_only=True)
class Corpus:
    """What is generated: so many jobs, each polled so often, faults in a share of them.

    ``faults`` is between 0 and 1; ``history`` False gives what lists of jobs show.
    """

    jobs: int
    polls: int = 20
    seed: int = 0
    faults: float = 0.0
    spec: Spec = field(factory=builtin_spec)

    def __attrs_post_init__(self) -> None:
        if self.jobs < 1 or self.polls < 1:
            raise UsageError(f"Expected at least one job and poll but got {self.jobs}, {self.polls}.")
        if not 0 <= self.faults <= 1:
            raise UsageError(f"Expected a rate of faults from 0 to 1 but got {self.faults}.")


@frozen(kw_only=True)
class Planted:
    """A fault in a corpus: its rule, where the finding is, and how it was planted.

    ``line`` counts the lines of the corpus from 1, ``index`` the job's responses from 0.
    """

    job: str
    rule: str
    line: int
    index: int
    pointer: str
    operator: str


def generated(corpus: Corpus) -> Iterator[tuple[str, Planted | None]]:
    """The lines of a corpus as JSON, each with the fault that was planted into it, if any."""
    line = 0
    for numbers in _batches(corpus.jobs):
        queues = [_polled(corpus, number) for number in numbers]
        for turn in zip_longest(*(texts for texts, _ in queues)):
            for (_, fault), (at, text) in zip(queues, turn, strict=True):
                line += 1
                found = fault if fault is not None and fault.index == at else None
                yield text, None if found is None else _at(found, line)


def _batches(jobs: int) -> Iterator[range]:
    for start in range(0, jobs, AT_ONCE):
        yield range(start, min(start + AT_ONCE, jobs))
