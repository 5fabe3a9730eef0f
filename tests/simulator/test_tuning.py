"""Tuning jobs: their children are training jobs, and their counters are theirs."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

import trainstate
from tests.simulator.test_refusals import TUNING
from trainstate.simulator import Simulation, on_demand, simulate

PLAIN = on_demand().then_completed()
NAME = {"HyperParameterTuningJobName": "t"}


def tuned(sm: Simulation, **limits: Any) -> Any:
    """A client that has created a tuning job of seven children, two at once."""
    client = sm.client()
    config = TUNING["HyperParameterTuningJobConfig"]
    most = {"MaxNumberOfTrainingJobs": 7, "MaxParallelTrainingJobs": 2, **limits}
    client.create_hyper_parameter_tuning_job(
        **{**TUNING, "HyperParameterTuningJobConfig": {**config, "ResourceLimits": most}}
    )
    return client


def children(client: Any, **params: Any) -> list[dict[str, Any]]:
    """All children, page by page."""
    operation = "list_training_jobs_for_hyper_parameter_tuning_job"
    pages = client.get_paginator(operation).paginate(**NAME, **params)
    return [job for page in pages for job in page["TrainingJobSummaries"]]


def test_children_have_legal_lives_and_are_never_too_many() -> None:
    """At every moment the counters are the children's, and no more than two are active."""
    seen, counted, most = [], [], 0
    described: dict[str, Any] = {}
    with simulate(7) as sm:
        client = tuned(sm)
        for _ in range(200):
            jobs = children(client)
            described = client.describe_hyper_parameter_tuning_job(**NAME)
            counts = described["TrainingJobStatusCounters"]
            active = sum(j["TrainingJobStatus"] in ("InProgress", "Stopping") for j in jobs)
            counted.append(counts["InProgress"] == active and sum(counts.values()) == len(jobs))
            most = max(most, active)
            names = [job["TrainingJobName"] for job in jobs]
            seen += [client.describe_training_job(TrainingJobName=name) for name in names]
            if described["HyperParameterTuningJobStatus"] != "InProgress":
                break
            sm.clock.advance("5m")

    assert 2 == most
    assert all(counted)
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)
    assert {described["HyperParameterTuningJobArn"]} == {job["TuningJobArn"] for job in seen}


def test_the_best_child_is_the_one_with_the_best_objective() -> None:
    """All seven complete; the least loss wins; hyperparameters are within their ranges."""
    with simulate(PLAIN) as sm:
        client = tuned(sm)
        sm.clock.advance("10h")
        said = client.describe_hyper_parameter_tuning_job(**NAME)
        jobs = children(client, SortBy="FinalObjectiveMetricValue")
        listed = client.list_hyper_parameter_tuning_jobs(StatusEquals="Completed")

    assert "Completed" == said["HyperParameterTuningJobStatus"]
    assert 7 == said["ObjectiveStatusCounters"]["Succeeded"] == len(jobs)
    assert said["BestTrainingJob"] == jobs[0]
    assert all(1 <= int(job["TunedHyperParameters"]["n"]) <= 9 for job in jobs)
    assert ["t"] == [
        row["HyperParameterTuningJobName"] for row in listed["HyperParameterTuningJobSummaries"]
    ]


def test_it_is_the_same_in_one_leap_and_in_small_steps() -> None:
    """When children end and begin does not depend on who looks, or when."""
    lives = []
    for step in ("1m", "50m"):
        with simulate(PLAIN) as sm:
            tuned(sm)
            for _ in range(200 if step == "1m" else 4):
                sm.clock.advance(step)
            lives.append([(r.name, r.created, r.ended) for r in sm.service.records()])

    assert lives[0] == lives[1]


def test_children_take_over_a_warm_pool_when_it_is_there() -> None:
    """Not before the end of its job, however large the leap; as in small steps."""
    lives = []
    resources = {**PLAIN.request("job")["ResourceConfig"], "KeepAlivePeriodInSeconds": 3_000}
    for step in ("1m", "200m"):
        with simulate(PLAIN) as sm:
            client = tuned(sm)
            for number in range(1, 6):
                sm.clock.advance("2m")
                name = f"warm-{number}"
                client.create_training_job(**PLAIN.request(name, ResourceConfig=resources))
            for _ in range(200 if step == "1m" else 1):
                sm.clock.advance(step)
            records = sm.service.records()
            seen = [client.describe_training_job(TrainingJobName=r.name) for r in records]
        lives.append([(r.name, r.modified, r.fields.get("WarmPoolStatus")) for r in records])
        assert "CONSISTENT" == str(trainstate.check(seen).verdict)

    assert lives[0] == lives[1]
    assert [] != [pool for _, _, pool in lives[0] if pool and "ReusedByJob" in pool]


def test_a_stop_stops_the_children() -> None:
    """No new ones begin; it is stopped when they are."""
    with simulate(PLAIN) as sm:
        client = tuned(sm)
        sm.clock.advance("3m")
        client.stop_hyper_parameter_tuning_job(**NAME)
        stopping = client.describe_hyper_parameter_tuning_job(**NAME)
        sm.clock.advance("1h")
        stopped = client.describe_hyper_parameter_tuning_job(**NAME)
        with pytest.raises(ClientError, match="in status Stopped"):
            client.stop_hyper_parameter_tuning_job(**NAME)

    assert ["Stopping", "Stopped"] == [
        said["HyperParameterTuningJobStatus"] for said in (stopping, stopped)
    ]
    assert 2 == stopped["TrainingJobStatusCounters"]["Stopped"]


def test_the_limit_of_its_run_time_stops_it() -> None:
    """In one leap as in small steps."""
    with simulate(PLAIN) as sm:
        client = tuned(sm, MaxRuntimeInSeconds=700)
        sm.clock.advance("10h")
        said = client.describe_hyper_parameter_tuning_job(**NAME)

    assert "Stopped" == said["HyperParameterTuningJobStatus"]
    assert 7 > sum(said["TrainingJobStatusCounters"].values()) >= 2


def test_it_fails_where_no_child_succeeds() -> None:
    """With a reason, and no best child."""
    with simulate(on_demand().then_failed()) as sm:
        client = tuned(sm)
        sm.clock.advance("10h")
        said = client.describe_hyper_parameter_tuning_job(**NAME)

    assert ("Failed", True) == (said["HyperParameterTuningJobStatus"], "FailureReason" in said)
    assert "BestTrainingJob" not in said


def test_a_tuning_job_is_there_once_and_has_tags() -> None:
    """A second one of its name is refused; tags go to the children."""
    with simulate(PLAIN) as sm:
        client = tuned(sm)
        with pytest.raises(ClientError, match="ResourceInUse"):
            tuned(sm)
        arn = client.describe_hyper_parameter_tuning_job(**NAME)["HyperParameterTuningJobArn"]
        client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
        sm.clock.advance("20m")
        last = max(children(client), key=lambda job: job["CreationTime"])

        assert [{"Key": "team", "Value": "a"}] == client.list_tags(
            ResourceArn=last["TrainingJobArn"]
        )["Tags"]


def test_a_deleted_tuning_job_leaves_its_children() -> None:
    """Its entry is gone and its name is free; an active one is not deleted."""
    with simulate(PLAIN) as sm:
        client = tuned(sm)
        with pytest.raises(ClientError, match="in status InProgress"):
            client.delete_hyper_parameter_tuning_job(**NAME)
        sm.clock.advance("10h")
        names = [job["TrainingJobName"] for job in children(client)]
        client.delete_hyper_parameter_tuning_job(**NAME)
        with pytest.raises(ClientError, match="not found"):
            client.describe_hyper_parameter_tuning_job(**NAME)
        left = {client.describe_training_job(TrainingJobName=n)["TrainingJobStatus"] for n in names}
        tuned(sm)

    assert {"Completed"} == left
