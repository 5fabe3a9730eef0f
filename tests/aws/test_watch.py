"""Watching over real HTTP with real boto3: whatever happens on the way, the end is told."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError

from tests.lives import COMPLETED, FAILED, STOPPED, life, poll
from tests.service import BROKEN, CUT, DENIED, ENDED, EXPIRED, HANG, MISSING, THROTTLED, Service
from tests.watched import WHOLE, passed
from trainstate.aws import (
    AccessError,
    Fault,
    JobFailed,
    JobNotFound,
    Pace,
    ServiceError,
    Timing,
    WatchLimits,
    WatchTimeout,
    fault_of,
    stop_job,
    wait,
    watch,
)
from trainstate.errors import UsageError
from trainstate.track import BOTOCORE, STRICT, Action, Outcome, Tracker


def test_a_watch_tells_every_status_to_the_end(service: Service, hours: Any) -> None:
    """Each status is told once, in order."""
    service.jobs["job-1"] = life(*COMPLETED)

    assert WHOLE == passed(watch(service.client(), "job-1", clock=hours.clock))


def test_a_watch_tells_what_no_poll_saw(service: Service, hours: Any) -> None:
    """A job that ends between two polls is told from its history."""
    service.jobs["job-1"] = [poll("Starting"), poll(*COMPLETED)]

    assert WHOLE == passed(watch(service.client(), "job-1", clock=hours.clock))


@pytest.mark.parametrize("fault", [THROTTLED, BROKEN, EXPIRED, CUT, HANG, MISSING])
def test_a_passing_fault_loses_nothing(
    service: Service, hours: Any, fault: tuple[int, dict[str, Any]]
) -> None:
    """Throttling, 5xx, timeouts, cut connections and expired credentials are waited out."""
    service.jobs["job-1"] = life(*COMPLETED)
    seen = iter([(200, poll("Starting")), fault, (200, poll("Starting", "Downloading"))])
    service.plan = list(seen)
    client = service.client(read_timeout=0.5)

    assert WHOLE == passed(watch(client, "job-1", clock=hours.clock))


def test_a_watch_is_logged(service: Service, hours: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The logger of the package tells each new state, and each call that failed."""
    service.jobs["job-1"] = life(*COMPLETED)
    service.plan = [(200, poll("Starting")), THROTTLED]
    caplog.set_level(logging.INFO, "trainstate")
    passed(watch(service.client(), "job-1", clock=hours.clock))

    told = [record.getMessage() for record in caplog.records]
    assert ["job-1: InProgress/Starting", "job-1: Completed/Completed"] == [told[0], told[-1]]
    assert told[1].startswith("job-1: call 1 in a row failed: ")


def test_faults_are_waited_out_ever_longer(service: Service, hours: Any) -> None:
    """The delay doubles with each fault in a row, up to the longest."""
    service.jobs["job-1"] = [poll(*COMPLETED)]
    service.plan = [THROTTLED] * 5
    pace = Pace(shortest=1, longest=8)
    list(watch(service.client(), "job-1", clock=hours.clock, pace=pace))

    assert [1, 2, 4, 8, 8] == hours.sleeps


def test_a_quiet_job_is_polled_ever_less(service: Service, hours: Any) -> None:
    """The delay grows with the time that nothing has changed, and is short after a change."""
    training = poll("Starting", "Training")
    service.plan = [(200, training)] * 60 + [(200, poll("Starting", "Training", "Uploading"))]
    service.jobs["job-1"] = [poll("Starting", "Training", "Uploading", "Completed")]
    list(watch(service.client(), "job-1", clock=hours.clock))

    assert (5.0, 60.0, 5.0) == (hours.sleeps[0], max(hours.sleeps), hours.sleeps[-1])


def test_jitter_takes_a_part_of_the_delay(service: Service, hours: Any) -> None:
    """Two watchers with different chances do not ask at the same time."""
    service.jobs["job-1"] = [poll("Starting"), poll(*COMPLETED)]
    clock = Timing(now=hours.clock.now, sleep=hours.sleep, chance=lambda: 0.5)
    list(watch(service.client(), "job-1", clock=clock, pace=Pace(jitter=0.4)))

    assert [4.0] == hours.sleeps


def test_expired_credentials_are_renewed(service: Service, hours: Any) -> None:
    """The client that renew gives is used from then on."""
    service.jobs["job-1"] = [poll(*COMPLETED)]
    service.plan = [EXPIRED]
    fresh: list[Any] = []

    def renew() -> Any:
        fresh.append(service.client())
        return fresh[-1]

    updates = list(watch(service.client(), "job-1", clock=hours.clock, renew=renew))

    assert (1, WHOLE) == (len(fresh), passed(updates))


@pytest.mark.parametrize(
    ("fault", "error"), [(EXPIRED, AccessError), (BROKEN, ServiceError), (DENIED, AccessError)]
)
def test_a_fault_that_stays_is_an_error(
    service: Service, hours: Any, fault: Any, error: type[Exception]
) -> None:
    """What does not pass within the patience, or never will, is raised by what it means."""
    service.plan = [fault] * 100

    with pytest.raises(error, match="job-1"):
        list(watch(service.client(), "job-1", clock=hours.clock, limits=WatchLimits(patience=60)))


def test_a_job_that_never_was_is_an_error(service: Service, hours: Any) -> None:
    """A name that the service does not know within the grace is not waited for."""
    with pytest.raises(JobNotFound, match="check the name"):
        list(watch(service.client(), "job-1", clock=hours.clock))


def test_a_job_that_is_not_known_yet_is_waited_for(service: Service, hours: Any) -> None:
    """A job just created may not be found at first."""
    service.jobs["job-1"] = [poll(*COMPLETED)]
    service.plan = [MISSING]

    assert WHOLE == passed(watch(service.client(), "job-1", clock=hours.clock))


def test_a_job_that_is_deleted_midway_ends_the_watch(service: Service, hours: Any) -> None:
    """Once the record is gone, the outcome is that it was deleted."""
    service.plan = [(200, poll("Starting")), MISSING, MISSING]
    updates = list(watch(service.client(), "job-1", clock=hours.clock))

    assert [Outcome.RUNNING, Outcome.DELETED] == [update.outcome for update in updates]


def test_a_name_that_is_used_again_ends_the_watch(service: Service, hours: Any) -> None:
    """Another job under the name is not taken for the one that was watched."""
    service.jobs["job-1"] = [poll("Starting"), poll("Starting", born=1_700_009_999.0)]
    tracker = Tracker(job="job-1")
    list(watch(service.client(), "job-1", clock=hours.clock, tracker=tracker))

    assert (Outcome.DELETED, 1) == (tracker.outcome, len(tracker.epochs))


def test_a_watch_ends_when_the_time_is_over(service: Service, hours: Any) -> None:
    """The error says where the job is, and that it goes on."""
    service.jobs["job-1"] = [poll("Starting")]

    with pytest.raises(WatchTimeout, match="InProgress/Starting"):
        list(watch(service.client(), "job-1", clock=hours.clock, limits=WatchLimits(total=100)))


def test_a_watch_ends_on_request(service: Service, hours: Any) -> None:
    """A set stop ends the watch after the update that is at hand."""
    service.jobs["job-1"] = life(*COMPLETED)
    stop = threading.Event()
    updates = []
    for update in watch(service.client(), "job-1", clock=hours.clock, stop=stop):
        updates.append(update)
        stop.set()

    assert ["InProgress/Starting"] == passed(updates)


def test_a_stop_ends_the_sleep(service: Service) -> None:
    """A watch that sleeps on the real clock wakes up when it is stopped."""
    service.jobs["job-1"] = [poll("Starting")]
    stop = threading.Event()
    timer = threading.Timer(0.2, stop.set)
    updates = []
    for update in watch(service.client(), "job-1", stop=stop):
        updates.append(update)
        timer.start()
    timer.join()

    assert ["InProgress/Starting"] == passed(updates)


def test_a_restored_tracker_is_gone_on_with(service: Service, hours: Any) -> None:
    """What was told before is not told again."""
    tracker = Tracker(job="job-1")
    tracker.observe(poll("Starting", "Downloading"))
    service.jobs["job-1"] = [poll(*COMPLETED)]
    restored = Tracker.from_json(tracker.to_json())

    assert WHOLE[2:] == passed(
        watch(service.client(), "job-1", clock=hours.clock, tracker=restored)
    )


@pytest.mark.parametrize(
    ("statuses", "policy", "action"),
    [
        (COMPLETED, STRICT, Action.DONE),
        (STOPPED, BOTOCORE, Action.DONE),
        (STOPPED, STRICT.but({"stopped-by-user": "retry"}), Action.RETRY),
    ],
)
def test_a_wait_says_what_the_policy_wants(
    service: Service, hours: Any, statuses: tuple[str, ...], policy: Any, action: Action
) -> None:
    """The action is the policy's for the outcome."""
    service.jobs["job-1"] = life(*statuses)

    assert action is wait(service.client(), "job-1", policy=policy, clock=hours.clock).action


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [(STOPPED, Outcome.STOPPED_BY_USER), (FAILED, Outcome.FAILED)],
)
def test_a_wait_raises_what_the_policy_calls_an_error(
    service: Service, hours: Any, statuses: tuple[str, ...], outcome: Outcome
) -> None:
    """The error has the outcome."""
    service.jobs["job-1"] = life(*statuses)

    with pytest.raises(JobFailed, match=str(outcome)) as raised:
        wait(service.client(), "job-1", clock=hours.clock)

    assert outcome is raised.value.outcome


def test_a_wait_for_an_ended_job_asks_nobody(service: Service) -> None:
    """A tracker that knows the end is enough."""
    tracker = Tracker()
    tracker.observe(poll(*COMPLETED))

    assert Action.DONE is wait(service.client(), "job-1", tracker=tracker).action
    assert [] == service.calls


def test_a_wait_may_outlast_the_end(service: Service, hours: Any) -> None:
    """Where the policy has nothing to do about an end, the wait ends with it all the same."""
    service.jobs["job-1"] = life(*STOPPED)
    patient = STRICT.but({"stopped-by-user": "wait"})
    ended = wait(service.client(), "job-1", policy=patient, clock=hours.clock)

    assert (Action.WAIT, Outcome.STOPPED_BY_USER) == (ended.action, ended.outcome)


def test_an_error_of_our_own_is_not_waited_out(hours: Any) -> None:
    """A client that gives another job's response is a mix-up, and no fault of the service."""

    class Client:
        def describe_training_job(self, **_: Any) -> dict[str, Any]:
            raise UsageError("mine")

    with pytest.raises(UsageError, match="mine"):
        list(watch(Client(), "job-1", clock=hours.clock))


def test_a_response_without_a_creation_time_is_followed(hours: Any) -> None:
    """A simulator that leaves it out, or writes nonsense, has no reused names."""
    answers = [poll("Starting"), poll("Starting"), poll(*COMPLETED)]
    del answers[0]["CreationTime"]
    answers[1]["CreationTime"] = "yesterday"

    class Client:
        def describe_training_job(self, **_: Any) -> dict[str, Any]:
            return answers.pop(0)

    assert WHOLE == passed(watch(Client(), "job-1", clock=hours.clock))


def signed(message: str) -> ClientError:
    error = {"Code": "InvalidSignatureException", "Message": message}
    return ClientError({"Error": error}, "Describe")


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (CredentialRetrievalError(provider="p", error_msg="m"), Fault.EXPIRED),
        (ConnectionResetError(), Fault.TRANSIENT),
        (KeyError("x"), Fault.FATAL),
        (ClientError({"Error": {"Code": "Weird"}}, "Describe"), Fault.FATAL),
        (signed("Signature expired: 20260312T08Z is now earlier than 09Z"), Fault.TRANSIENT),
        (signed("Signature not yet current: 20260312T10Z is still later"), Fault.TRANSIENT),
        (signed("The request signature we calculated does not match"), Fault.FATAL),
        (
            ClientError({"ResponseMetadata": {"HTTPStatusCode": 429}}, "Describe"),
            Fault.THROTTLED,
        ),
    ],
)
def test_errors_are_sorted_by_what_to_do(error: Exception, fault: Fault) -> None:
    """Wait, renew, or give up."""
    assert fault is fault_of(error)


def test_a_stop_is_asked_for_once_or_twice(service: Service) -> None:
    """A job that has ended before is no error."""
    service.plan = [(200, {}), ENDED]
    client = service.client()

    assert (True, False) == (stop_job(client, "job-1"), stop_job(client, "job-1"))


def test_a_refused_stop_is_an_error(service: Service) -> None:
    """What is not about the job's status is raised as it is."""
    service.plan = [DENIED]

    with pytest.raises(Exception, match="AccessDenied"):
        stop_job(service.client(), "job-1")


@pytest.mark.parametrize("how", [{"shortest": 0}, {"shortest": 9, "longest": 3}])
def test_a_pace_that_makes_no_sense_is_refused(how: dict[str, float]) -> None:
    """Delays are above zero, and the longest is the longest."""
    with pytest.raises(UsageError):
        Pace(**how)
