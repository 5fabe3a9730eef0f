"""moto: stop, delete and update are not there, and say so with an exception that AWS never raises.

S4. `except ClientError` does not catch it; in server mode the answer is an HTML page with
status 500. A job that does not exist gets the same answer.
"""

from __future__ import annotations

from botocore.exceptions import ClientError
from moto_jobs import REQUEST, mocked, verdict

raised = []
with mocked() as client:
    client.create_training_job(TrainingJobName="job-a", **REQUEST)
    for operation in ("stop", "delete", "update"):
        for name in ("job-a", "missing"):
            try:
                getattr(client, f"{operation}_training_job")(TrainingJobName=name)
            except ClientError as error:
                print(operation, name, "ClientError", error)
            except NotImplementedError as error:
                raised.append(operation)
                print(operation, name, "NotImplementedError", error)

verdict(len(raised) == 6)
