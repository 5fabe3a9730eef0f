"""A server that is killed again and again has lost nothing of what it had acknowledged."""

from __future__ import annotations

import json
import os
import random
import threading
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from attrs import define, field
from botocore.exceptions import BotoCoreError, ClientError

import trainstate
from tests.served import Connect, Serve, clock_of
from tests.simulator.test_refusals import TUNING
from trainstate.simulator import on_demand

# Each kill takes nine seconds, most of them for two starts of the server.
KILLS = 20 if os.environ.get("TRAINSTATE_PEERS") == "all" else 6
BROKEN = (BotoCoreError, OSError, ValueError)
"""What a client gets of a server that is gone."""

Members = dict[str, Any]


@define
class Client:
    """A client that remembers what was acknowledged, over all lives of the server.

    What was asked for and not acknowledged may have happened, or not: jobs that were to be
    deleted are in ``doomed`` before, and in ``gone`` after the answer.
    """

    sm: Any = None
    url: str = ""
    jobs: list[str] = field(factory=list)
    stopped: set[str] = field(factory=set)
    tagged: dict[str, str] = field(factory=dict)
    asked: dict[str, int] = field(factory=dict)
    kept: dict[str, int] = field(factory=dict)
    doomed: set[str] = field(factory=set)
    gone: set[str] = field(factory=set)
    tunings: dict[str, set[str]] = field(factory=dict)
    halted: set[str] = field(factory=set)
    seen: list[Members] = field(factory=list)
    clocks: list[datetime] = field(factory=list)

    def create(self, name: str) -> None:
        self.sm.create_training_job(**on_demand().then_completed().request(name))
        self.jobs.append(name)

    def stop(self, name: str) -> None:
        self.sm.stop_training_job(TrainingJobName=name)
        self.stopped.add(name)

    def update(self, name: str, period: int) -> None:
        self.asked[name] = period
        self.sm.update_training_job(
            TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": period}
        )
        self.kept[name] = period

    def tag(self, name: str, value: str) -> None:
        self.sm.add_tags(ResourceArn=arn_of(name), Tags=[{"Key": "team", "Value": value}])
        self.tagged[name] = value

    def delete(self, name: str) -> None:
        self.doomed.add(name)
        self.sm.delete_training_job(TrainingJobName=name)
        self.gone.add(name)

    def tune(self, name: str) -> None:
        self.sm.create_hyper_parameter_tuning_job(**{**TUNING, "HyperParameterTuningJobName": name})
        self.tunings[name] = set()

    def halt(self, name: str) -> None:
        self.sm.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        self.halted.add(name)

    def advance(self, by: str) -> None:
        body, kind = json.dumps({"advance": by}).encode(), {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.url}/_trainstate/clock", body, kind), timeout=10) as reply:
            self.clocks.append(datetime.fromisoformat(json.loads(reply.read())["now"]))

    def step(self, chance: random.Random, number: int) -> None:
        """One request, of any kind; one that the status of a job or pool refuses is none."""
        name = f"job-{number}"
        self.clocks.append(clock_of(self.url))
        acts = [lambda: self.create(name)] * 4
        if left := [job for job in self.jobs if job not in self.doomed]:
            job = chance.choice(left)
            acts += [lambda: self.stop(job), lambda: self.update(job, number % 3_600)]
            acts += [lambda: self.delete(job), lambda: self.tag(job, name)]
            acts += [lambda: self.advance(chance.choice(["1s", "3m"]))]
        tuning = f"tuning-{number}"
        acts.append(lambda: self.tune(tuning))
        if running := sorted(self.tunings.keys() - self.halted):
            acts.append(lambda: self.halt(chance.choice(running)))
        try:
            chance.choice(acts)()
        except ClientError as refusal:
            said = str(refusal)
            assert "status" in said or "warm pool" in said, said

    def look(self) -> None:
        """Asserts that all of it is there."""
        self.clocks.append(clock_of(self.url))
        for name in self.jobs:
            self._look_at(name)
        for name in self.tunings:
            told = {"HyperParameterTuningJobName": name}
            tuning = self.sm.describe_hyper_parameter_tuning_job(**told)
            children = self.sm.list_training_jobs_for_hyper_parameter_tuning_job(**told)
            names = {child["TrainingJobName"] for child in children["TrainingJobSummaries"]}
            counted = tuning["TrainingJobStatusCounters"]
            assert self.tunings[name] <= names
            assert len(names) == sum(counted.values())
            assert name not in self.halted or tuning["HyperParameterTuningJobStatus"] in (
                *("Stopping", "Stopped"),
            )
            self.tunings[name] |= names

    def _look_at(self, name: str) -> None:
        try:
            response = self.sm.describe_training_job(TrainingJobName=name)
        except ClientError as refusal:
            assert "not found" in str(refusal)  # noqa: PT017 - nothing else is refused
            assert name in self.doomed
            return
        self.seen.append({k: v for k, v in response.items() if k != "ResponseMetadata"})
        status = response["TrainingJobStatus"]
        assert name not in self.gone or status == "Deleting"
        assert name not in self.stopped or status != "InProgress"
        period = response["ResourceConfig"].get("KeepAlivePeriodInSeconds")
        assert period in (self.kept.get(name), self.asked.get(name))
        tags = self.sm.list_tags(ResourceArn=response["TrainingJobArn"])["Tags"]
        assert name not in self.tagged or tags


def arn_of(name: str) -> str:
    """The ARN of a job."""
    return f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}"


@pytest.mark.slow
def test_kills_lose_nothing(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    """Nothing acknowledged is lost, and time never goes back, whatever was asked for meanwhile.

    Jobs are created, stopped, updated, tagged and deleted, tuning jobs are created and stopped,
    the clock is advanced, in an order by chance. Each time the server is killed in the midst of
    it and begins anew with another speed; then everything is looked at.
    """
    client, chance, number = Client(), random.Random(7), 0
    for kill in range(KILLS):
        speed = str((0, 1, 60)[kill % 3])
        client.url, process = serve("--speed", speed, "--store", str(tmp_path / "jobs.db"))
        client.sm = connect(client.url)
        client.look()
        killer = threading.Timer(0.3 + chance.random() / 2, process.kill)
        killer.start()
        try:
            while True:
                number += 1
                client.step(chance, number)
        except BROKEN:
            killer.join()
            process.wait()
    client.url, _ = serve("--speed", "1", "--store", str(tmp_path / "jobs.db"))
    client.sm = connect(client.url)
    client.look()

    told = (client.stopped, client.kept, client.tagged, client.gone, client.tunings, client.halted)
    assert [] == [each for each in told if len(each) < KILLS // 6]
    assert sorted(client.clocks) == client.clocks
    report = trainstate.check(client.seen)
    assert "CONSISTENT" == str(report.verdict), report.findings[:3]
