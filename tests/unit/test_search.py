"""Unit tests of the searches: what is found step by step is what a search finds at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.checking.observations import Grouped, Observations, ends_of, grouped
from trainstate.checking.order import Rank
from trainstate.checking.search import IncrementalSearch, Searches
from trainstate.machine.belief import distinct, is_explained
from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.run_states import KnownHistory, Observation
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

SPEC = builtin_spec().accepting(Evidence.DOCUMENTED)
CONFIG = Configuration(
    tuple(
        (guard.name, Allowance(True, budget=2 if guard.budget else None)) for guard in SPEC.guards
    )
)
STATUSES = ("Starting", "Downloading", "Training", "Interrupted", "Starting", "Training")
KNOWN = KnownHistory(STATUSES, CONFIG, tuple(1_000_000 * at for at in range(len(STATUSES))))
PASTS = st.sampled_from(
    [KnownHistory(config=CONFIG), KNOWN, KnownHistory(STATUSES[:3], CONFIG, KNOWN.starts[:3])]
)
PAIRS = [
    *(("InProgress", status) for status in dict.fromkeys(STATUSES)),
    *(("InProgress", None), (None, "Training"), ("Stopping", "Training"), ("Stopping", "Stopping")),
    *(("InProgress", "Uploading"), ("Stopped", "Stopped"), ("Completed", "Completed")),
]


@st.composite
def seen(draw: st.DrawFn, most: int) -> list[tuple[Observation, Rank | None]]:
    """Observations as they arrive, each with its rank, or without any order."""
    found: list[tuple[Observation, Rank | None]] = []
    for arrival in range(draw(st.integers(1, most))):
        primary, secondary = draw(st.sampled_from(PAIRS))
        moment = draw(st.integers(0, 5)) * 1_000_000
        moment += draw(st.sampled_from([0, 0, 300_000, 300_007]))  # the first two may be cut
        length = draw(st.sampled_from([None, None, None, 1, 2, 3]))
        length = length if length and secondary == STATUSES[length - 1] else None
        free = draw(st.sampled_from([False, False, True]))
        rank = Rank(moment, arrival, length is not None, free)
        afloat = free and draw(st.sampled_from([False, False, True]))
        by = None if afloat else moment
        found.append((Observation(primary, secondary, length, by), None if afloat else rank))
    return found


@given(seen(14), st.lists(PASTS, min_size=14, max_size=14))
@settings(max_examples=max(100, settings().max_examples))
def test_each_step_finds_what_a_search_finds(
    arriving: list[tuple[Observation, Rank | None]], pasts: list[KnownHistory]
) -> None:
    """Whatever the order, and the past that is asked for, a search says what a search says."""
    searches, held = Searches(SPEC), Observations()
    for at, ((observation, rank), past) in enumerate(zip(arriving, pasts, strict=False)):
        if held.is_repeat(observation, rank):
            held = held.repeated(rank)
            continue
        new = held.adding(observation, rank, at)
        expected = [is_explained(SPEC, one, new.groups(), new.unordered()) for one in (past, KNOWN)]
        searches.follow(held)

        assert expected == [searches.explain(one, new, rank) for one in (past, KNOWN)]

        if expected[0]:
            held = new
            searches.take(new)
            assert all(as_made_anew(search, held) for search in searches.searches.values())


def as_made_anew(search: IncrementalSearch | None, held: Observations) -> bool:
    """Holds if the groups of a search are those of the observations, however they came."""
    kept = [] if search is None else [unordered(group) for group, _ in search.stages]
    return search is None or kept == [unordered(group) for group in grouped(ends_of(held.runs))]


def unordered(group: Grouped) -> tuple[object, ...]:
    """A group with its observations in any order, and the instants by which they were seen."""
    shown = {(one, one.by) for one in group.observations}
    return group.moment, shown, group.loose, group.free


def test_equal_observations_are_one_by_the_earliest_instant() -> None:
    """What was seen by an instant was seen by a later one, and by no known one, as well."""
    group = [Observation("InProgress", "Training", by=by) for by in (None, 5, 3, 4)]

    assert [3] == [one.by for one in distinct(group)]


def test_all_pairs_at_one_moment_are_searched_for_in_no_time() -> None:
    """The ways to show many observations in any order are not tried one by one."""
    spec = builtin_spec()
    active = [pair for pair in spec.pairs if pair.primary in ("InProgress", "Stopping")]
    group = [Observation(pair.primary, pair.secondary) for pair in active]

    assert is_explained(spec, KnownHistory(config=CONFIG), [group * 9])
    assert not is_explained(
        spec, KnownHistory(config=CONFIG), [group, [Observation("InProgress", None)]]
    )


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


def test_a_repetition_without_a_time_adds_nothing_where_the_newest_two_are_tied() -> None:
    """One LastModifiedTime is cut to the second of the other; a third response has none."""
    statuses = ["Starting", "Downloading", "Training"] * 4
    times = [*(float(10 * at) + 0.5 for at in range(len(statuses) - 2)), 200.0, 200.4, None]
    polls = [
        {
            "TrainingJobName": "tern",
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": status,
            "RetryStrategy": {"MaximumRetryAttempts": 30},
            "CreationTime": 1_700_000_000.0,
            **({} if time is None else {"LastModifiedTime": 1_700_000_000 + time}),
        }
        for status, time in zip([*statuses, statuses[-1]], times, strict=True)
    ]
    report = trainstate.check(polls)

    assert (13, 0, 0) == (len(polls), report.summary.errors, report.summary.warnings)
