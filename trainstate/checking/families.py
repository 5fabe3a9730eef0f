"""Jobs that started others in the same recording: a tuning job and its training jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trainstate.checking.jobs import JobState
from trainstate.history.machines import family_of
from trainstate.spec.model import Spec

Jobs = Mapping[str, list[JobState]]
Child = tuple[JobState, JobState]


def children(parts: Iterable[tuple[Spec, Jobs]]) -> Iterator[Child]:
    """Pairs of a parent and a job that it started; reused names are left out.

    The child's name contains the parent's, and both are in one account and region.
    """
    parts = [*parts]
    for spec, jobs in parts:
        if not spec.layout.children:
            continue
        began = {_placed(key): states[0] for key, states in jobs.items() if len(states) == 1}
        for other in (others for _, others in parts if others is not jobs and began):
            for key, states in other.items():
                place, name = _placed(key)
                parent = began.get((place, family_of(name, spec)))
                if parent is not None and len(states) == 1 and (place, name) not in began:
                    yield parent, states[0]


def _placed(key: str) -> tuple[str, str]:
    """The account and region of a job, and its name."""
    arn, _, name = key.rpartition("/")
    return arn.rpartition(":")[0], name
