"""A tuning job and its training jobs in one recording: what it counts is what they show."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import trainstate
from tests.simulator.test_tuning import NAME, children, tuned
from trainstate.cli import main
from trainstate.simulator import on_demand, simulate

ENDS = {"Completed": "Completed", "NonRetryableError": "Failed", "Stopped": "Stopped"}
EXAMPLES = resources.files("trainstate.data") / "examples"


def lines(name: str) -> list[dict[str, Any]]:
    text = (EXAMPLES / f"{name}.ndjson").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


*KIDS, TUNING = lines("counted-children")


def family(counts: dict[str, int], shown: dict[str, int]) -> list[dict[str, Any]]:
    """A tuning job with these counters, and as many children of each end."""
    ends = [ENDS[counter] for counter, count in shown.items() for _ in range(count)]
    kids = [
        {
            **KIDS[0],
            "TrainingJobName": (name := f"tern-{number:03d}-0000000a"),
            "TrainingJobArn": KIDS[0]["TrainingJobArn"].rpartition("/")[0] + f"/{name}",
            "TrainingJobStatus": end,
        }
        for number, end in enumerate(ends)
    ]
    counters = {**TUNING["TrainingJobStatusCounters"], **counts, "RetryableError": 0}
    return [*kids, {**TUNING, "TrainingJobStatusCounters": counters}]


def codes(records: list[dict[str, Any]]) -> list[str]:
    return [found.code for found in trainstate.check(records, select=["TS614"])]


NUMBERS = st.fixed_dictionaries({counter: st.integers(0, 4) for counter in ENDS})


@given(NUMBERS, NUMBERS, st.randoms())
def test_a_job_counts_at_least_what_is_seen(
    counts: dict[str, int], shown: dict[str, int], chance: Any
) -> None:
    """One finding for each counter that is too small, in any order; the rest may be unseen."""
    records = family(counts, shown)
    chance.shuffle(records)

    assert sum(counts[one] < shown[one] for one in ENDS) == len(codes(records))


def test_a_job_of_another_account_is_no_child() -> None:
    """Neither is one whose name has another form, or whose parent still runs."""
    records = family({"Completed": 0}, {"Completed": 1})
    foreign = {**records[0], "TrainingJobArn": records[0]["TrainingJobArn"].replace("1234", "9876")}
    own = {**records[0], "TrainingJobName": "tern-best"}
    own["TrainingJobArn"] = own["TrainingJobArn"].rpartition("/")[0] + "/tern-best"
    same = {**own, "TrainingJobName": "tern"}
    same["TrainingJobArn"] = own["TrainingJobArn"].rpartition("/")[0] + "/tern"
    running = {**records[1], "HyperParameterTuningJobStatus": "InProgress"}

    assert ["TS614"] == codes(records)
    assert [] == codes([foreign, records[1]]) + codes([own, records[1]]) + codes(records[:1])
    assert [] == codes([records[0], running]) + codes([same, records[1]])


@pytest.mark.parametrize("workers", ["2", "3"])
def test_several_processes_find_the_same(tmp_path: Path, workers: str) -> None:
    """A job goes to the process that judges the one which began it."""
    path = tmp_path / "family.ndjson"
    path.write_text("\n".join(map(json.dumps, lines("uncounted-child"))), encoding="utf-8")
    asked = ["check", "--isolated", "--format", "json", str(path), "--workers"]
    alone, shared = (CliRunner().invoke(main, [*asked, count]).output for count in ("1", workers))

    assert "TS614" in alone
    assert alone == shared


def test_the_simulator_counts_what_its_jobs_did() -> None:
    """All that it shows of a tuning job and its training jobs goes together."""
    with simulate(on_demand().then_completed()) as sm:
        client, seen = tuned(sm), []
        for _ in range(40):
            sm.clock.advance("10m")
            seen.append(client.describe_hyper_parameter_tuning_job(**NAME))
            names = [job["TrainingJobName"] for job in children(client)]
            seen += [client.describe_training_job(TrainingJobName=name) for name in names]

    assert {"Completed"} == {seen[-8]["HyperParameterTuningJobStatus"]}
    report = trainstate.check(seen)
    assert ([], 8) == ([str(one) for one in report], report.summary.jobs)
