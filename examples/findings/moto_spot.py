"""moto: a managed spot job is a job like any other, and a retry strategy is forgotten.

S3. No number of spot jobs shows an interruption or saves anything: code for interruptions
is never tried. RetryStrategy and Environment are accepted and not shown again.
"""

from __future__ import annotations

from typing import Any

from moto_jobs import REQUEST, mocked, verdict

SPOT: dict[str, Any] = {
    **REQUEST,
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
    "RetryStrategy": {"MaximumRetryAttempts": 2},
    "Environment": {"STAGE": "test"},
}
seen: set[str] = set()
with mocked() as client:
    for number in range(50):
        client.create_training_job(TrainingJobName=f"job-{number}", **SPOT)
        shown = client.describe_training_job(TrainingJobName=f"job-{number}")
        seen |= {entry["Status"] for entry in shown["SecondaryStatusTransitions"]}

print("statuses of 50 spot jobs:", sorted(seen))
lost = sorted({"RetryStrategy", "Environment"} - shown.keys())
print("asked for and not shown:", lost)
verdict(not seen & {"Interrupted", "MaxWaitTimeExceeded"} and len(lost) == 2)
