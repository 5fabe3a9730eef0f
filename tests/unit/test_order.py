"""Unit tests of the order of responses, the timelines and the observations."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from trainstate.checking.observations import Observations
from trainstate.checking.order import Order, Rank, are_tied, is_after, rank_of
from trainstate.checking.report import Verdict
from trainstate.checking.run import check
from trainstate.checking.timeline import Timeline
from trainstate.history.instants import SECOND
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.wire import read_response
from trainstate.machine.run_states import Observation
from trainstate.rules.example import poll, written
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec
from trainstate.track import Tracker

BARE = {"/SecondaryStatusTransitions": None}


def response(text: str, *, kind: Kind = Kind.RESPONSE, modified: float | None = 100) -> Response:
    changes = {} if modified is not None else {"/LastModifiedTime": None}
    recorded = written(poll(text, changes, modified=modified))
    return read_response(recorded, builtin_spec(), kind=kind, origin=Origin())


def test_a_later_modification_is_after() -> None:
    """LastModifiedTime decides whatever the order of arrival is."""
    assert is_after(Rank(2, arrival=0), Rank(1, arrival=5))
    assert not is_after(Rank(1, arrival=5), Rank(2, arrival=0))


def test_equal_times_are_open_where_both_have_histories() -> None:
    """Two responses with histories and one LastModifiedTime may have been read in any order."""
    one, other = Rank(1, arrival=0, loose=True), Rank(1, arrival=1, loose=True)

    assert are_tied(one, other)
    assert not is_after(other, one)


def test_equal_times_are_ordered_by_arrival_without_histories() -> None:
    """Without a history arrival is all that there is."""
    assert is_after(Rank(1, arrival=1), Rank(1, arrival=0, loose=True))


def test_a_free_response_has_no_rank_without_a_time() -> None:
    """An event without LastModifiedTime has no order at all."""
    event = response("InProgress/Starting: Starting", kind=Kind.EVENT, modified=None)

    assert rank_of(event, arrival=3, newest=7, order=None) is None
    assert rank_of(event, arrival=3, newest=7, order=Order.ARRIVAL) == Rank(7, 3)


def test_a_poll_without_a_time_takes_its_place_of_arrival() -> None:
    """It is after what had been seen."""
    bare = response("InProgress/Starting: Starting", modified=None)

    assert rank_of(bare, arrival=3, newest=7, order=None) == Rank(7, 3)
    assert rank_of(bare, arrival=3, newest=7, order=Order.FREE) is None


def growing() -> Timeline[float]:
    return Timeline(lambda earlier, later: later >= earlier)


def test_a_timeline_takes_values_in_any_order_of_arrival() -> None:
    """A late value is put where its rank says."""
    timeline = growing()

    assert timeline.place(30, Rank(3, 0), 0) is None
    assert timeline.place(10, Rank(1, 1), 1) is None
    assert timeline.place(20, Rank(2, 2), 2) is None
    assert [run.value for run in timeline.runs] == [10, 20, 30]


@pytest.mark.parametrize(("value", "moment", "against"), [(5, 4, 20), (25, 1, 20), (15, 3, 20)])
def test_a_timeline_names_what_a_value_contradicts(
    value: float, moment: int, against: float
) -> None:
    """Too small after, too large before, and another one between equal ones."""
    timeline = growing()
    timeline.place(20, Rank(2, 0), 0)
    timeline.place(20, Rank(4, 1), 1)
    clash = timeline.place(value, Rank(moment, 2), 2)

    assert clash is not None
    assert clash.value == against
    assert len(timeline.runs) == 1


def test_a_timeline_lets_a_value_stand_between_equal_ones_where_it_may() -> None:
    """What can come and go is no contradiction."""
    timeline: Timeline[str] = Timeline(lambda _earlier, _later: True)
    timeline.place("on", Rank(1, 0), 0)
    timeline.place("on", Rank(5, 1), 1)

    assert timeline.place("off", Rank(3, 2), 2) is None


def test_a_timeline_puts_a_tied_value_where_it_fits() -> None:
    """Ranks that are tied leave the order open."""
    timeline = growing()
    timeline.place(20, Rank(2, 0, loose=True), 0)

    assert timeline.place(10, Rank(2, 1, loose=True), 1) is None
    assert [run.value for run in timeline.runs] == [10, 20]


def test_a_timeline_is_bounded() -> None:
    """The oldest runs are forgotten."""
    timeline: Timeline[int] = Timeline(lambda earlier, later: later >= earlier, most=3)
    for moment in range(5):
        timeline.place(moment, Rank(moment, moment), moment)

    assert [run.value for run in timeline.runs] == [2, 3, 4]


A, B = Observation("InProgress", "Starting"), Observation("InProgress", "Training")


def seen(*observations: tuple[Observation, Rank | None]) -> Observations:
    gathered = Observations()
    for index, (observation, rank) in enumerate(observations):
        gathered = gathered.adding(observation, rank, index)
    return gathered


def test_equal_observations_are_one_run() -> None:
    """Stuttering does not grow the state."""
    gathered = seen((A, Rank(1, 0)), (A, Rank(2, 1)), (B, Rank(3, 2)))

    assert [run.value for run in gathered.runs] == [A, B]


def test_a_late_observation_splits_a_run() -> None:
    """What was seen between two equal observations stands between them."""
    gathered = seen((A, Rank(1, 0)), (A, Rank(3, 1)), (B, Rank(2, 2)))

    assert list(gathered.groups()) == [(A,), (B,), (A,)]


def test_tied_observations_are_one_group() -> None:
    """What no order tells apart is searched together."""
    tied = seen((A, Rank(1, 0, loose=True)), (B, Rank(1, 1, loose=True)), (A, Rank(2, 2)))

    assert list(tied.groups()) == [(A, B), (A,)]


def test_a_observation_without_a_rank_floats() -> None:
    """It is kept once, apart from the ordered ones."""
    gathered = seen((A, None), (A, None), (B, Rank(1, 2)))

    assert gathered.unordered() == (A,)
    assert gathered.is_repeat(A, None)
    assert not gathered.is_repeat(B, None)


def test_a_repeat_moves_the_end_of_the_newest_run() -> None:
    """The last moment at which an observation was seen is kept."""
    gathered = seen((A, Rank(1, 0)))

    assert gathered.is_repeat(A, Rank(4, 1))
    assert gathered.repeated(Rank(4, 1)).runs[0].last == Rank(4, 1)
    assert gathered.repeated(Rank(1, 1)) is gathered
    assert gathered.repeated(None) is gathered
    assert not Observations().is_repeat(A, Rank(1, 0))


def test_an_event_stands_anywhere_among_polls_of_its_moment() -> None:
    """A status of no duration: the event about it comes after polls that show the end."""
    ended = written(poll("Stopped/Stopped: Starting 10, Stopping 20, Stopped", modified=300))
    before = written(poll("Stopping/Stopping: Starting 10, Stopping", modified=300))
    bare = {**ended, "SecondaryStatusTransitions": None}
    event = {"detail-type": "SageMaker Training Job State Change", "detail": before}
    for observed in itertools.permutations([bare, ended, event]):
        report = check(observed)

        assert (0, Verdict.CONSISTENT) == (report.summary.errors, report.verdict)


def test_polls_keep_their_order_where_no_event_is() -> None:
    """The arrival of polls still counts at one moment: the end does not come before Training."""
    ended = written(poll("Completed/Completed", BARE, modified=300))
    before = written(poll("InProgress/Training", BARE, modified=300))

    assert Verdict.INCONSISTENT == check([ended, before]).verdict
    assert Verdict.CONSISTENT == check([before, ended]).verdict


def test_a_listing_that_cuts_the_time_is_not_stale() -> None:
    """Less than a second before the newest, at a whole second, is the same moment."""
    whole = written(poll("Completed/Completed: Starting 90, Training 60, Completed", modified=300))
    exact = {**whole, "LastModifiedTime": "2026-01-02T10:05:00.417Z"}

    older = {**whole, "LastModifiedTime": "2026-01-02T10:04:59Z"}

    assert () == check([exact, whole]).at_least(Severity.WARNING)
    assert ["TS601"] == [found.code for found in check([exact, older]).at_least(Severity.WARNING)]


def test_a_status_that_came_back_and_was_seen_late() -> None:
    """Two attempts without histories, and what stood between them arrives last."""
    spot = {"/EnableManagedSpotTraining": True}
    first = "Starting 60, Downloading 20, Training"
    second = f"{first} 100, Interrupted 30, Starting 50, Downloading 20, Training"
    bare = {**spot, **BARE}
    responses = [
        written(poll("InProgress/Downloading", bare, modified=60)),
        written(poll(f"InProgress/Training: {second}", spot, modified=290)),
        written(poll("InProgress/Downloading", bare, modified=265)),
        written(poll(f"InProgress/Training: {first}", spot, modified=85)),
    ]

    verdicts = {check(list(order)).verdict for order in itertools.permutations(responses)}

    assert {Verdict.CONSISTENT} == verdicts


def test_a_time_that_may_be_cut_orders_nothing_in_its_second() -> None:
    """A listing cuts to the second what a poll shows in full; the next second is later."""
    cut, full = Rank(7 * SECOND, 0), Rank(7 * SECOND + 400_000, 1)
    finer, later = Rank(7 * SECOND + 400_700, 2), Rank(8 * SECOND, 3)

    assert all(are_tied(*pair) for pair in ((cut, full), (full, cut), (full, finer)))
    assert not any(is_after(*pair) for pair in ((cut, full), (full, cut), (finer, full)))
    assert all(is_after(later, one) and not is_after(one, later) for one in (cut, full, finer))
    assert not any(are_tied(one, later) or are_tied(later, one) for one in (cut, full, finer))


CUT = [
    written(poll("InProgress/Training: Starting 60, Training", modified=60)),
    written(poll("Completed/Completed: Starting 60, Training 0.001, Completed", modified=60.001)),
    written(poll("Completed/Completed: Starting 60, Training 0.001, Completed", modified=60.002)),
]
"""A LastModifiedTime that may have been cut, and two more in its second."""


CUT_WITHOUT_HISTORIES = [
    written(poll("Completed/Completed", BARE, modified=60)),
    written(poll("InProgress/Training", BARE, modified=60.3)),
    written(poll("InProgress/Uploading", BARE, modified=60.8)),
]
"""The last response of three; its time was cut."""


@pytest.mark.parametrize("order", [None, "free"])
@pytest.mark.parametrize("responses", [CUT, CUT_WITHOUT_HISTORIES])
def test_a_time_that_may_be_cut_accuses_nobody_in_any_order(
    responses: list[dict[str, Any]], order: str | None
) -> None:
    """It may be an earlier reading than each of the two, or a later one."""
    orders = itertools.permutations(responses)

    verdicts = {check(list(one), order=order).verdict for one in orders}

    assert {Verdict.CONSISTENT} == verdicts


WHOLE_SECOND = [
    written(poll("InProgress/Starting: Starting", modified=60)),
    written(poll("Stopping/Starting: Starting", modified=60.001)),
]
"""A second response within a second of a LastModifiedTime that may have been cut to it."""


@pytest.mark.parametrize("first", [0, 1])
def test_a_late_response_of_a_whole_second_accuses_nobody(first: int) -> None:
    """Its time may be that of the newest or that of any other in its second, always the same."""
    second = 1 - first

    report = check([WHOLE_SECOND[at] for at in (first, second, first, second)])

    assert report.verdict is Verdict.CONSISTENT


def test_a_tracker_ends_the_same_if_a_whole_second_comes_late() -> None:
    """A stop request is known, although the response before it comes again."""
    tracker, restored = Tracker(), Tracker()
    for at in (0, 1, 0):
        tracker.observe(WHOLE_SECOND[at])
        restored.observe(WHOLE_SECOND[at])
        restored = Tracker.from_json(restored.to_json())

    assert tracker.state.primary == "Stopping"
    assert tracker.to_json() == restored.to_json()


@pytest.mark.parametrize("modified", [60.0, 60.5])
def test_a_listing_given_twice_is_a_repetition(modified: float) -> None:
    """Two states of one LastModifiedTime come in turn again, and say nothing new."""
    active = written(poll("InProgress/Training: Starting 30, Training", BARE, modified=modified))
    stopped = active | {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped"}

    def errors(*shown: dict[str, Any]) -> list[str]:
        return [one.code for one in check(shown) if one.severity == "error"]

    assert errors(active, stopped) == errors(active, stopped, active, stopped)
    assert "TS604" in errors(stopped, active)
    assert "TS604" not in errors(active, stopped, active)
