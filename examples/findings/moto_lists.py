"""moto: lists are never sorted, filtered after the page is cut, and poorer than the API's.

S6 and S15. An empty page with a NextToken is what AWS documents for StatusEquals, so that
half of S6 is refuted; for NameContains nothing of the kind is documented. SortBy and
SortOrder are validated and then forgotten, the status Deleting is refused although the
API lists it, and summaries have no SecondaryStatus.
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
    cut = client.list_training_jobs(MaxResults=1, NameContains="-b")
    down = client.list_training_jobs(SortBy="Name", SortOrder="Descending")
    try:
        client.list_training_jobs(StatusEquals="Deleting")
    except ClientError as error:
        refused = error.response["Error"]["Code"]

print("first page by name:", names(cut), "more:", "NextToken" in cut)
print("by name, descending:", names(down))
print("StatusEquals=Deleting:", refused or "accepted")
poorer = "SecondaryStatus" not in down["TrainingJobSummaries"][0]
print("summaries without SecondaryStatus:", poorer)
verdict(
    names(cut) == []
    and "NextToken" in cut
    and names(down) == ["job-a", "job-b"]
    and refused == "ValidationException"
    and poorer
)
