"""moto: a training job is Completed when it is created, with a history that never got there.

S1, S2 and S7. No run of the service shows this response: the only entry of the history is
a closed Starting, the secondary status is Completed. The times of start and end are those
of the creation, and nobody knows how long the job trained or what is billed.
"""

from __future__ import annotations

from moto_jobs import REQUEST, mocked, verdict

import trainstate

with mocked() as client:
    client.create_training_job(TrainingJobName="job-a", **REQUEST)
    shown = client.describe_training_job(TrainingJobName="job-a")

print(shown["TrainingJobStatus"], shown["SecondaryStatus"])
print([entry["Status"] for entry in shown["SecondaryStatusTransitions"]])
print("trained for", shown["TrainingEndTime"] - shown["TrainingStartTime"])
print("billed:", shown.get("BillableTimeInSeconds"))
names = {finding.name for finding in trainstate.check(shown)}
print(sorted(names))
verdict(
    {"last-entry-mismatch", "training-start-mismatch"} <= names
    and "TrainingTimeInSeconds" not in shown
)
