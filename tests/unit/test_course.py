"""Unit tests of the courses: what is found step by step is what a search finds at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.checking.course import Course, Courses
from trainstate.checking.order import Rank
from trainstate.checking.sightings import Sightings, ends_of, grouped
from trainstate.machine.belief import distinct, is_explained
from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.moments import Past, Sighting
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

SPEC = builtin_spec().accepting(Evidence.DOCUMENTED)
CONFIG = Configuration(
    tuple(
        (guard.name, Allowance(True, budget=2 if guard.budget else None)) for guard in SPEC.guards
    )
)
STATUSES = ("Starting", "Downloading", "Training", "Interrupted", "Starting", "Training")
KNOWN = Past(STATUSES, CONFIG, tuple(1_000_000 * at for at in range(len(STATUSES))))
PASTS = st.sampled_from([Past(config=CONFIG), KNOWN, Past(STATUSES[:3], CONFIG, KNOWN.starts[:3])])
PAIRS = [
    *(("InProgress", status) for status in dict.fromkeys(STATUSES)),
    *(("InProgress", None), (None, "Training"), ("Stopping", "Training"), ("Stopping", "Stopping")),
    *(("InProgress", "Uploading"), ("Stopped", "Stopped"), ("Completed", "Completed")),
]


@st.composite
def seen(draw: st.DrawFn, most: int) -> list[tuple[Sighting, Rank | None]]:
    """Sightings as they arrive, each with its rank, or without any order."""
    found: list[tuple[Sighting, Rank | None]] = []
    for arrival in range(draw(st.integers(1, most))):
        primary, secondary = draw(st.sampled_from(PAIRS))
        moment = draw(st.integers(0, 5)) * 1_000_000
        length = draw(st.sampled_from([None, None, None, 1, 2, 3]))
        length = length if length and secondary == STATUSES[length - 1] else None
        free = draw(st.sampled_from([False, False, True]))
        rank = Rank(moment, arrival, length is not None, free)
        afloat = free and draw(st.sampled_from([False, False, True]))
        by = None if afloat else moment
        found.append((Sighting(primary, secondary, length, by), None if afloat else rank))
    return found


@given(seen(14), st.lists(PASTS, min_size=14, max_size=14))
@settings(max_examples=max(100, settings().max_examples))
def test_each_step_finds_what_a_search_finds(
    arriving: list[tuple[Sighting, Rank | None]], pasts: list[Past]
) -> None:
    """Whatever the order, and the past that is asked for, a course says what a search says."""
    courses, held = Courses(SPEC), Sightings()
    for at, ((sighting, rank), past) in enumerate(zip(arriving, pasts, strict=False)):
        if held.is_repeat(sighting, rank):
            held = held.repeated(rank)
            continue
        new = held.adding(sighting, rank, at)
        expected = [is_explained(SPEC, one, new.groups(), new.unordered()) for one in (past, KNOWN)]
        courses.follow(held)

        assert expected == [courses.explain(one, new, rank) for one in (past, KNOWN)]

        if expected[0]:
            held = new
            courses.take(new)
            assert all(as_made_anew(course, held) for course in courses.courses.values())


def as_made_anew(course: Course | None, held: Sightings) -> bool:
    """Holds if the groups of a course are those of the sightings, however they came."""
    kept = [] if course is None else [group for group, _ in course.stages]
    anew = list(grouped(ends_of(held.runs)))
    by = [[[one.by for one in group.sightings] for group in groups] for groups in (kept, anew)]
    return course is None or (kept == anew and by[0] == by[1])


def test_equal_sightings_are_one_by_the_earliest_instant() -> None:
    """What was seen by an instant was seen by a later one, and by no known one, as well."""
    group = [Sighting("InProgress", "Training", by=by) for by in (None, 5, 3, 4)]

    assert [3] == [one.by for one in distinct(group)]


def test_all_pairs_at_one_moment_are_searched_for_in_no_time() -> None:
    """The ways to show many sightings in any order are not tried one by one."""
    spec = builtin_spec()
    active = [pair for pair in spec.pairs if pair.primary in ("InProgress", "Stopping")]
    group = [Sighting(pair.primary, pair.secondary) for pair in active]

    assert is_explained(spec, Past(config=CONFIG), [group * 9])
    assert not is_explained(spec, Past(config=CONFIG), [group, [Sighting("InProgress", None)]])


def test_a_past_that_no_run_takes_is_held_as_that() -> None:
    """A job is polled twice in each state, and only an unseen retry strategy lets it restart."""
    round_trip = ["Starting", "Downloading", "Training"]
    polls = [
        {
            "TrainingJobName": "bare",
            "CreationTime": 1_700_000_000,
            "LastModifiedTime": 1_700_000_000 + 60 * at,
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": status,
            "EnableManagedSpotTraining": False,
        }
        for at, status in enumerate(round_trip * 5)
    ]

    once = trainstate.check(polls, accept="documented")
    again = [poll for poll in polls for _ in range(2)]
    twice = trainstate.check(again, accept="documented")

    assert "guard-unverified" in {finding.name for finding in once.findings}
    assert {finding.name for finding in once.findings} == {f.name for f in twice.findings}
    assert once.verdict == twice.verdict
