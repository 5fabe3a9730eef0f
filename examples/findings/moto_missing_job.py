"""moto: the refusal of a missing job has a text that no client matches.

S14. The service says `Requested resource not found.` with a ValidationException, and
Terraform's provider and ACK's controller know a deleted job by that text alone.
"""

from __future__ import annotations

from botocore.exceptions import ClientError
from moto_jobs import mocked, verdict

said = ""
with mocked() as client:
    try:
        client.describe_training_job(TrainingJobName="missing")
    except ClientError as error:
        said = error.response["Error"]["Message"]
        print(error.response["Error"]["Code"], said)

verdict("Could not find training job" in said and "Requested resource not found" not in said)
