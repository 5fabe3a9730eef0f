"""A thousand jobs, polled at once against one server."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.served import Connect, Serve
from trainstate.simulator import on_demand

JOBS, WORKERS, ROUNDS = 1_000, 16, 3


@pytest.mark.slow
def test_a_thousand_jobs_are_polled_at_once(
    serve: Serve, connect: Connect, tmp_path: Path, record_testsuite_property: Any
) -> None:
    """No error, every history consistent; latency and throughput are recorded as properties."""
    url, _ = serve("--speed", "60", "--store", str(tmp_path / "jobs.db"), "--scenario", "random")
    client = connect(url)
    names = [f"job-{number}" for number in range(JOBS)]
    took: list[float] = []

    def described(name: str) -> dict[str, Any]:
        begun = time.monotonic()
        response: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
        took.append(time.monotonic() - begun)
        return response

    with ThreadPoolExecutor(WORKERS) as pool:
        begun = time.monotonic()
        list(pool.map(lambda name: client.create_training_job(**on_demand().request(name)), names))
        created = time.monotonic() - begun
        begun = time.monotonic()
        seen = [r for _ in range(ROUNDS) for r in pool.map(described, names)]
        polled = time.monotonic() - begun
    for name, value in {
        "creations_per_second": JOBS / created,
        "polls_per_second": JOBS * ROUNDS / polled,
        "latency_median_ms": statistics.median(took) * 1_000,
        "latency_p99_ms": statistics.quantiles(took, n=100)[-1] * 1_000,
    }.items():
        record_testsuite_property(name, round(value, 1))

    assert JOBS * ROUNDS == len(seen)
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)
