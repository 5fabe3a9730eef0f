"""A course that a consumer gets wrong, made as small as it still shows that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import evolve

from trainstate.errors import UsageError
from trainstate.spec.model import Spec
from trainstate.testing.consumers.course import FLAGS, Course, Item
from trainstate.testing.consumers.stage import Play


def smallest(course: Course, is_wrong: Callable[[Course], bool], *, tries: int) -> Course:
    """The smallest course that is reached by leaving things out, one after the other."""
    left = tries
    while True:
        for smaller in smaller_ones(course):
            left -= 1
            if left < 0:
                return course
            if is_wrong(smaller):
                course = smaller
                break
        else:
            return course


def smaller_ones(course: Course) -> Iterator[Course]:
    """The courses with one thing less: states, deviations, unusual numbers of polls.

    Some of them no job can go.
    """
    items = course.items
    if _is_after_end(items[-1]):
        yield evolve(course, items=items[:-1])
    spans = ((begin, begin + size) for size in (3, 2, 1) for begin in range(1, len(items) - size))
    for begin, end in spans:
        yield evolve(course, items=(*items[:begin], *items[end:]))
    for name in FLAGS.values():
        if getattr(course, name):
            off: dict[str, Any] = {name: False}
            yield evolve(course, **off)
    for name in course.omits:
        yield evolve(course, omits=tuple(other for other in course.omits if other != name))
    for place, item in enumerate(items):
        if item.polls != 1:
            plain = evolve(item, polls=1)
            yield evolve(course, items=(*items[:place], plain, *items[place + 1 :]))


def _is_after_end(item: Item) -> bool:
    return item.again or item.pair is None or item.pair[0] == "Deleting"


def is_possible(course: Course, spec: Spec) -> bool:
    """Holds if a job can go so."""
    try:
        Play(course, spec, patience=0, polls=0).rehearse()
    except UsageError:
        return False
    return True
