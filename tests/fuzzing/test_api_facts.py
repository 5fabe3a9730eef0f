"""The facts about operations are those of the installed botocore, and have their sources."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest
from botocore.exceptions import ClientError

import trainstate
from trainstate.rules.exchange import PARTS, Why
from trainstate.simulator.validate import operation_model
from trainstate.testing.fuzzing.ledger import FACTS, api
from trainstate.testing.fuzzing.program import METHODS
from trainstate.testing.fuzzing.requests import CREATIONS, INVALID, LISTS, UPDATES

ROWS: dict[str, Any] = tomllib.loads(
    resources.files("trainstate.data").joinpath(FACTS).read_text("utf-8")
)


@pytest.mark.parametrize("part", PARTS)
def test_an_operation_declares_what_botocore_lists(part: str) -> None:
    """The declared errors of an operation are those of the API's model."""
    operation = api().operations[part]
    listed = {shape.name for shape in operation_model(operation.name).error_shapes}

    assert listed == operation.declared
    assert "".join(word.title() for word in METHODS[part].split("_")) == operation.name


def test_every_row_has_a_source() -> None:
    """Each row names sources of the specification."""
    rows = [*ROWS["operation"], *ROWS["refusal"], ROWS["common"]]

    assert all(row["sources"] for row in rows)
    assert {s for row in rows for s in row["sources"]} <= set(trainstate.SPEC.source_by_id)


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
