"""moto: a second job with the name of the first silently takes its place.

S5. The ARN stays, the creation time and the history begin anew, and code that creates a
job twice by mistake passes its tests. CreateTrainingJob answers ResourceInUse.
"""

from __future__ import annotations

import time

from moto_jobs import REQUEST, mocked, verdict

with mocked() as client:
    first = client.create_training_job(TrainingJobName="job-a", **REQUEST)
    before = client.describe_training_job(TrainingJobName="job-a")
    time.sleep(0.01)
    second = client.create_training_job(TrainingJobName="job-a", **REQUEST)
    after = client.describe_training_job(TrainingJobName="job-a")
    count = len(client.list_training_jobs()["TrainingJobSummaries"])

print("same ARN:", first["TrainingJobArn"] == second["TrainingJobArn"], "jobs:", count)
print("created:", before["CreationTime"].time(), "then", after["CreationTime"].time())
verdict(count == 1 and before["CreationTime"] < after["CreationTime"])
