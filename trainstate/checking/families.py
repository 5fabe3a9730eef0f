"""Jobs that began others: a tuning job and its training jobs, as far as both are in a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from trainstate.checking.jobs import JobState
from trainstate.spec.model import Spec

Jobs = Mapping[str, list[JobState]]
Child = tuple[JobState, JobState]


def children(parts: Iterable[tuple[Spec, Jobs]]) -> Iterator[Child]:
    """The jobs that another one began, each behind that one; a name that came again has none.

    The name of the one is in that of the other, and both are in one account and region.
    """
    parts = [*parts]
    for spec, jobs in parts:
        if not spec.layout.children:
            continue
        began = {_placed(key): states[0] for key, states in jobs.items() if len(states) == 1}
        named = re.compile(f"(.+){spec.layout.children}", re.DOTALL)
        for other in (others for _, others in parts if others is not jobs and began):
            for key, states in other.items():
                place, name = _placed(key)
                found = named.fullmatch(name)
                parent = None if found is None else began.get((place, found[1]))
                if parent is not None and len(states) == 1:
                    yield parent, states[0]


def _placed(key: str) -> tuple[str, str]:
    """The account and region of a job, and its name."""
    arn, _, name = key.rpartition("/")
    return arn.rpartition(":")[0], name
