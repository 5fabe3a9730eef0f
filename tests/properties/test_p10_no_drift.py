"""P10: the facts name what the installed botocore names. Data only, no network."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

from trainstate.aws.service_model import drift_of, installed_drift
from trainstate.checking.drift import check_drift
from trainstate.cli import main
from trainstate.errors import UsageError
from trainstate.spec.facts import Evidence
from trainstate.spec.load import builtin_spec, load_spec, spec_names
from trainstate.spec.model import Shape, Spec

loaders = pytest.importorskip("botocore.loaders", reason="drift needs an installed botocore")
SPEC = builtin_spec()
SPECS = [builtin_spec(name) for name in spec_names()]


@cache
def model(kind: str) -> Any:
    return loaders.Loader().load_service_model("sagemaker", kind)


def members() -> Any:
    return model("service-2")["shapes"]["DescribeTrainingJobResponse"]["members"]


@pytest.mark.parametrize(
    ("shape", "known"),
    [("TrainingJobStatus", SPEC.primary_by_name), ("SecondaryStatus", SPEC.secondary_by_name)],
)
def test_the_statuses_are_the_enumeration(shape: str, known: dict[str, object]) -> None:
    """The facts have each status of the API's enumeration, and no other."""
    assert set(model("service-2")["shapes"][shape]["enum"]) == set(known)


def test_the_members_are_those_of_the_response() -> None:
    """Each member of DescribeTrainingJobResponse has a role, and nothing else has one."""
    assert set(members()) == set(SPEC.member_by_name)


def test_the_members_have_the_types_of_the_response() -> None:
    """The type of a member is the one that the API declares."""
    shapes = model("service-2")["shapes"]
    declared = {name: shapes[row["shape"]]["type"] for name, row in members().items()}

    assert declared == {member.name: member.type for member in SPEC.members}


@pytest.mark.parametrize("name", spec_names())
def test_the_inner_names_are_those_of_the_response(name: str) -> None:
    """Names in lower case are known by those that the API has inside the members."""
    shapes, layout = model("service-2")["shapes"], load_spec(name).layout
    waiting = [f"{layout.operation}Response"]
    seen, found = set(waiting), set()
    while waiting:
        shape = shapes[(current := waiting.pop())]
        inner = [shape[part]["shape"] for part in ("member", "value") if part in shape]
        inner += [row["shape"] for row in shape.get("members", {}).values()]
        found |= set() if current == f"{layout.operation}Response" else {*shape.get("members", ())}
        waiting += set(inner) - seen
        seen |= {*inner}

    assert found == set(layout.inner)


def test_the_required_members_are_those_that_the_api_requires() -> None:
    """A member is required in the facts where the API declares it so."""
    required = model("service-2")["shapes"]["DescribeTrainingJobResponse"]["required"]

    assert set(required) == {member.name for member in SPEC.members if member.required}


def test_the_unsearched_members_are_those_that_a_search_has_not() -> None:
    """A result of Search lacks those members of the facts, and no other."""
    searched = model("service-2")["shapes"]["TrainingJob"]["members"]
    members = {member.name for member in SPEC.members}

    assert members.difference(searched) == set(SPEC.layout.unsearched)


def test_the_enlisted_members_are_those_that_a_tuning_job_lists_only() -> None:
    """A list of a tuning job's jobs always has them; no response and no other list does."""
    shapes = model("service-2")["shapes"]
    listed = shapes["HyperParameterTrainingJobSummary"]
    others = ("DescribeTrainingJobResponse", "TrainingJob", "TrainingJobSummary")
    elsewhere = {name for shape in others for name in shapes[shape]["members"]}

    assert set(listed["required"]).difference(elsewhere) == set(SPEC.layout.enlisted)


def declared(path: str, spec: Spec) -> tuple[Any, bool]:
    """What the API declares of a value inside a member, and whether it is required there."""
    shapes = model("service-2")["shapes"]
    shape, required = shapes[f"{spec.layout.operation}Response"], False
    for name in path.split("/"):
        if name in "*@":
            inner = {"list": "member", "map": {"*": "value", "@": "key"}.get(name)}[shape["type"]]
            shape, required = shapes[shape[inner]["shape"]], False
        else:
            required = name in shape.get("required", ())
            shape = shapes[shape["members"][name]["shape"]]
    return shape, required


@pytest.mark.parametrize(
    ("spec", "row", "path"),
    [(one, row, path) for one in SPECS for row in one.shapes for path in row.paths],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_shape_is_the_api_s(spec: Spec, row: Shape, path: str) -> None:
    """A value has the type, the values and the need that the API declares, and its limits or wider.

    TS507 tells when artifacts are needed.
    What only recordings show to be always there is recorded, not documented.
    """
    shape, required = declared(path.rstrip("!"), spec)
    required &= "S3ModelArtifacts" not in path

    assert row.type == {"long": "integer"}.get(shape["type"], shape["type"])
    assert path.endswith("!") is (required or row.evidence is Evidence.RECORDED)
    assert set(row.one_of) == set(shape.get("enum", ()) if row.one_of else ())
    assert row.most is None or row.most >= shape.get("max", 0)
    assert row.least is None or row.least <= shape.get("min", 100)


def test_all_that_is_required_has_a_shape() -> None:
    """Each required part of a member is in the facts, but for what their bounds say."""
    shapes = model("service-2")["shapes"]
    rows = [row for row in SPEC.shapes if row.evidence is not Evidence.RECORDED]
    told = {path for row in rows for path in row.paths}

    def needed(name: str, path: str) -> Iterator[str]:
        shape = shapes[name]
        for part, row in shape.get("members", {}).items():
            if part in shape.get("required", ()):
                yield f"{path}/{part}!"
            yield from needed(row["shape"], f"{path}/{part}")
        if "member" in shape:
            yield from needed(shape["member"]["shape"], f"{path}/*")

    inside = [p for name, row in members().items() for p in needed(row["shape"], name)]
    free = {"SecondaryStatusTransitions", "ModelArtifacts"}

    assert {p for p in inside if p.split("/")[0] not in free} == {p for p in told if p[-1] == "!"}


def test_the_waiter_ends_where_a_job_ends() -> None:
    """What ends botocore's wait are the terminal primaries."""
    acceptors = model("waiters-2")["waiters"]["TrainingJobCompletedOrStopped"]["acceptors"]
    ends = {row["expected"] for row in acceptors if row["matcher"] == "path"}

    assert ends == SPEC.terminal_primaries


def test_the_rules_find_no_drift() -> None:
    """The rules of the group TS8 are silent about the installed botocore."""
    assert check_drift(installed_drift(SPEC)) == ()


def changed() -> dict[str, Any]:
    """The API's shapes with a new primary, a new warm pool status, a new and a lost member."""
    shapes: dict[str, Any] = copy.deepcopy(dict(model("service-2")["shapes"]))
    shapes["TrainingJobStatus"]["enum"].append("Archived")
    shapes["WarmPoolResourceStatus"]["enum"].append("Draining")
    shapes["SecondaryStatus"]["enum"].remove("Restarting")
    shapes["DescribeTrainingJobResponse"]["members"]["Extra"] = {"shape": "SecondaryStatus"}
    return shapes


def test_each_difference_is_found() -> None:
    """A planted status, a status of an attached machine, a member and a loss are reported."""
    findings = check_drift(drift_of(SPEC, changed(), version="planted"))

    assert [
        ("TS801", "Archived"),
        ("TS801", "Draining"),
        ("TS802", "Extra"),
        ("TS803", "Restarting"),
    ] == [(f.code, f.facts.get("status") or f.facts["member"]) for f in findings]


def test_a_model_without_the_response_is_refused() -> None:
    """Shapes of another service are no model of a training job."""
    with pytest.raises(UsageError, match="DescribeTrainingJobResponse"):
        drift_of(SPEC, {}, version="another")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_finds_nothing(form: str) -> None:
    """`trainstate drift` exits with 0 where botocore and the facts agree."""
    result = CliRunner().invoke(main, ["drift", "--format", form])

    assert (0, True) == (result.exit_code, "botocore" in result.output)


def test_the_command_exits_with_1_on_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences are findings, in JSON with their codes."""
    drifted = drift_of(SPEC, changed(), version="planted")
    monkeypatch.setattr("trainstate.aws.service_model.installed_drift", lambda _spec: drifted)
    result = CliRunner().invoke(main, ["drift", "--format", "json"])
    codes = [finding["code"] for finding in json.loads(result.output)["findings"]]

    assert (1, ["TS801", "TS801", "TS802", "TS803"]) == (result.exit_code, codes)


def test_a_missing_botocore_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without botocore the command says what to install, and exits with 2."""
    monkeypatch.setitem(sys.modules, "botocore", None)
    result = CliRunner().invoke(main, ["drift"])

    assert (2, True) == (result.exit_code, "pip install botocore" in result.output)
