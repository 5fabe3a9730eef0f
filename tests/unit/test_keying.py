"""Lines are sent to the jobs that a check in one process takes them for."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

from trainstate.backends.keying import Naming
from trainstate.history.model import called
from trainstate.spec.load import builtin_spec

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"
NAMING = Naming.of(builtin_spec())


def keys(*records: Any) -> list[str]:
    """The jobs of lines."""
    return [row[1] for one in records for row in NAMING.rows(json.dumps(one), "file", 1)]


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"{ARN}job-1", "Job-1"),
        (f"{ARN}job-1", None),
        (None, "Job-1"),
        ("***", "Job-1"),
        ("arn:aws:sagemaker:us-east-1:REDACTED", "Job-1"),
        (f"{ARN}[hidden]", "Job-1"),
        (f"{ARN}", "job-1"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_key_of_a_line_is_what_its_job_is_called(
    arn: str | None, name: str | None, wrapped: bool
) -> None:
    """Without capitals, and by the name where the ARN names none; inside a wrapper, too."""
    record = {"TrainingJobArn": arn, "TrainingJobName": name, "TrainingJobStatus": "Failed"}

    assert ["job-1"] == keys({"response": record} if wrapped else record)
    assert "job-1" == called(arn, name)


def test_an_arn_that_names_no_job_is_its_own_where_there_is_no_name() -> None:
    """Lines that share it are sent the same way."""
    record = {"TrainingJobArn": "REDACTED", "TrainingJobStatus": "Failed"}

    assert ["redacted", "redacted"] == keys(record, record)
