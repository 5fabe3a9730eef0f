"""A service to try the examples on, in this process and without an account.

What becomes of a job is in its name. `unlucky` gets no spot capacity at its first try; at
the second one it is interrupted and completes. `processing` is the ARN of a processing job
that somebody else has started, `broken` that of one that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trainstate.aws import Pace
from trainstate.simulator import VirtualClock, on_demand, simulate, spot

PLOT = {
    "unlucky-1": spot().then_out_of_wait_time(),
    "unlucky-*": spot().interrupted(after="10m").then_completed(),
    "failed-*": on_demand().then_failed(),
    "stopped-*": on_demand().then_stopped(),
    "late-*": on_demand().then_out_of_time(),
    "broken": on_demand().then_failed(),
}
PROCESSING = {
    "AppSpecification": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/image"},
    "ProcessingResources": {
        "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    },
    "RoleArn": "arn:aws:iam::123456789012:role/role",
}
PACE = Pace(shortest=0.02, longest=0.05)


@contextmanager
def rehearsed(what: str = "unlucky") -> Iterator[tuple[Any, dict[str, Any] | str]]:
    """A boto3 client, and the arguments of a create_training_job, or the ARN of another job.

    An hour lasts half a second.
    """
    with simulate(PLOT, clock=VirtualClock(speed=7200)) as simulation:
        client = simulation.client()
        if what in ("processing", "broken"):
            made = client.create_processing_job(ProcessingJobName=what, **PROCESSING)
            yield client, made["ProcessingJobArn"]
        else:
            yield client, PLOT.get(f"{what}-*", on_demand()).request(what)
