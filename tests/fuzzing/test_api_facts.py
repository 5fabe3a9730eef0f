"""The facts about operations are those of the installed botocore, and have their sources."""

from __future__ import annotations

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

import trainstate
from trainstate.rules.exchange import PARTS, Why
from trainstate.simulator.validate import operation_model
from trainstate.spec.load import BUILTIN, builtin_spec
from trainstate.testing.fuzzing.ledger import api, facts_of
from trainstate.testing.fuzzing.requests import (
    CREATIONS,
    INVALID,
    JOBS,
    LISTS,
    UPDATES,
    creation,
    creations,
)

OPERATIONS = [(machine, part) for machine in JOBS for part in api(machine).operations]


@pytest.mark.parametrize(("machine", "part"), OPERATIONS)
def test_an_operation_declares_what_botocore_lists(machine: str, part: str) -> None:
    """The declared errors of an operation are those of the API's model."""
    operation = api(machine).operations[part]
    listed = {shape.name for shape in operation_model(operation.name).error_shapes}

    assert listed == operation.declared
    assert xform_name(operation.name) == api(machine).methods[part]


@pytest.mark.parametrize("machine", JOBS)
def test_every_operation_of_the_service_is_known(machine: str) -> None:
    """Only what the API lacks is left out: a job's update, the deletion of a transform job."""
    layout, api_of = builtin_spec(machine).layout, api(machine).operations
    named = {layout.operation, layout.stop, layout.deletion, layout.listing} - {"", None}

    assert named == {one.name for part, one in api_of.items() if part not in ("create", "update")}
    assert set(PARTS) == set(api().operations)


@pytest.mark.parametrize("machine", JOBS)
def test_every_row_has_a_source(machine: str) -> None:
    """Each row names sources of the specification."""
    facts = facts_of(machine)
    rows = [
        *facts["operation"],
        *facts["refusal"],
        *([facts["common"]] if "common" in facts else []),
    ]

    assert all(row["sources"] for row in rows)
    known = builtin_spec(machine).source_by_id
    assert {s for row in rows for s in row["sources"]} <= set(known)


@pytest.mark.parametrize("machine", [name for name in JOBS if name != BUILTIN])
def test_the_creations_of_other_jobs_are_the_api_s(machine: str) -> None:
    """Each is accepted by the API's model, but for the one that is not allowed."""
    spec, model = builtin_spec(machine), operation_model(api(machine).operations["create"].name)
    validator = ParamValidator()

    for word in creations(spec):
        report = validator.validate(creation(word, "job-a-0", spec), model.input_shape)
        assert not report.has_errors(), report.generate_report()


def test_every_reason_has_its_refusal() -> None:
    """How the service refuses is known for every reason that it has."""
    assert set(Why) - {Why.NOTHING} == set(api().refusals)


def test_the_requests_are_the_api_s() -> None:
    """Each member of a request is in the API's model; every status is asked for."""
    for operation, table in (
        ("CreateTrainingJob", CREATIONS),
        ("UpdateTrainingJob", UPDATES),
        ("ListTrainingJobs", LISTS),
    ):
        known = operation_model(operation).input_shape.members
        assert {name for request in table.values() for name in request} <= set(known)
    asked = {request.get("StatusEquals") for request in LISTS.values()} - {None}

    assert set(trainstate.SPEC.primary_by_name) == asked
    assert set(CREATIONS) >= INVALID


def refused(code: str, status: int = 400) -> ClientError:
    meta = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": meta}, "x")


@pytest.mark.parametrize(
    ("error", "code", "lacking", "internal"),
    [
        (refused("ResourceInUse"), "ResourceInUse", False, False),
        (refused("UnknownOperation"), "UnknownOperation", True, False),
        (refused("501", 501), "501", True, True),
        (refused("Odd", 500), "Odd", False, True),
        (NotImplementedError("no"), "", True, False),
        (KeyError("x"), "", False, False),
        (ClientError({}, "x"), "", False, False),
    ],
)
def test_what_an_exception_says(error: Exception, code: str, lacking: bool, internal: bool) -> None:
    """An error of a service has a code; anything else has only its class."""
    fault = api().fault_of(error)

    assert (code, lacking, internal) == (fault.code, fault.lacking, fault.internal)
