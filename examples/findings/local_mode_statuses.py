"""Local mode: a job is `created`, then `Training`, which are no primary statuses of the API.

S8 and S9. SecondaryStatus, CreationTime and StoppingCondition are required members and
are missing, times have no offset, and the name is there only after the success.
"""

from __future__ import annotations

from typing import Any

import local_sdk

import trainstate

seen: list[dict[str, Any]] = []
entities = local_sdk.module("entities")
job = entities._LocalTrainingJob(local_sdk.Container(lambda: seen.append(job.describe())))  # noqa: SLF001
seen.append(job.describe())
job.start([], local_sdk.REQUEST["OutputDataConfig"], {}, {}, "job-a")
seen.append(job.describe())

statuses = [shown["TrainingJobStatus"] for shown in seen]
missing = {"SecondaryStatus", "CreationTime", "StoppingCondition"} - seen[-1].keys()
print("statuses:", statuses)
print("names:", [shown["TrainingJobName"] for shown in seen])
print("missing:", sorted(missing), "offset:", seen[-1]["TrainingStartTime"].tzinfo)
print(sorted({finding.name for finding in trainstate.check(seen)}))
local_sdk.verdict(statuses == ["created", "Training", "Completed"] and len(missing) == 3)
