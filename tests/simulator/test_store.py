"""What was acknowledged is there after a restart, even after the process was killed."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

import trainstate
from tests.served import Connect, Serve, clock_of
from trainstate.errors import InputError, UsageError
from trainstate.simulator import Store, VirtualClock, on_demand, simulate, spot


def described(client: Any, name: str) -> dict[str, Any]:
    response: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
    response.pop("ResponseMetadata")
    return response


def test_a_forgotten_store_is_closed() -> None:
    """Python 3.13 warns of a database that is collected while it is open."""
    store = Store()
    base = store._base
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        base.execute("select 1")


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    """Records, plans, tags and the clock are what they were; what was to come still comes."""
    scenario = spot().interrupted().then_completed()
    rule = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": "rules:1"}
    seen = []
    with simulate(scenario, store=Store(tmp_path / "jobs.db")) as sm:
        client = sm.client()
        client.create_training_job(**scenario.request("job", DebugRuleConfigurations=[rule]))
        client.create_training_job(**scenario.request("gone"))
        sm.clock.advance("8m")
        client.stop_training_job(TrainingJobName="gone")
        before = described(client, "job")
        seen.append(before)
    with simulate(
        store=Store(tmp_path / "jobs.db"), clock=VirtualClock("2030-01-01T00:00:00Z")
    ) as sm:
        client = sm.client()
        after = described(client, "job")
        sm.clock.advance("1h")
        seen.extend([after, described(client, "job")])
        stopped = described(client, "gone")["TrainingJobStatus"]

    assert before == after
    assert "Completed" == seen[-1]["TrainingJobStatus"]
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)
    assert "Stopped" == stopped


def test_a_warm_pool_outlives_a_restart(tmp_path: Path) -> None:
    """Instances that wait for another job are what they were; nobody has changed their row."""
    scenario = on_demand().then_completed()
    resources = {"ResourceConfig": {**scenario.request("job")["ResourceConfig"]}}
    resources["ResourceConfig"]["KeepAlivePeriodInSeconds"] = 3_600
    with simulate(scenario, store=Store(tmp_path / "jobs.db")) as sm:
        sm.client().create_training_job(**scenario.request("job", **resources))
        sm.clock.advance("20m")
        before = described(sm.client(), "job")
    with simulate(store=Store(tmp_path / "jobs.db")) as sm:
        after = described(sm.client(), "job")

    assert "Available" == before["WarmPoolStatus"]["Status"]
    assert before == after


def test_another_file_is_no_store(tmp_path: Path) -> None:
    """It is an error of ours, and the file stays as it was."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and long enough to look at" * 50)
    with pytest.raises(InputError, match="cannot be used as a store"):
        Store(path)

    assert path.read_text().startswith("not a database")


def test_a_kill_loses_nothing_that_was_acknowledged(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    """Four clients create and stop jobs until the server is killed; then all of it is there."""
    options = ("--speed", "1", "--store", str(tmp_path / "jobs.db"))
    url, process = serve(*options)
    created: list[str] = []
    stopped: list[str] = []
    seen: list[dict[str, Any]] = []

    def load(worker: int, client: Any) -> None:
        for number in range(10_000):
            name = f"job-{worker}-{number}"
            try:
                client.create_training_job(**on_demand().request(name))
                created.append(name)
                if number % 2:
                    client.stop_training_job(TrainingJobName=name)
                    stopped.append(name)
                seen.append(described(client, name))
            except (BotoCoreError, ClientError):
                return

    threads = [threading.Thread(target=load, args=(worker, connect(url))) for worker in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    process.kill()
    for thread in threads:
        thread.join()
    client = connect(serve(*options)[0])
    after = {name: described(client, name) for name in created}

    assert len(created) > 20
    assert [] == [name for name in stopped if after[name]["TrainingJobStatus"] == "InProgress"]
    assert "CONSISTENT" == str(trainstate.check([*seen, *after.values()]).verdict)


def test_a_name_that_was_deleted_and_taken_again_is_kept(tmp_path: Path) -> None:
    """What goes from the store is the old job, not the new one of its name."""
    plain = on_demand().then_completed()
    with simulate(plain, store=Store(tmp_path / "jobs.db")) as sm:
        client = sm.client()
        for name in ("again", "gone"):
            client.create_training_job(**plain.request(name))
        sm.clock.advance("1h")
        for name in ("again", "gone"):
            client.delete_training_job(TrainingJobName=name)
        sm.clock.advance("1m")
        client.create_training_job(**plain.request("again"))
    store = Store(tmp_path / "jobs.db")
    kept = list(store.every("training-job"))
    store.close()

    assert ["again"] == [job.record.name for job in kept]
    assert kept[0].record.ended is None


def test_a_change_that_cannot_be_stored_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gets an error, nobody hears of the job, and it is not there."""
    store, told = Store(tmp_path / "jobs.db"), []

    def full(_setting: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with simulate(store=store) as sm:
        sm.service.listen(lambda _before, after: told.append(after))
        client = sm.client()
        with monkeypatch.context() as patched:
            patched.setattr(store, "commit", full)
            with pytest.raises(ClientError, match="InternalFailure"):
                client.create_training_job(**on_demand().request("job"))

        assert () == sm.service.records()
        assert [] == told


def test_time_never_goes_back_across_restarts(serve: Serve, tmp_path: Path) -> None:
    """Whatever the speeds were, and whether the server was killed or asked to end."""
    shown = []
    for speed in ("600", "0", "1", "0", "3000"):
        url, process = serve("--speed", speed, "--store", str(tmp_path / "jobs.db"))
        for _ in range(3):
            shown.append(clock_of(url))
            time.sleep(0.1)
        process.kill() if speed != "1" else process.terminate()
        process.wait()

    assert sorted(shown) == shown


def test_an_advance_in_a_process_is_kept(tmp_path: Path) -> None:
    """A restart begins where the first process was, though nothing was asked meanwhile."""
    with simulate(store=Store(tmp_path / "jobs.db")) as sm:
        sm.clock.advance("10h")
        then = sm.clock.now
        sm.service.store.close()  # as a kill does it: nothing more is committed
    with simulate(store=Store(tmp_path / "jobs.db")) as sm:
        assert then <= sm.clock.now


def test_what_others_have_changed_is_refused(tmp_path: Path) -> None:
    """In one sentence; another's base is not written to."""
    path, other = tmp_path / "jobs.db", tmp_path / "other.db"
    with simulate(store=Store(path)) as sm:
        sm.client().create_training_job(**on_demand().request("job"))
    for file, text in ((path, "update item set status = 'Gone'"), (other, "create table t (x)")):
        base = sqlite3.connect(file)
        base.execute(text)
        base.commit()
        base.close()
    before = other.read_bytes()

    with pytest.raises(InputError, match="'job' was changed by others"):
        Store(path)
    with pytest.raises(InputError, match="not one of this program's"):
        Store(other)
    assert before == other.read_bytes()


@pytest.mark.parametrize("by", [1e12, 3e11, 1e400, -1, 10**30, "1e999s", "99999999d"])
def test_an_advance_beyond_the_calendar_poisons_nothing(tmp_path: Path, by: float | str) -> None:
    """It is refused, and the store goes on, before a restart and after it."""
    for _ in range(2):
        with simulate(store=Store(tmp_path / "jobs.db")) as sm:
            with pytest.raises(UsageError):
                sm.clock.advance(by)
            sm.clock.advance("36500d")
            assert [] == sm.client().list_training_jobs()["TrainingJobSummaries"]
