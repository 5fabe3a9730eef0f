"""What a user's lines of NDJSON get is what the same responses get that are read one by one.

The fast path is asked first where ``trainstate check`` reads lines; here its report is
held against the plain one's on lines that are odd in some way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import trainstate
from tests.lives import BORN, COMPLETED, life, poll
from trainstate.check import memory, setting
from trainstate.check.again import comes_again
from trainstate.check.glance import glances
from trainstate.check.order import Order
from trainstate.check.report import Report
from trainstate.check.stream import Checker, judge
from trainstate.history.model import Origin
from trainstate.history.readers import read_paths
from trainstate.history.readers.settings import Limits
from trainstate.history.readers.shelf import SpoolShelf
from trainstate.history.readers.source import Asked, Input
from trainstate.history.wire import read_response
from trainstate.rules.index import rules
from trainstate.rules.model import Scope
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()


def report(lines: Iterable[str], *, fast: bool, **how: Any) -> tuple[Report, int]:
    """The report on lines, and how many of them the fast path took."""
    checker = Checker(**how)
    repeats = checker.repeats() if fast else None
    asked = Asked(spec=checker.spec, limits=Limits(), input_format="ndjson", repeats=repeats)
    data = io.BytesIO("\n".join([*lines, ""]).encode())
    judged = judge(Input(asked=asked, name="lines", file="lines").read(data), checker)
    return judged, 0 if repeats is None else repeats.total


def both(lines: Iterable[str], **how: Any) -> tuple[Report, int]:
    """The report of both paths, which must be one, and how many lines the fast one took."""
    kept = list(lines)
    plain, _ = report(kept, fast=False, **how)
    found, taken = report(kept, fast=True, **how)

    assert plain == found
    return found, taken


def names(found: Report) -> list[str]:
    """The names of the findings that are shown."""
    return [finding.name for finding in found if finding.severity != "info"]


def fleet(names: str = "twin", **how: Any) -> list[str]:
    """The lines of three jobs that live alike, so that all paths through them are known."""
    responses = [one for at in range(3) for one in life(*COMPLETED, name=f"{names}-{at}", **how)]
    return [json.dumps(response) for response in responses]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_no_rule_reads_may_be_any(number: str) -> None:
    """A metric that is infinite, or none, as ``json.dumps`` writes it, hides no response."""
    metric = f'"FinalMetricDataList": [{{"MetricName": "loss", "Value": {number}}}]'
    lines = [line.replace('"RoleArn"', f'{metric}, "RoleArn"') for line in fleet()]

    found, _ = both(lines)

    assert [] == names(found)
    assert (15, 3) == (found.summary.responses, found.summary.consistent)


@pytest.mark.parametrize(
    ("member", "rule"),
    [("TrainingTimeInSeconds", "wrong-type"), ("TrainingEndTime", "bad-timestamp")],
)
@pytest.mark.parametrize("number", ["1e999", "NaN", "9" * 5000])
def test_a_number_that_a_rule_reads_must_be_one(member: str, rule: str, number: str) -> None:
    """Seconds and times that are infinite, or no number, are told as what they are."""
    done = json.dumps({**poll(*COMPLETED), member: "HERE"}).replace('"HERE"', number)

    found, _ = both([*fleet(), done])

    assert [rule] == names(found)


def test_lines_of_several_records_are_judged_alike() -> None:
    """Records that a delivery stream has joined are those that stand on lines of their own."""
    lines = fleet()
    joined = [lines[0] + lines[5], *lines[1:5], "".join(lines[6:9]), *lines[9:]]

    found, _ = both(joined)
    apart, _ = both(lines)

    assert apart.summary == found.summary
    assert [] == names(found)


ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.mark.parametrize(
    ("member", "value", "rule"),
    [
        ("TrainingJobArn", f'"{ARN}:processing-job/job-1"', "foreign-arn"),
        ("TrainingJobArn", '"arn:aws:batch:us-east-1:123456789012:training-job/j"', "foreign-arn"),
        (
            "TrainingJobArn",
            '"arn:gcp:sagemaker:us-east-1:123456789012:training-job/j"',
            "foreign-arn",
        ),
        ("TrainingJobArn", '"arn:aws:sagemaker:us-east-1:1234:training-job/j"', "foreign-arn"),
        ("TrainingJobArn", '"arn:aws:sagemaker:us-east-1::training-job/j"', "foreign-arn"),
        ("TrainingJobArn", '"arn:aws:sagemaker::123456789012:training-job/j"', "foreign-arn"),
        (
            "TrainingJobArn",
            '"urn:aws:sagemaker:us-east-1:123456789012:training-job/j"',
            "foreign-arn",
        ),
        ("TrainingJobArn", '""', "foreign-arn"),
        ("TrainingJobArn", '"arn:aws:sagemaker:us-east-1:ACCOUNT:training-job/job-1"', None),
        ("ModelArtifacts", '"s3://bucket/model.tar.gz"', "wrong-type"),
        ("ModelArtifacts", "{}", "missing-model-artifacts"),
        ("ModelArtifacts", '{"S3ModelArtifacts": " "}', "missing-model-artifacts"),
        ("ModelArtifacts", '{"S3ModelArtifacts": null}', "missing-model-artifacts"),
        ("ModelArtifacts", '{"Inner": {"S3ModelArtifacts": "s3://b"}}', "missing-model-artifacts"),
        ("TrainingStartTime", "null", "training-start-mismatch"),
        ("TrainingTimeInSeconds", "130", "half-the-seconds"),
        ("BillableTimeInSeconds", "130", "half-the-seconds"),
        ("BillableTokenCount", "-1", "negative-seconds"),
        ("StoppingCondition", '{"MaxRuntimeInSeconds": 0}', "number-out-of-range"),
        ("StoppingCondition", '{"MaxRuntimeInSeconds": -3600}', "number-out-of-range"),
        (
            "StoppingCondition",
            '{"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3599}',
            "number-out-of-range",
        ),
        (
            "StoppingCondition",
            '{"MaxRuntimeInSeconds": 9, "MaxPendingTimeInSeconds": "9"}',
            "wrong-type",
        ),
        ("ResourceConfig", '{"InstanceCount": -1}', "number-out-of-range"),
        ("ResourceConfig", '{"InstanceCount": 1, "VolumeSizeInGB": 0.5}', "wrong-type"),
        ("RetryStrategy", '{"MaximumRetryAttempts": 31}', "number-out-of-range"),
        ("StoppingCondition", '{"MaxRuntimeInSeconds": 1e999}', "wrong-type"),
        ("WarmPoolStatus", '{"Status": "Dreaming"}', "illegal-warm-pool-transition"),
        ("LastModifiedTime", '"2023-13-01T00:00:00Z"', "bad-timestamp"),
        ("SecondaryStatusTransitions", "[]", None),
        ("CreationTime", '"2023-11-14T22:13:20"', "naive-timestamp"),
    ],
)
def test_a_twin_with_another_value_is_looked_at(member: str, value: str, rule: str | None) -> None:
    """One member of a job that is like the others is what no other one has."""
    done = json.dumps({**poll(*COMPLETED), member: "HERE"}).replace('"HERE"', value)

    found, taken = both([*fleet(), done])

    assert taken >= 5
    assert rule is None or rule in names(found)


@pytest.mark.parametrize("seconds", ["TrainingTimeInSeconds", "BillableTimeInSeconds"])
def test_a_job_that_never_trained_has_no_seconds_to_report(seconds: str) -> None:
    """A job that is starting has trained for an hour, or has to pay for one."""
    starting = json.dumps({**poll("Starting", name="twin-9"), seconds: 3600})

    found, _ = both([*fleet(), starting])

    assert [("training-time-mismatch", f"/{seconds}")] == [(f.name, f.pointer) for f in found]


def test_a_fixed_member_that_is_gone_is_suspicious() -> None:
    """The last response of a job has no role any more; one that gets a role later had none."""
    lines = fleet()
    last = json.loads(lines[-1])
    gone = {name: value for name, value in last.items() if name != "RoleArn"}
    came = json.loads(fleet("other")[0])
    bare = {name: value for name, value in came.items() if name != "RoleArn"}

    found, _ = both([*lines[:-1], json.dumps(gone), json.dumps(bare), json.dumps(came)])

    assert [("changed-fixed-member", "warning", 4)] == [
        (f.name, f.severity, f.index) for f in found
    ]


def test_a_reason_comes_with_the_failure() -> None:
    """A job that trains has failed already, it seems; one that uploads may be about to fail."""
    training = {**poll("Starting", "Training", name="one"), "FailureReason": "AlgorithmError"}
    uploading = poll("Starting", "Training", "Uploading", name="two")
    both_active = [training, {**uploading, "FailureReason": "AlgorithmError"}]

    found, _ = both([*fleet(), *map(json.dumps, both_active)])

    assert ["unexpected-failure-reason"] == names(found)


def test_lines_that_no_rule_can_tell_apart_are_judged_once() -> None:
    """Of three jobs that live alike the rules are asked about the first."""
    found, taken = both(fleet())

    assert (10, 3) == (taken, found.summary.consistent)


@pytest.mark.parametrize("nested", [("Before",), ("After",), ("Before", "After")])
@pytest.mark.parametrize("own", [True, False])
def test_a_time_of_the_name_deeper_in_a_line_is_another(nested: tuple[str, ...], own: bool) -> None:
    """An environment may have a variable that is called like the time of the last change."""
    lines = []
    for line in fleet():
        response = json.loads(line)
        time = {"LastModifiedTime": "2023-11-14T22:13:20Z"}
        around: dict[str, Any] = dict.fromkeys(nested, time)
        before = {"Before": around.pop("Before", {})}
        if not own:
            del response["LastModifiedTime"]
        lines.append(json.dumps({**before, **response, **around}))

    found, _ = both(lines)

    assert [] == names(found)


@pytest.mark.parametrize("wrapper", ["detail-type", "response"])
def test_a_member_that_looks_like_a_wrapper_is_looked_at(wrapper: str) -> None:
    """A line that has the name of what responses are wrapped in may be an event."""
    strange = json.dumps({**poll(*COMPLETED, name="strange"), wrapper: "none"})

    found, taken = both([*fleet(), strange])

    assert (10, {"detail-type": 3, "response": 4}[wrapper]) == (taken, found.summary.jobs)


OVER = ("Starting", "Training", "Stopping", "MaxRuntimeExceeded")


def limited(name: str, limit: int, **seconds: int) -> str:
    """A job that was ended at the limit of its run time, after two minutes of work."""
    stopping = {"MaxRuntimeInSeconds": limit}
    return json.dumps(poll(*OVER, name=name, StoppingCondition=stopping, **seconds))


def test_a_limit_that_was_not_reached_is_told_among_many_that_were() -> None:
    """Jobs end at limits of their own; the one that ended before its limit is told."""
    reached = [limited(f"twin-{at}", 60 + at) for at in range(4)]
    trained = {"TrainingTimeInSeconds": 120, "BillableTimeInSeconds": 120}
    counted = [limited(f"seen-{at}", 60, **trained) for at in range(2)]

    found, _ = both([*reached, *counted, limited("early", 7200)])

    assert ["runtime-limit-not-reached"] == names(found)
    assert {"early"} == {one.job.rpartition("/")[2] for one in found if one.severity != "info"}


@pytest.mark.parametrize(
    ("again", "bad"),
    [
        ("2026-01-02T10:13:61Z", True),
        ("2026-01-02T10:20:00", False),
        ("2027-01-01T00:00:00Z", False),
    ],
)
def test_a_job_with_a_fault_comes_again_at_any_time(again: str, bad: bool) -> None:
    """The last line of a job that was found wrong may come with a time that is none."""
    wrong = {**poll("Starting", "Uploading"), "LastModifiedTime": "2026-01-02T10:13:20Z"}
    one, other = json.dumps(wrong), json.dumps({**wrong, "LastModifiedTime": again})

    found, _ = both([one, one, other, other])

    assert "illegal-transition" in names(found)
    assert bad == ("bad-timestamp" in names(found))


def test_two_evaluations_of_one_name_are_told_apart_from_one_that_moves() -> None:
    """Of two items with one name and two statuses nobody knows which one moved."""
    items = [
        {"RuleConfigurationName": "loss", "RuleEvaluationStatus": status}
        for status in ("InProgress", "NoIssuesFound")
    ]
    members: dict[str, Any] = {
        "TrainingEndTime": BORN + 60,
        "DebugRuleEvaluationStatuses": items,
    }
    line = json.dumps(poll("Starting", "Training", **members))

    found, _ = both([line] * 4)

    assert 4 == found.summary.responses


@pytest.mark.parametrize("how", [{"tolerances": Tolerances(join=0.0005)}, {"order": Order.FREE}])
def test_options_under_which_no_time_is_regular(how: dict[str, Any]) -> None:
    """Without a tolerance, or without an order, each line is judged by itself."""
    found, _ = both(fleet(), **how)

    assert 3 == found.summary.consistent


@pytest.mark.parametrize("most", [0, 1, 3, 7, 12])
def test_what_is_new_beyond_the_bounds_of_the_memory_is_judged(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of recordings of ever new kinds only so much is remembered; the report is the same."""
    for module, name in ((memory, "MOST"), (setting, "_MOST")):
        monkeypatch.setattr(module, name, most)
    pools = [fleet(at, WarmPoolStatus={"Status": at}) for at in ("InUse", "Available", "Reused")]
    counted = fleet("counted", TrainingTimeInSeconds=0, BillableTimeInSeconds=0)
    unseen = fleet("unseen", TrainingStartTime=None)
    stopped = [line.replace('"InProgress"', '"Stopping"') for line in fleet("stopped")]

    found, _ = both(
        [*fleet(), *(line for pool in pools for line in pool), *counted, *stopped, *unseen]
    )

    assert found.summary.responses > 40


TWICE = """
extends = "builtin"
[spec]
version = "mine"
[[member]]
name = "SecondStartTime"
role = "time"
type = "timestamp"
evidence = "inferred"
sources = ["model"]
"""


def test_a_specification_with_a_time_more_is_judged_alike(tmp_path: Path) -> None:
    """The fast path knows the times that rules read, and leaves any other member to them."""
    overlay = tmp_path / "more.toml"
    overlay.write_text(TWICE)
    lines = [json.dumps({**json.loads(line), "SecondStartTime": "no time"}) for line in fleet()]

    found, taken = both(lines, spec=trainstate.load_spec(overlay))

    assert 0 == taken
    assert {"bad-timestamp"} == set(names(found))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """What a job was is read again when something unusual comes; it must still be there."""
    path = tmp_path / "polls.ndjson"
    unusual = json.dumps(poll("Starting", "Pending", name="twin-0"))
    text = "\n".join([*fleet(), unusual, ""])
    path.write_text(text)
    checker = Checker()
    records = read_paths([path], SPEC, repeats=checker.repeats())
    checker.feed(next(records))
    path.write_text("x" * len(text))

    with pytest.raises(trainstate.InputError, match="has changed while it was read"):
        judge(records, checker)


def test_a_job_is_late_only_in_the_file_in_which_it_was_seen_last(tmp_path: Path) -> None:
    """A recording of another poller begins with what the first one ended with, and goes back."""
    lives = {name: life(*COMPLETED[:3], name=name) for name in ("twin-0", "twin-1")}
    moved = {
        name: {**polls[-1], "LastModifiedTime": polls[-1]["LastModifiedTime"] + 60}
        for name, polls in lives.items()
    }
    first = [one for name, polls in lives.items() for one in (*polls, moved[name])]
    second = [moved["twin-1"], lives["twin-1"][-1], moved["twin-1"]]
    for name, polls in (("one", first), ("two", second)):
        text = "\n".join(map(json.dumps, polls))
        (tmp_path / f"{name}.ndjson").write_text(text)

    reports = []
    for fast in (False, True):
        checker = Checker()
        repeats = checker.repeats() if fast else None
        reports.append(judge(read_paths([tmp_path], SPEC, repeats=repeats), checker))

    assert ["stale-observation"] == names(reports[0])
    assert reports[0] == reports[1]


def test_a_name_that_is_written_with_an_escape_is_read() -> None:
    """Another member's LastModifiedTime is not taken for the response's own."""
    rules = [{"RuleConfigurationName": "loss", "LastModifiedTime": BORN}]
    lines = [
        json.dumps({**json.loads(line), "DebugRuleEvaluationStatuses": rules}) for line in fleet()
    ]
    escaped = [line.replace('"LastModifiedTime"', r'"LastModified\u0054ime"', 1) for line in lines]

    found, taken = both(escaped)

    assert "TrainingJobName" in escaped[0]
    assert 0 == taken
    assert len(found.jobs) == 3


@pytest.mark.parametrize("time", ["2026-99-99T99:99:99Z", "2026-01-01 00:00:00Z"])
def test_a_repeated_line_with_a_time_that_is_none_is_judged(time: str) -> None:
    """A job with a finding is known by its state; its line comes again at no time."""
    faulty = {**poll("Starting", name="odd"), "FailureReason": "none that a running job has"}
    faulty["LastModifiedTime"] = "2026-01-01T00:00:00Z"
    again = {**faulty, "LastModifiedTime": time}

    found, _ = both(map(json.dumps, (faulty, faulty, again)))

    assert 3 == sum(job.responses for job in found.jobs)


def test_a_reader_that_means_another_line_must_show_it() -> None:
    """A row is counted by its mark only where that is the mark of its job's last line."""
    checker = Checker()
    path, shelf = checker.repeats(), SpoolShelf("rows")
    arn, line = poll("Starting")["TrainingJobArn"], json.dumps(poll("Starting")).encode()
    assert not path.takes(line, shelf, 0)
    checker.feed(read_response(json.loads(line), SPEC, origin=Origin(file="rows")))
    job = path.jobs[arn]
    mark = job.marked or 0

    assert not comes_again(path, "arn:another", mark, job.token, shelf)
    assert not comes_again(path, arn, mark + 1, job.token, shelf)
    assert not comes_again(path, arn, mark, job.token, SpoolShelf("other rows"))
    assert comes_again(path, arn, mark, job.token, shelf)
    assert 2 == job.responses


def test_only_counts_that_rules_see_make_another_shape() -> None:
    """A count of which no rule says that it must be there, or looks at, does not."""
    read = tuple(
        evolve(one, scope=Scope.RESPONSE, reads=("BillableTokenCount",)) for one in rules()
    )
    needed = tuple(evolve(one, required=True) for one in SPEC.members)
    blind = [one for one in rules() if "BillableTokenCount" not in one.reads]
    found = (
        glances(SPEC, blind),
        glances(SPEC, read[:1]),
        glances(evolve(SPEC, members=needed), blind),
    )

    assert [made.telling for made in found if made is not None] == [(), (0,), (0,)]


SERVERLESS = {"ServerlessJobConfig": {"JobType": "FineTuning"}}


@pytest.mark.parametrize(("billed", "rule"), [(None, "half-the-seconds"), (0, "spot-savings")])
def test_what_is_said_of_serverless_jobs_is_said_of_no_other(billed: int | None, rule: str) -> None:
    """Jobs alike but for that: those billed by tokens have no billed seconds, others must."""
    shown = {"TrainingTimeInSeconds": 180} | (
        {} if billed is None else {"BillableTimeInSeconds": billed}
    )
    jobs = [poll(*COMPLETED, name=f"job-{at}", **shown) for at in range(6)]
    lines = [json.dumps(job | (SERVERLESS if at < 3 else {})) for at, job in enumerate(jobs)]

    found, _ = both(lines)

    assert ["job-3", "job-4", "job-5"] == [f.job.rpartition("/")[2] for f in found if f.job]
    assert all(name.startswith(rule) for name in names(found))


def test_jobs_of_a_specification_without_a_kind_of_arn_take_the_fast_path() -> None:
    """Where nobody says what an ARN looks like, any text is one."""
    spec = evolve(SPEC, layout=evolve(SPEC.layout, resource=""))

    found, taken = both(fleet(), spec=spec)

    assert [] == names(found)
    assert taken
