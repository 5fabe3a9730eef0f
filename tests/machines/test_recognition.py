"""What a record is of: told by its members, its form or its ARN, and judged by those facts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import trainstate
from trainstate.cli import main
from trainstate.errors import InputError, UsageError
from trainstate.history.machines import machine_of, of_arn
from trainstate.spec.load import builtin_spec, load_spec, spec_names
from trainstate.track import Tracker

PACKAGE = Path(trainstate.__file__).parent
SPEC = builtin_spec()
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
TIMES = {"CreationTime": "2026-01-02T10:00:00Z", "LastModifiedTime": "2026-01-02T10:05:00Z"}
OTHERS = spec_names()[1:]


def primary(name: str, outcome: str) -> str:
    """The status of a machine that means this outcome."""
    return next(fact.primary for fact in builtin_spec(name).outcomes if fact.name == outcome)


def response(name: str, **members: Any) -> dict[str, Any]:
    """A response of a machine that says nothing but identity and status."""
    layout = builtin_spec(name).layout
    second = {layout.secondary: "Starting"} if layout.secondary else {}
    times = {key: value for key, value in TIMES.items() if layout.modified or key[0] == "C"}
    return {
        layout.name: "tern",
        layout.arn: f"{ARN}:{layout.resource}/tern",
        layout.primary: primary(name, "running"),
        **second,
        **times,
        **members,
    }


def machines(value: Any) -> list[str]:
    return [job.machine for job in trainstate.check(value).jobs]


@pytest.mark.parametrize("name", OTHERS)
def test_each_form_tells_its_machine(name: str) -> None:
    """A response, in both notations, a page, a result of Search, an event and a log's line."""
    layout, shown = builtin_spec(name).layout, response(name)
    snake = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): one for key, one in shown.items()}
    forms: list[Any] = [shown, snake, {layout.listed: [shown]}]
    forms += [{"Results": [{layout.kind: shown}]}] if layout.kind else []
    forms += [{"detail-type": layout.event, "detail": shown}] if layout.event else []

    for form in forms:
        assert [name] == machines(form)
        assert [name] == machines(json.dumps(form))
    assert name == getattr(of_arn(shown[layout.arn], SPEC), "name", None)


def test_what_began_a_job_tells_nothing() -> None:
    """Jobs name those that began them, and the training job's ARN is in others' responses."""
    assert [""] == machines(response("training-job", AutoMLJobArn=f"{ARN}:automl-job/a"))
    began = response("processing-job", TrainingJobArn=f"{ARN}:training-job/a")
    assert ["processing-job"] == machines(began)
    assert SPEC is machine_of({"TrainingJobName": "a", "SecondaryStatus": "Starting"}, SPEC)


def test_the_name_of_another_service_is_no_job() -> None:
    """Other services have a JobName and a JobArn, too."""
    other = {"JobName": "a", "JobArn": "arn:aws:batch:us-east-1:123456789012:job/a"}

    assert SPEC is machine_of(other, SPEC)


def test_a_summary_has_its_own_names() -> None:
    """ListJobs calls the secondary status otherwise than DescribeJob."""
    page = {"JobSummaries": [{**response("job"), "JobSecondaryStatus": "Nowhere"}]}
    del page["JobSummaries"][0]["SecondaryStatus"]

    assert ["TS102"] == [one.code for one in trainstate.check(page) if one.severity != "info"]


def test_a_folder_of_all_kinds_is_judged(tmp_path: Path) -> None:
    """The summary says how many jobs of each machine there are."""
    for name in spec_names():
        (tmp_path / f"{name}.json").write_text(json.dumps(response(name)), encoding="utf-8")
    said = CliRunner().invoke(main, ["check", "--isolated", str(tmp_path)]).output

    many = len(spec_names())
    assert f"{many} responses of {many} jobs" in said
    assert all(f"1 {name}" in said for name in spec_names())


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif", "html", "junit", "github", "concise"])
@pytest.mark.parametrize("name", [None, *OTHERS])
def test_every_format_writes_every_machine(tmp_path: Path, form: str, name: str | None) -> None:
    """No form of a report asks for facts of the training job."""
    path = tmp_path / "all.ndjson"
    lines = [json.dumps(response(name or "job")), *map(json.dumps, map(response, spec_names()))]
    path.write_text("\n".join(lines), encoding="utf-8")
    asked = ["--spec", name] if name else []
    done = CliRunner().invoke(main, ["check", "--isolated", "--format", form, str(path), *asked])

    assert 0 == done.exit_code, done.output


def test_several_processes_say_the_same(tmp_path: Path) -> None:
    """Workers count the jobs of each machine as one process does."""
    path = tmp_path / "all.ndjson"
    path.write_text("\n".join(json.dumps(response(n)) for n in spec_names()), encoding="utf-8")
    asked = ["check", "--isolated", "-v", str(path)]
    alone, shared = (
        CliRunner().invoke(main, [*asked, "--workers", str(count)]).output for count in (1, 2)
    )

    assert alone == shared


def test_asking_for_one_machine_leaves_the_others_out() -> None:
    """`--spec NAME` narrows; where nothing is left, one sentence says so."""
    values = [response(name) for name in spec_names()]

    for name in spec_names():
        assert 1 == trainstate.check(values, spec=load_spec(name)).summary.jobs
    with pytest.raises(InputError, match="other things than jobs; `--spec` chooses"):
        trainstate.check(json.dumps(values[0]), spec=load_spec("job"))


def test_a_folder_without_a_recording_says_what_its_first_file_is(tmp_path: Path) -> None:
    """Each file was skipped, and the reason of one tells most."""
    (tmp_path / "one.json").write_text(json.dumps({"EndpointArn": f"{ARN}:endpoint/a"}))

    with pytest.raises(InputError, match=r"be read; .*one\.json is a record of type `endpoint`"):
        trainstate.check(tmp_path)


@pytest.mark.parametrize("kind", ["labeling-job", "endpoint", "inference-recommendations-job"])
def test_an_unknown_machine_is_named(kind: str) -> None:
    """One sentence says what it is, and of what there are facts."""
    shown = {"JobName": "a", "JobArn": f"{ARN}:{kind}/a", "Status": "PENDING"}

    with pytest.raises(InputError, match=f"is a record of type `{kind}`.*no facts.*processing-job"):
        trainstate.check(json.dumps(shown))


def test_a_tracker_keeps_to_its_machine() -> None:
    """The first observation decides; then the job of another machine is another job."""
    tracker = Tracker()
    tracker.observe(response("transform-job"))

    assert "transform-job" == tracker.spec.name
    with pytest.raises(UsageError, match="make one tracker for each job"):
        tracker.observe(response("processing-job", ProcessingJobName="egret"))


def test_no_module_names_another_machine() -> None:
    """What is known of a machine stands in its file of facts alone, not in a line of Python."""
    layouts = [builtin_spec(name).layout for name in OTHERS]
    roles = ("arn", "primary", "operation", "listing", "listed", "stop", "started", "event")
    names = {getattr(layout, role) for layout in layouts for role in roles}
    text = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    found = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, code in text.items()
        for name in names
        if name and re.search(rf"\b{re.escape(name)}\b", code) and path.parts[-2] != "simulator"
    ]

    assert [] == [one for one in found if not one.startswith(("testing/", "simulator/"))]
