"""What responses are wrapped in: events, pages, rows of logs, members called `response`."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trainstate.errors import InputError
from trainstate.history import Kind, Response, Unreadable
from trainstate.history.model import Envelope
from trainstate.history.readers import SourceReport, read_paths, read_values
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
JOB: dict[str, Any] = {
    "TrainingJobName": "job",
    "TrainingJobStatus": "InProgress",
    "RoleArn": "arn:aws:iam::1:role/r",
}
EVENT: dict[str, Any] = {
    "detail-type": "SageMaker Training Job State Change",
    "source": "aws.sagemaker",
    "detail": {**JOB, "CreationTime": "1583831889050", "SecondaryStatusTransitions": []},
}
ROWS: dict[str, Any] = {
    "entries": [
        {"time": "2020-05-18T10:11:12", "status": "Starting", "message": "Starting"},
        {"time": "2020-05-18T10:12:12", "status": "Starting", "message": "Preparing"},
        {"time": "2020-05-18T10:13:12Z", "status": "TRAINING", "message": 3},
        {"time": "soon", "status": "Completed"},
        {"status": "Completed", "message": "done"},
    ],
    "training_seconds": 77,
    "billable_seconds": 27,
    "savings_pct": 64.9,
}


def only(value: Any) -> Response:
    (record,) = read_values(value, SPEC)
    assert isinstance(record, Response)
    return record


@pytest.mark.parametrize(
    ("value", "kind", "reader", "pointer"),
    [
        (JOB, Kind.RESPONSE, "mapping", ""),
        (
            {"training_job_status": "InProgress", "training_job_name": "job", "role_arn": "r"},
            Kind.RESPONSE,
            "mapping",
            "",
        ),
        ({"response": JOB, "note": "x"}, Kind.RESPONSE, "mapping", "/response"),
        (EVENT, Kind.EVENT, "eventbridge", "/detail"),
        ({"TrainingJob": JOB}, Kind.SEARCH, "search-page", "/TrainingJob"),
        (
            {"Results": [{"TrainingJob": JOB}]},
            Kind.SEARCH,
            "search-page",
            "/Results/0/TrainingJob",
        ),
        (
            {"results": [{"training_job": JOB}]},
            Kind.SEARCH,
            "search-page",
            "/results/0/training_job",
        ),
        (
            {"TrainingJobSummaries": [JOB]},
            Kind.SUMMARY,
            "list-page",
            "/TrainingJobSummaries/0",
        ),
        (
            {"training_job_summaries": [JOB]},
            Kind.SUMMARY,
            "list-page",
            "/training_job_summaries/0",
        ),
    ],
)
def test_a_response_is_found_in_what_it_is_wrapped_in(
    value: Any, kind: Kind, reader: str, pointer: str
) -> None:
    """A response has the kind and the place of what it was found in."""
    actual = only(value)

    assert ("job", kind, reader, pointer) == (
        actual.name,
        actual.kind,
        actual.origin.reader,
        actual.origin.pointer,
    )


def test_times_of_events_are_milliseconds() -> None:
    """An event's epoch milliseconds are read from text too, and its history may be empty."""
    actual = only(EVENT)

    assert (1_583_831_889_050_000, ()) == (actual.created, actual.history)


def test_rows_of_a_log_are_one_history() -> None:
    """Equal neighbours are one entry with the first time and the last message."""
    actual = only(ROWS)

    expected = [
        ("Starting", "Starting", 1_589_796_672_000_000, "Preparing"),
        ("Training", "TRAINING", 1_589_796_792_000_000, None),
        ("Completed", "Completed", None, "done"),
    ]
    entries = [(e.status, e.written, e.stamp, e.message) for e in actual.history or ()]
    assert expected == entries


def test_rows_of_a_log_say_what_a_log_says() -> None:
    """A log has totals, naive times and bad times, and neither a name nor a primary status."""
    actual = only(ROWS)

    expected = {
        "TrainingTimeInSeconds": 77,
        "BillableTimeInSeconds": 27,
        "SavingsPercent": 64.9,
    }
    assert expected == actual.members
    assert (None, None, Kind.LOG) == (actual.name, actual.primary, actual.kind)
    assert (("/log",), True) == (actual.naive, actual.zoned)
    assert [("bad-timestamp", "/log/3", "soon")] == [
        (problem.kind, problem.pointer, problem.value) for problem in actual.problems
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        {"entries": []},
        {"entries": "text"},
        {"entries": [{"time": 1}]},
        {"entries": [3]},
        {"TrainingJob": 3},
        {"TrainingJobSummaries": [3]},
        {"detail-type": "SageMaker Training Job State Change", "detail": 3},
        [[[[[[[[[[JOB]]]]]]]]]],
        {1: 2},
    ],
)
def test_what_holds_no_response_is_unreadable(value: Any) -> None:
    """A value without a member of a response is one unreadable record."""
    (actual,) = read_values(value if isinstance(value, dict) else {"response": {"a": value}}, SPEC)

    assert isinstance(actual, Unreadable)


def test_nesting_of_wrappers_ends() -> None:
    """A response inside too many wrappers is not looked for."""
    value: Any = JOB
    for _ in range(11):
        value = {"response": value}

    (actual,) = read_values(value, SPEC)

    assert isinstance(actual, Unreadable)


def test_records_of_other_things_are_left_out(tmp_path: Path) -> None:
    """Events of other kinds and other results of a search are counted, and are no fault."""
    other = {"detail-type": "SageMaker Model State Change", "detail": {}}
    search = {"Results": [{"Trial": {}}, {"TrainingJob": JOB}]}
    reports: list[SourceReport] = []
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, [EVENT, other, search])))

    actual = list(read_paths([file], SPEC, on_source=reports.append))

    detail = "1 of eventbridge, 1 of search-page, 2 of other things left out"
    expected = SourceReport(file=str(file), reader="ndjson", records=2, detail=detail)
    assert ["job", "job"] == [record.name for record in actual if isinstance(record, Response)]
    assert [expected] == reports


def test_a_file_of_other_things_is_refused(tmp_path: Path) -> None:
    """A file with events of other kinds only is refused, and the reason says so."""
    file = tmp_path / "events.json"
    file.write_text('{"detail-type": "SageMaker Model State Change", "detail": {}}')

    with pytest.raises(InputError, match="other things than training jobs"):
        list(read_paths([file], SPEC))


@pytest.mark.parametrize(
    ("value", "reader"),
    [
        (EVENT, "eventbridge"),
        ({"TrainingJobSummaries": [JOB]}, "list-page"),
        ({"Results": [{"TrainingJob": JOB}]}, "search-page"),
        (ROWS, "log-rows"),
        ({"response": JOB}, "json"),
    ],
)
def test_a_document_is_called_by_what_it_is(tmp_path: Path, value: Any, reader: str) -> None:
    """The reader of a single page, event or log is named after it."""
    reports: list[SourceReport] = []
    file = tmp_path / "one.json"
    file.write_bytes(msgspec.json.encode(value))

    list(read_paths([file], SPEC, on_source=reports.append))

    assert [reader] == [report.reader for report in reports]


def test_a_value_too_deep_to_be_read_is_unreadable() -> None:
    """A mapping that is nested too deeply for its names to be changed does not raise."""
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}

    (actual,) = read_values({"training_job_status": "InProgress", "vpc_config": deep}, SPEC)

    assert isinstance(actual, Unreadable)
    assert "nested too deeply" == actual.reason


ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/plover"
OBJECT: dict[str, Any] = {
    "apiVersion": "sagemaker.services.k8s.aws/v1alpha1",
    "kind": "TrainingJob",
    "metadata": {"name": "my-object", "managedFields": [{"fieldsV1": {"f:status": {}}}]},
    "spec": {"trainingJobName": "plover", "hyperParameters": {"a": "1"}},
    "status": {
        "ackResourceMetadata": {"arn": ARN, "ownerAccountID": "111122223333"},
        "secondaryStatus": "Starting",
        "trainingJobStatus": "InProgress",
    },
}
OPERATED: dict[str, Any] = {
    "apiVersion": "sagemaker.aws.amazon.com/v1",
    "kind": "TrainingJob",
    "metadata": {"name": "my-object"},
    "spec": {"region": "us-east-1"},
    "status": {"sageMakerTrainingJobName": "plover-0a1b", "trainingJobStatus": "InProgress"},
}


@pytest.mark.parametrize(
    ("value", "arn", "name"),
    [
        (OBJECT, ARN, "plover"),
        ({"kind": "List", "items": [OBJECT]}, ARN, "plover"),
        ({"type": "MODIFIED", "object": OBJECT}, ARN, "plover"),
        (OBJECT | {"spec": None}, ARN, None),
        (OPERATED, None, "plover-0a1b"),
        (OPERATED | {"spec": {"trainingJobName": "asked-for"}}, None, "plover-0a1b"),
    ],
)
def test_an_object_of_kubernetes_is_called_by_its_job(
    value: Any, arn: str | None, name: str | None
) -> None:
    """The object's own name is another; the status has the ARN, or the name."""
    record = only(value)

    assert (arn, name, "InProgress") == (record.arn, record.name, record.primary)
    assert record.origin.pointer.endswith("/status")


@pytest.mark.parametrize("status", [None, {}, {"conditions": [{"type": "ACK.Terminal"}]}])
def test_an_object_without_a_job_is_passed_over(status: Any) -> None:
    """The controller has not yet created the job."""
    records = list(read_values([OBJECT, OBJECT | {"status": status}], SPEC))

    assert [ARN] == [record.arn for record in records if isinstance(record, Response)]
    assert 1 == len(records)


def har(*bodies: str, encoding: str | None = None) -> dict[str, Any]:
    """What a browser saves of its requests."""
    post = {"mimeType": "application/x-amz-json-1.1", "text": '{"TrainingJobName": "asked-for"}'}
    entries = [
        {
            "startedDateTime": "2026-05-05T10:00:00.000Z",
            "request": {"method": "POST", "url": "https://x", "headers": [], "postData": post},
            "response": {
                "status": 200,
                "headers": [{"name": "x-amzn-RequestId", "value": "0"}],
                "content": {"size": 1, "text": body} | ({"encoding": encoding} if encoding else {}),
            },
            "time": 12.5,
        }
        for body in bodies
    ]
    empty = {"request": {}, "response": {"status": 0, "content": {}}}
    return {"log": {"version": "1.2", "pages": [{"id": "1"}], "entries": [empty, *entries]}}


def cassette(*bodies: Any, named: str = "interactions") -> dict[str, Any]:
    return {
        named: [
            {
                "request": {"body": '{"TrainingJobName": "asked-for"}', "method": "POST"},
                "response": {"body": body, "status": {"code": 200, "message": "OK"}},
            }
            for body in bodies
        ],
        "version": 1,
    }


TEXT = msgspec.json.encode(JOB).decode()
PAGE = msgspec.json.encode({"TrainingJobSummaries": [JOB], "NextToken": "x"}).decode()
BASE64 = base64.b64encode(TEXT.encode()).decode()


@pytest.mark.parametrize(
    "value",
    [
        har("<html>", TEXT, ""),
        har(PAGE),
        har(BASE64, encoding="base64"),
        cassette({"string": TEXT}),
        cassette({"string": PAGE}, {"string": "{}"}),
        cassette(TEXT),
        cassette({"string": TEXT.encode()}),
        cassette({"encoding": "UTF-8", "base64_string": BASE64}, named="http_interactions"),
    ],
)
def test_recorded_requests_hold_their_responses(value: Any) -> None:
    """A browser's file, cassettes of VCR: what was asked for is no response, nor are pages."""
    records = list(read_values(value, SPEC))

    assert ["job"] == [record.name for record in records if isinstance(record, Response)]
    assert 1 == len(records)


@pytest.mark.parametrize("body", ["%", "eyI", "e30=\x00"])
def test_a_body_that_is_no_base64_is_no_response(body: str) -> None:
    """It is passed over, and so is one that holds nothing."""
    (record,) = read_values(har(body, TEXT, encoding="base64"), SPEC)

    assert isinstance(record, Unreadable)


def test_the_envelope_of_an_event_comes_with_its_response() -> None:
    """What is no text is not seen, what is no time and no list is odd; only events have one."""
    event: dict[str, Any] = {
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "account": 123456789012,
        "region": None,
        "resources": ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/a", 3],
        "time": "soon",
        "detail": {"TrainingJobName": "a", "TrainingJobStatus": "InProgress"},
    }
    assert only(event).envelope == Envelope(
        source="aws.sagemaker",
        type="SageMaker Training Job State Change",
        resources=("arn:aws:sagemaker:eu-west-1:123456789012:training-job/a",),
        odd=(("time", "soon"), ("resources", event["resources"])),
    )
    assert only(event["detail"]).envelope is None
