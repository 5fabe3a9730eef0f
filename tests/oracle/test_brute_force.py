"""The oracle itself, pinned by cases that were decided by hand."""

import pytest

from tests.oracle.brute_force import History, Obs, Order, consistent

STARTING = ("Starting", 0, 10)
TRAINING = ("Training", 10, 20)
ONE: History = (("Starting", 0, None),)
TWO: History = (STARTING, ("Training", 10, None))
THREE: History = (STARTING, TRAINING, ("Uploading", 20, None))
PLAIN: History = (STARTING, TRAINING, ("Uploading", 20, 30), ("Completed", 30, 30))
STOPPED: History = (
    STARTING,
    TRAINING,
    ("Stopping", 20, 30),
    ("Uploading", 30, 40),
    ("Stopped", 40, 40),
)
RETRIED: History = (STARTING, TRAINING, ("Starting", 20, 30), ("Training", 30, None))
RESTARTED: History = (STARTING, TRAINING, ("Interrupted", 20, 30), ("Starting", 30, None))
REPLANNED: History = (STARTING, TRAINING, ("Pending", 20, None))


def _holds(
    *seen: Obs,
    spot: bool | None = False,
    retry: int | None = 0,
    plan: bool | None = False,
    order: Order = "arrival",
    accept: str = "deprecated",
) -> bool:
    run = consistent(seen, spot=spot, retry=retry, plan=plan, order=order, accept=accept)
    return run is not None


def _pairs(*letters: str) -> list[Obs]:
    """Observations written as primary/secondary."""
    split = [letter.split("/") for letter in letters]
    return [Obs(p=p or None, q=q or None) for p, q in split]


@pytest.mark.parametrize(
    "letters",
    [
        (),
        ("InProgress/Starting",),
        ("InProgress/Pending",),
        ("InProgress/Training", "InProgress/Training"),
        ("InProgress/Starting", "Completed/Completed"),
        ("Completed/Completed", "Deleting/Completed"),
        ("InProgress/Training", "Deleting/Stopped"),
        ("InProgress/Starting", "Stopping/Starting", "Stopping/Stopping", "Stopped/Stopped"),
        ("Stopping/Starting", "Stopping/Training"),
        ("Stopping/Training", "Stopping/Uploading", "Completed/Completed"),
        ("Stopping/Stopping", "Stopping/Uploading", "Stopped/Stopped"),
        ("InProgress/", "Stopping/", "Stopped/"),
        ("/Starting", "/Training", "/Completed"),
        ("Stopping/", "Failed/"),
        # Over Restarting, which the enumeration has and nothing guards.
        ("InProgress/Training", "InProgress/Starting"),
    ],
)
def test_pairs_that_a_plain_job_can_show(letters: tuple[str, ...]) -> None:
    """These pairs are readings of one job that is neither spot nor retried."""
    assert _holds(*_pairs(*letters))


@pytest.mark.parametrize(
    "letters",
    [
        ("InProgress/Completed",),
        ("Completed/Training",),
        ("InProgress/Stopping",),
        ("InProgress/Interrupted",),
        ("Deleting/Training",),
        ("Stopped/MaxWaitTimeExceeded",),
        ("InProgress/Uploading", "InProgress/Starting"),
        ("InProgress/Uploading", "InProgress/Training"),
        ("Completed/Completed", "InProgress/Training"),
        ("Completed/Completed", "Failed/Failed"),
        ("Completed/Completed", "Deleting/Failed"),
        ("Deleting/Completed", "Completed/Completed"),
        ("Stopping/Training", "InProgress/Training"),
        ("Stopping/Training", "InProgress/Uploading"),
        ("Stopping/Stopping", "InProgress/Uploading"),
        ("Stopping/Stopping", "Stopping/Starting"),
        ("Stopping/", "InProgress/"),
        ("Stopped/", "Stopping/"),
        ("/Completed", "/Uploading"),
    ],
)
def test_pairs_that_no_plain_job_shows(letters: tuple[str, ...]) -> None:
    """No job that is neither spot nor retried shows these pairs in this order."""
    assert not _holds(*_pairs(*letters))


@pytest.mark.parametrize(
    "letters",
    [
        ("InProgress/Interrupted",),
        ("InProgress/Training", "InProgress/Starting"),
        ("InProgress/Uploading", "InProgress/Training"),
        ("Stopped/Interrupted",),
        ("Stopping/Interrupted", "Stopped/Interrupted"),
        ("Stopping/Starting", "Stopping/Interrupted"),
        ("Stopped/MaxWaitTimeExceeded",),
    ],
)
def test_pairs_of_spot_jobs(letters: tuple[str, ...]) -> None:
    """A spot job can be interrupted and start again."""
    assert _holds(*_pairs(*letters), spot=True)


INTERRUPTED: History = (STARTING, ("Interrupted", 10, None))
CLOSED: History = (STARTING, ("Interrupted", 10, 15))


@pytest.mark.parametrize(
    ("histories", "holds"),
    [
        ((INTERRUPTED,), True),
        ((CLOSED,), True),
        ((INTERRUPTED, CLOSED), True),
        ((CLOSED, INTERRUPTED), False),
    ],
)
def test_a_job_that_ends_interrupted(histories: tuple[History, ...], holds: bool) -> None:
    """Its last entry is open or closed, and is not opened again."""
    seen = [
        Obs(p="Stopped", q="Interrupted", history=history, modified=20 + at)
        for at, history in enumerate(histories)
    ]

    assert holds is _holds(*seen, spot=True)


@pytest.mark.parametrize(
    "letters",
    [
        ("Stopped/Interrupted", "Stopped/Stopped"),
        ("Stopped/Interrupted", "InProgress/Starting"),
        ("Stopped/Interrupted", "Deleting/Stopped"),
        ("Stopping/Stopping", "Stopping/Interrupted"),
        ("Stopping/Stopping", "InProgress/Starting"),
        ("Failed/Failed", "InProgress/Starting"),
    ],
)
def test_what_no_spot_job_does(letters: tuple[str, ...]) -> None:
    """Nothing follows an ended primary, and a stop request is not taken back."""
    assert not _holds(*_pairs(*letters), spot=True)


def test_a_stop_request_can_pass_a_spot_restart() -> None:
    """A primary that ran ahead stays ahead over a restart that the entries show."""
    assert _holds(*_pairs("Stopping/Interrupted", "Stopping/Starting"), spot=True)


@pytest.mark.parametrize(("budget", "expected"), [(0, False), (1, False), (2, True), (None, True)])
def test_retries_are_counted_over_the_whole_job(budget: int | None, expected: bool) -> None:
    """Two ways back need a budget of two."""
    back = _pairs("InProgress/Uploading", "InProgress/Starting")

    assert expected is _holds(*back, *back, retry=budget)


@pytest.mark.parametrize("history", [ONE, TWO, PLAIN[:3]])
def test_an_open_entry_that_a_run_has_closed(history: History) -> None:
    """Readings of one growing history are consistent in the order of their growth."""
    seen = Obs(history=(*history[:-1], (*history[-1][:2], None)), modified=history[-1][1])

    assert _holds(seen, Obs(p="Completed", q="Completed", history=PLAIN, modified=40))


@pytest.mark.parametrize(
    ("p", "history"),
    [
        ("InProgress", ONE),
        ("Stopping", ONE),
        ("InProgress", TWO),
        ("Completed", PLAIN),
        ("Deleting", PLAIN),
        ("Stopped", STOPPED),
        ("Stopping", (*STOPPED[:3], ("Uploading", 30, None))),
        ("Stopping", (*PLAIN[:2], ("Uploading", 20, None))),
        ("InProgress", (("Starting", 0, 0), ("Training", 0, None))),
        ("Stopped", (("Pending", 0, 5), ("Stopped", 5, 5))),
    ],
)
def test_legal_histories(p: str, history: History) -> None:
    """Each is the record of some job at some moment."""
    assert _holds(Obs(p=p, q=history[-1][0], history=history))


@pytest.mark.parametrize(
    ("p", "history"),
    [
        ("InProgress", PLAIN),
        ("Completed", TWO),
        ("InProgress", STOPPED[:2]),
        ("Completed", (*PLAIN[:3], ("Completed", 30, None))),
        ("Completed", (*PLAIN[:3], ("Completed", 30, 31))),
        ("InProgress", (("Training", 0, None),)),
        ("InProgress", (STARTING, ("Training", 11, None))),
        ("InProgress", (STARTING, ("Training", 9, None))),
        ("InProgress", (("Starting", 0, None), ("Training", 10, None))),
        ("InProgress", (("Starting", 10, 5), ("Training", 5, None))),
        ("InProgress", (STARTING, ("Starting", 10, None))),
        ("Stopped", (*PLAIN[:3], ("Stopped", 30, 30))),
        ("InProgress", (*STOPPED[:3], ("Uploading", 30, None))),
        ("Completed", (*PLAIN[:3], ("Completed", 30, 30), ("Training", 30, None))),
        ("InProgress", ()),
    ],
)
def test_illegal_histories(p: str, history: History) -> None:
    """None is the record of any job at any moment."""
    assert not _holds(Obs(p=p, history=history), spot=True, retry=3)


def test_a_stop_request_makes_no_uploading_end_in_stopped() -> None:
    """Uploading that was entered in progress does not end stopped, wherever the primary is."""
    ahead = Obs(p="Stopping", q="Uploading")

    assert not _holds(ahead, Obs(history=(*PLAIN[:3], ("Stopped", 30, 30))))


def test_a_stop_request_that_comes_too_late() -> None:
    """A job whose primary ran ahead can complete without an entry for the stop."""
    ahead = Obs(p="Stopping", history=THREE)

    assert _holds(ahead, Obs(p="Completed", history=PLAIN))


def test_a_retry_is_not_entered_after_a_stop() -> None:
    """The retry's edge holds only under the primary in progress."""
    back = (*STOPPED[:4], ("Starting", 40, None))

    assert not _holds(Obs(history=back), retry=3)


@pytest.mark.parametrize(
    ("history", "config"),
    [
        (RETRIED, (False, 1, False)),
        (RETRIED, (False, None, False)),
        (RESTARTED, (True, 0, False)),
        (RESTARTED, (None, 0, False)),
        (REPLANNED, (False, 0, True)),
        (REPLANNED, (False, 0, None)),
    ],
)
def test_guards_that_hold_or_were_not_seen(
    history: History, config: tuple[bool | None, int | None, bool | None]
) -> None:
    """A guard allows its edge if it holds, or if it may hold."""
    spot, retry, plan = config

    assert _holds(Obs(history=history), spot=spot, retry=retry, plan=plan)


@pytest.mark.parametrize("history", [RETRIED, RESTARTED, REPLANNED])
def test_guards_that_do_not_hold(history: History) -> None:
    """A plain job has no edge back."""
    assert not _holds(Obs(history=history))


def test_secondary_that_contradicts_its_history() -> None:
    """The secondary is the status of the last entry."""
    assert not _holds(Obs(q="Starting", history=TWO))


def test_forked_histories() -> None:
    """Two histories of which neither begins the other have no run, in no order."""
    other = (STARTING, ("Downloading", 10, None))

    assert not _holds(Obs(history=TWO), Obs(history=other), order="free")


def test_rewritten_start() -> None:
    """A start that changes has no run, in no order."""
    other = (("Starting", 0, 11), ("Training", 11, 20), ("Uploading", 20, None))

    assert not _holds(Obs(history=TWO), Obs(history=other), order="free")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(30, 40, False), (30, 30, True), (40, 30, True), (None, None, False), (30, None, False)],
)
def test_a_smaller_history_that_arrives_late(
    first: int | None, second: int | None, expected: bool
) -> None:
    """It is a stale read if its LastModifiedTime is not later; without one, arrival orders it."""
    seen = Obs(history=TWO, modified=first), Obs(history=ONE, modified=second)

    assert expected is _holds(*seen)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(30, 40, False), (30, 30, False), (40, 30, True), (None, None, False), (30, None, False)],
)
def test_a_pair_that_arrives_late(first: int | None, second: int | None, expected: bool) -> None:
    """Without histories, arrival decides where LastModifiedTime does not."""
    seen = (
        Obs(p="InProgress", q="Uploading", modified=first),
        Obs(p="InProgress", q="Starting", modified=second),
    )

    assert expected is _holds(*seen)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(30, 40, False), (30, 30, True), (40, 30, True), (None, None, True), (30, None, True)],
)
def test_a_pair_in_free_order(first: int | None, second: int | None, expected: bool) -> None:
    """In free order only two different values of LastModifiedTime order two responses."""
    seen = (
        Obs(p="InProgress", q="Uploading", modified=first),
        Obs(p="InProgress", q="Starting", modified=second),
    )

    assert expected is _holds(*seen, order="free")


def test_a_response_without_a_time_follows_the_latest_before_it() -> None:
    """Absent takes the largest LastModifiedTime that arrived, not the last one."""
    uploading = Obs(p="InProgress", q="Uploading", modified=40)
    starting = Obs(p="InProgress", q="Starting", modified=30)
    starting_again = Obs(p="InProgress", q="Starting")

    assert not _holds(uploading, starting, starting_again)


def test_a_response_without_a_time_that_arrives_first_is_first() -> None:
    """Absent is before every LastModifiedTime if none has arrived."""
    uploading = Obs(p="InProgress", q="Uploading")

    assert not _holds(uploading, Obs(p="InProgress", q="Starting", modified=30))


def test_a_history_and_a_pair_at_one_key_keep_their_arrival() -> None:
    """Only two histories may be swapped at one key."""
    seen = Obs(history=THREE, modified=30), Obs(p="InProgress", q="Training", modified=30)

    assert not _holds(*seen)


def test_order_goes_through_a_pair_between_two_histories() -> None:
    """Two histories at one key with a pair between them cannot be swapped."""
    between = Obs(p="InProgress", q="Training")

    assert not _holds(Obs(history=TWO), between, Obs(history=ONE))


@pytest.mark.parametrize(("modified", "expected"), [(9, False), (10, True), (99, True)])
def test_an_entry_after_last_modified_time(modified: int, expected: bool) -> None:
    """No entry starts after the LastModifiedTime that is read with it."""
    assert expected is _holds(Obs(history=TWO, modified=modified))


@pytest.mark.parametrize(("modified", "expected"), [(9, False), (10, True)])
def test_an_entry_that_another_response_dates(modified: int, expected: bool) -> None:
    """A pair is not read before the entry that shows it, which another response dates."""
    pair = Obs(p="InProgress", q="Training", modified=modified)

    assert expected is _holds(pair, Obs(history=PLAIN, modified=50))


def test_a_pair_that_the_history_skips() -> None:
    """A history has no gaps: what it does not show has not been."""
    pair = Obs(p="InProgress", q="Downloading")

    assert not _holds(pair, Obs(history=PLAIN))


def test_a_pair_after_the_longest_history() -> None:
    """What follows the longest history that was read is free."""
    assert _holds(Obs(history=TWO), Obs(p="Completed", q="Completed"))


@pytest.mark.parametrize(
    ("letters", "accept", "expected"),
    [
        ("InProgress/Starting", "documented", True),
        ("Stopping/Starting", "documented", False),
        ("Stopping/Starting", "recorded", True),
        ("Stopping/Training", "recorded", False),
        ("Stopping/Training", "inferred", True),
        ("InProgress/Restarting", "recorded", False),
        ("InProgress/Restarting", "inferred", True),
        ("Deleting/Completed", "recorded", False),
        ("Deleting/Completed", "inferred", True),
        ("InProgress/LaunchingMLInstances", "inferred", False),
        ("InProgress/LaunchingMLInstances", "deprecated", True),
    ],
)
def test_evidence_that_is_not_accepted(letters: str, accept: str, expected: bool) -> None:
    """A pair that only weaker evidence shows is none."""
    assert expected is _holds(*_pairs(letters), accept=accept)


@pytest.mark.parametrize(("accept", "expected"), [("inferred", False), ("deprecated", True)])
def test_retired_pair_needs_the_weakest_evidence(accept: str, expected: bool) -> None:
    """Stopped while interrupted is a statement that was withdrawn."""
    assert expected is _holds(*_pairs("Stopped/Interrupted"), spot=True, accept=accept)


@pytest.mark.parametrize(("accept", "expected"), [("recorded", False), ("inferred", True)])
def test_ways_back_that_only_weak_evidence_shows(accept: str, expected: bool) -> None:
    """A plain job goes back from training only over the inferred status Restarting."""
    back = _pairs("InProgress/Training", "InProgress/Starting")

    assert expected is _holds(*back, accept=accept)


def test_the_run_shows_each_observation_at_its_place() -> None:
    """The run that is found explains what it was asked to explain."""
    seen = (Obs(history=TWO, modified=30), Obs(history=ONE, modified=20))
    run = consistent(seen, spot=False, retry=0)

    assert run is not None
    assert [TWO, ONE] == [run.moments[place].history for place in run.places]
