"""Faithful forms of a legal job's facts that other programs write: nothing is found in any."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll
from trainstate.history import instants

MOMENT = datetime(2026, 5, 5, 10, 0, 0, 123000, timezone(timedelta(hours=2)))
MILLIS = round(MOMENT.timestamp() * 1000)
WHOLE = MILLIS // 1000 * 1000
FIRST = datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        (MILLIS * 1000, MILLIS),
        (MILLIS * 1_000_000, MILLIS),
        (str(MILLIS * 1_000_000), MILLIS),
        (f"{MILLIS / 1000:.12E}", MILLIS),
        ("2026-05-05 08:00:00.123 +0000 UTC", MILLIS),
        ("2026-05-05 10:00:00.123 +0200 CEST m=+0.001", MILLIS),
        ("2026-05-05 05:00:00.123 -0300 -03", MILLIS),
        ("2026-05-05T10:00:00.123+02:00[Europe/Paris]", MILLIS),
        ("2026-05-05T08:00:00.123Z[UTC]", MILLIS),
        ("Tue, 05 May 2026 08:00:00 GMT", WHOLE),
        ("5 May 2026 10:00:00 +0200", WHOLE),
        ("Tue May 05 2026 10:00:00 GMT+0200 (Central European Summer Time)", WHOLE),
        ("Tue May 05 08:00:00 UTC 2026", WHOLE),
        ("Tue May  5 08:00:00 GMT 2026", WHOLE),
        (f"/Date({MILLIS})/", MILLIS),
        (f"/Date({MILLIS}+0200)/", MILLIS),
        ({"$date": "2026-05-05T08:00:00.123Z"}, MILLIS),
        ({"$date": {"$numberLong": str(MILLIS)}}, MILLIS),
        ({"value": f"/Date({MILLIS})/", "DisplayHint": 2, "DateTime": "Tuesday"}, MILLIS),
    ],
)
def test_a_time_is_read_as_programs_print_it(written: object, milliseconds: int) -> None:
    """It is one instant, and not naive."""
    assert (milliseconds * 1000, False) == instants.parse(written)


HISTORY = "SecondaryStatusTransitions"
PLACEBO = {"__class__": "datetime", "year": 2026, "month": 5, "day": 5, "hour": 8}


@pytest.mark.parametrize(
    ("parts", "milliseconds"),
    [({"minute": 0, "second": 0, "microsecond": 123_000}, MILLIS), ({}, WHOLE)],
)
def test_a_time_is_read_as_placebo_writes_it(parts: dict[str, int], milliseconds: int) -> None:
    """It has its parts as members and no offset."""
    assert (milliseconds * 1000, True) == instants.parse(PLACEBO | parts)


@pytest.mark.parametrize(
    "written",
    [
        *({**PLACEBO, "month": 13}, {**PLACEBO, "day": "5"}, {**PLACEBO, "year": 10**30}),
        *({"__class__": "datetime"}, {"__class__": "StreamingBody", "body": "x"}),
        *("Tue Feb 31 08:00:00 UTC 2026", "Tue May 05 08:00:00 CEST 2026", "May", "05/06/2026"),
        *({"value": {"value": 1}}, {"$date": None}, {"seconds": 1}, {}),
        *("/Date(-1)/", "/Date(999999999999999)/", 10**20, "9e99", "2026-05-05 08:00:00 +0000 utc"),
    ],
)
def test_what_is_no_time_in_any_form_is_none(written: object) -> None:
    """A zone that is only a name, a date with its parts in an unknown order, a wrapped nothing."""
    with pytest.raises(instants.NotAnInstant):
        instants.parse(written)


def _cased(value: Any, case: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {case(name): _cased(item, case) for name, item in value.items()}
    return [_cased(item, case) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_names_without_capitals_are_read(case: Callable[[str], str]) -> None:
    """Tables of Hive have lower case names, Snowflake's upper case, inside members, too."""
    job = poll("Starting", "Downloading", "Training", "Uploading", "Completed")
    job |= {"WarmPoolStatus": {"Status": "Available"}, "RetryStrategy": {"MaximumRetryAttempts": 1}}
    job["ResourceConfig"] |= {"KeepAlivePeriodInSeconds": 600}
    report = trainstate.check([_cased(job, case)])

    assert ([], 1) == (list(report.findings), len(report.jobs))
    job["SecondaryStatusTransitions"].pop()
    assert ["last-entry-mismatch"] == [
        finding.name for finding in trainstate.check([_cased(job, case)]).findings
    ]


def test_an_empty_status_is_an_absent_one(tmp_path: Path) -> None:
    """Go's SDK writes each status that a response lacks as an empty text."""
    job = {**poll("Starting", "Training"), "ProfilingStatus": "", "WarmPoolStatus": {"Status": ""}}
    listed = {name: job[name] for name in ("TrainingJobName", "TrainingJobArn", "CreationTime")}
    page = {"TrainingJobSummaries": [{**listed, "TrainingJobStatus": "InProgress"}]}
    page["TrainingJobSummaries"][0]["SecondaryStatus"] = ""
    path = tmp_path / "go.ndjson"
    path.write_text("".join(f"{json.dumps(one, default=str)}\n" for one in (job, job, page)))

    assert [] == list(trainstate.check(path).findings)
    assert "missing-member" in {
        finding.name for finding in trainstate.check([{**job, "SecondaryStatus": ""}]).findings
    }


LIFE = ("Starting", "Downloading", "Training", "Uploading", "Completed")
JOB: dict[str, Any] = poll(*LIFE, name="tern")
OTHER: dict[str, Any] = poll("Starting", "Training", name="crane")
TWO: list[dict[str, Any]] = [JOB, OTHER]


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [_typed(item) for item in value]}
    return {"M": {name: _typed(item) for name, item in value.items()}}


NAMES = list(dict.fromkeys(name for job in TWO for name in job))
CELLS = [[job.get(name) for name in NAMES] for job in TWO]
EVENT = {"detail-type": "SageMaker Training Job State Change", "detail": JOB}
RESHAPED: dict[str, Any] = {
    "a list under a name": {"Items": TWO, "Count": 2},
    "another list under a name": {"Responses": TWO},
    "each under its job's name": {"tern": JOB, "crane": OTHER},
    "polls under their job's name": {"tern": [JOB], "crane": [OTHER]},
    "beside a time": [{"polled_at": "2026-05-05T10:00:00Z", "description": job} for job in TWO],
    "the answer of a search engine": {"hits": {"hits": [{"_id": 1, "_source": j} for j in TWO]}},
    "rows of a change stream": [{"before": None, "after": job, "op": "c"} for job in TWO],
    "a body that is text": {"statusCode": 200, "body": json.dumps(TWO)},
    "messages of a queue": {"Messages": [{"Body": json.dumps(j), "Attributes": {}} for j in TWO]},
    "recorded calls": {
        "interactions": [{"response": {"body": {"string": json.dumps(job)}}} for job in TWO]
    },
    "DynamoDB's items": {"Items": [_typed(job)["M"] for job in TWO]},
    "DynamoDB's export": [{"Item": _typed(job)["M"]} for job in TWO],
    "rows by index": {str(at): job for at, job in enumerate(TWO)},
    "columns of cells": {n: {str(at): j.get(n) for at, j in enumerate(TWO)} for n in NAMES},
    "columns of lists": {n: [job.get(n) for job in TWO] for n in NAMES},
    "split columns": {"columns": NAMES, "index": [0, 1], "data": CELLS},
    "a table with a schema": {"schema": {"fields": [{"name": "index"}]}, "data": TWO},
}


@pytest.mark.parametrize("form", RESHAPED)
def test_responses_are_found_in_what_they_are_stored_in(tmp_path: Path, form: str) -> None:
    """Each has its job, with nothing found, in a program, in one document and on lines."""
    value = RESHAPED[form]
    document, lines = tmp_path / "one.json", tmp_path / "many.ndjson"
    document.write_text(json.dumps(value, indent=2))
    each = value if isinstance(value, list) else [value]
    lines.write_text("".join(f"{json.dumps(item)}\n" for item in each))

    for source in (value, document, lines):
        report = trainstate.check(source)
        assert [JOB["TrainingJobArn"], OTHER["TrainingJobArn"]] == [job.job for job in report.jobs]
        assert [] == list(report.findings)


@pytest.mark.parametrize("form", RESHAPED)
def test_what_is_wrong_is_found_in_what_it_is_stored_in(form: str) -> None:
    """The same forms of a history that lacks its last entry are told, at a place."""
    broken = json.loads(json.dumps(RESHAPED[form]).replace("Uploading", "Starting"))

    found = {finding.name for finding in trainstate.check(broken).findings}

    assert "illegal-transition" in found


def test_an_event_in_a_message_is_an_event() -> None:
    """What an event was sent in changes nothing of what it is."""
    (record,) = trainstate.check({"Records": [{"body": json.dumps(EVENT)}]}).jobs

    assert (JOB["TrainingJobArn"], True) == (record.job, record.complete)


@pytest.mark.parametrize(
    "value",
    [
        {"responseElements": {"trainingJobArn": JOB["TrainingJobArn"]}},
        {"output": json.dumps({"TrainingJobArn": JOB["TrainingJobArn"], "SdkHttpMetadata": {}})},
        {"a": {"SecondaryStatusTransitions": []}},
        {"a": '{"TrainingJobStatus": '},
        {"columns": ["TrainingJobStatus"], "data": [[1, 2], 3]},
        {"columns": ["a"], "data": [[1]]},
    ],
)
def test_what_tells_nothing_of_a_job_is_no_response(value: Any) -> None:
    """The answer to a creation has an ARN and no status: nothing can be said of it."""
    (finding,) = trainstate.check(value).findings

    assert "unreadable-record" == finding.name


def test_what_stands_beside_a_response_under_a_name_is_another_thing() -> None:
    """A history of an execution has events of many kinds; only one is the job's response."""
    submitted = {"type": "Submitted", "output": json.dumps({"TrainingJobArn": "arn"})}
    events = [submitted, {"type": "Succeeded", "output": json.dumps(JOB)}, {"type": "Left"}]
    report = trainstate.check({"events": events})

    assert ([], 1) == (list(report.findings), report.summary.responses)


@pytest.mark.parametrize(
    "between",
    [
        '{"level": "info", "message": "sleeping"}',
        '{"index": {"_index": "jobs"}}',
        '{"__type": "ThrottlingException", "message": "Rate exceeded"}',
        '{"LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/a"}',
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_program_prints_more_than_responses(between: str, indent: int | None) -> None:
    """A line between responses that surely was none is an info, and the jobs are judged."""
    shown = [json.dumps(job, indent=indent) for job in (poll("Starting"), poll(*COMPLETED))]
    report = trainstate.check("\n".join([shown[0], between, shown[1], between, ""]))

    assert (2, "CONSISTENT") == (report.summary.responses, report.verdict)
    assert {("unreadable-record", "info")} >= {(one.name, one.severity) for one in report.findings}


@pytest.mark.parametrize(
    "between",
    [
        '{"TrainingJobName": "jo',
        'bName": "job", "TrainingJobStatus": "InProgress"}',
        '[{"TrainingJobName": "job", ',
        "\0" * 8,
        "Polling the job...",
        "{}",
    ],
)
def test_a_response_that_may_be_lost_is_an_error(between: str) -> None:
    """It may have contradicted the others."""
    shown = [json.dumps(job) for job in (poll("Starting"), poll(*COMPLETED))]
    report = trainstate.check("\n".join([shown[0], between, shown[1]]))

    assert ("UNKNOWN", 1) == (report.verdict, report.summary.errors)


def test_without_any_job_nothing_is_known() -> None:
    """A value that is no response shows no job; it is no reason to be content."""
    assert "UNKNOWN" == trainstate.check({"message": "sleeping"}).verdict


@pytest.mark.parametrize("nested", [False, True])
def test_numbers_of_dynamodb_are_numbers(nested: bool) -> None:
    """Its items have Decimals; one that is no whole number is told as before."""
    whole: dict[str, Any] = {"StoppingCondition": {"MaxRuntimeInSeconds": Decimal(3600)}}
    if not nested:
        whole["TrainingTimeInSeconds"] = whole["BillableTimeInSeconds"] = Decimal(180)
        whole["CreationTime"] = Decimal(str(JOB["CreationTime"]))
    parted = {"StoppingCondition": {"MaxRuntimeInSeconds": Decimal("0.5")}}

    assert [] == list(trainstate.check([JOB | whole]).findings)
    assert "wrong-type" in {one.name for one in trainstate.check([JOB | parted]).findings}


def _bson(value: Any) -> Any:
    """A value in MongoDB's canonical form, in which numbers have types."""
    if isinstance(value, dict):
        return {name: _bson(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_bson(item) for item in value]
    if isinstance(value, float):
        return {"$numberDouble": str(value)}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"$numberInt": str(value)}
    return value


def test_rows_of_logs_insights_are_read_as_the_api_gives_them() -> None:
    """Its answer has pairs of a field and a value; the message is a response."""
    rows = [
        [
            {"field": "@timestamp", "value": "2026-05-05 10:00:00.000"},
            {"field": "@message", "value": json.dumps(job)},
        ]
        for job in (poll("Starting"), poll(*COMPLETED))
    ]
    report = trainstate.check(json.dumps({"results": rows, "status": "Complete"}))

    assert ([], 2) == ([str(one) for one in report], report.summary.responses)


@pytest.mark.parametrize("name", ["data", "Data"])
def test_records_of_a_stream_are_unpacked(name: str) -> None:
    """Kinesis and Firehose give their data as base64; other data is no record."""
    packed = [b64encode(json.dumps(job).encode()).decode() for job in (poll(*COMPLETED), {"a": 1})]
    records = [{"kinesis": {name: one}, "eventSource": "aws:kinesis"} for one in packed]
    report = trainstate.check(json.dumps({"Records": records}))

    assert ([], 1) == ([one for one in report if one.severity != "info"], report.summary.responses)


def test_numbers_of_mongodb_are_numbers() -> None:
    """Its canonical form wraps every number in its type; what is no number is told as before."""
    written = _bson(poll(*COMPLETED, TrainingTimeInSeconds=180, BillableTimeInSeconds=180))
    faulty = written | {"TrainingTimeInSeconds": {"$numberInt": "x"}}

    assert [] == list(trainstate.check(json.dumps(written)).findings)
    assert ["wrong-type"] == [one.name for one in trainstate.check([faulty]).findings]


def test_constants_of_dotnet_are_texts() -> None:
    """Its SDK has objects with a value for enumerations, and PowerShell prints them so."""
    shown = poll(*COMPLETED)
    history = [entry | {"Status": {"Value": entry["Status"]}} for entry in shown[HISTORY]]
    wrapped = {name: {"Value": shown[name]} for name in ("TrainingJobStatus", "SecondaryStatus")}
    report = trainstate.check(json.dumps(shown | wrapped | {HISTORY: history}))

    assert ([], True) == (list(report.findings), report.jobs[0].complete)


def test_a_hyperparameter_may_be_called_value() -> None:
    """Only a response whose status is wrapped has constants."""
    shown = poll(*COMPLETED) | {"HyperParameters": {"Value": "3"}}

    assert [] == list(trainstate.check([shown]).findings)


@pytest.mark.parametrize(
    "unset",
    [
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01 00:00:00 +0000 UTC",
        "/Date(-62135596800000)/",
        FIRST,
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_an_unset_time_is_absent(unset: Any, whole: bool) -> None:
    """.NET and Go write the first instant of the year 1 for a time that is absent."""
    shown = poll("Starting")
    history = [entry | {"EndTime": unset} for entry in shown[HISTORY]]
    times = {"TrainingStartTime": unset, "TrainingEndTime": unset}
    written = shown | times | {HISTORY: history}
    polls = [written, poll(*COMPLETED)]
    source: Any = polls if whole or unset is FIRST else "\n".join(map(json.dumps, polls))

    assert [] == [str(one) for one in trainstate.check(source).findings]


def test_a_time_of_the_year_one_with_a_clock_is_told() -> None:
    """Only the very first instant stands for an absent time."""
    told = trainstate.check([poll("Starting") | {"TrainingEndTime": "/Date(-1)/"}]).findings

    assert "bad-timestamp" in {one.name for one in told}


def test_instances_are_selected_while_the_job_runs() -> None:
    """Of the preferred instances those are shown that were selected, when they have been."""
    preferred = {"InstancePreferences": [{"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2}]}
    selected = {"SelectedInstanceType": "ml.p5.48xlarge", "SelectedInstanceCount": 2}
    before = poll("Starting") | {"ResourceConfig": preferred}
    after = poll("Starting", "Training") | {"ResourceConfig": preferred | selected}
    changed = poll("Starting", "Training") | {"ResourceConfig": {"InstancePreferences": []}}
    again = preferred | selected | {"SelectedInstanceCount": 1}
    other = poll("Starting", "Training") | {"ResourceConfig": again}

    blank = poll("Starting") | {"ResourceConfig": preferred | {"SelectedInstanceType": ""}}

    assert [] == list(trainstate.check([before, after]).findings)
    assert [] == [one for one in trainstate.check([blank, after]) if one.severity != "info"]
    for responses in ([before, changed], [after, other], [before, after, after, other]):
        assert ["changed-fixed-member"] == [
            finding.name for finding in trainstate.check(responses).findings
        ]


def test_a_search_shows_less_than_a_description() -> None:
    """What no result of a search has is not gone where a description had it; the rest is."""
    infra = {"InfraCheckConfig": {"EnableInfraCheck": True}}
    found = {"Results": [{"TrainingJob": JOB}]}
    left = {name: value for name, value in JOB.items() if name != "HyperParameters"}
    lacking = {"Results": [{"TrainingJob": left}]}

    assert [] == list(trainstate.check([JOB | infra, found]).findings)
    assert ["changed-fixed-member"] == [
        finding.name for finding in trainstate.check([JOB | infra, lacking]).findings
    ]


def test_documents_on_one_line_that_name_no_job_are_jobs_of_their_own(tmp_path: Path) -> None:
    """Two histories that were joined without a line end are not one job's that forked."""
    histories = [{"SecondaryStatusTransitions": job["SecondaryStatusTransitions"]} for job in TWO]
    path = tmp_path / "joined.ndjson"
    path.write_text("".join(json.dumps(history) for history in histories) * 2 + "\n" + "{}\n")

    report = trainstate.check(path)

    assert 4 == len(report.jobs)
    assert {"unreadable-record"} == {one.name for one in report.findings if one.severity == "error"}
