"""moto: lists are never sorted, and poorer than the API's.

S15. SortBy and SortOrder are validated and then forgotten, the status Deleting is refused
although the API lists it, and summaries have no SecondaryStatus. S6 is retracted: a page that
is cut before it is filtered is what the service does.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from moto_jobs import REQUEST, mocked, verdict


def names(page: dict[str, Any]) -> list[str]:
    return [job["TrainingJobName"] for job in page["TrainingJobSummaries"]]


refused = ""
with mocked() as client:
    for name in ("job-a", "job-b"):
        client.create_training_job(TrainingJobName=name, **REQUEST)
    down = client.list_training_jobs(SortBy="Name", SortOrder="Descending")
    try:
        client.list_training_jobs(StatusEquals="Deleting")
    except ClientError as error:
        refused = error.response["Error"]["Code"]

print("by name, descending:", names(down))
print("StatusEquals=Deleting:", refused or "accepted")
poorer = "SecondaryStatus" not in down["TrainingJobSummaries"][0]
print("summaries without SecondaryStatus:", poorer)
verdict(names(down) == ["job-a", "job-b"] and refused == "ValidationException" and poorer)
