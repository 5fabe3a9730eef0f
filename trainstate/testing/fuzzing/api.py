"""Facts about the operations: their errors, and how the service refuses."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from attrs import frozen

from trainstate.rules.exchange import Failure, RefusalForm, Why

FACTS = "training_job_api.toml"
_BROKEN = 500


@frozen(kw_only=True)
class Operation:
    """An operation: its role, its name, and its error codes."""

    part: str
    name: str
    declared: frozenset[str]


@frozen(kw_only=True)
class Api:
    """Operations by role, refusals by reason, and the signs of a missing operation."""

    operations: Mapping[str, Operation]
    refusals: Mapping[Why, RefusalForm]
    common: frozenset[str]
    lacking: frozenset[str]
    lacking_types: frozenset[str]

    def documented(self, declared: frozenset[str], fault: Failure | None) -> frozenset[str]:
        """The codes with which an operation may fail; none once the service has broken."""
        return frozenset() if fault and fault.internal else declared | self.common

    def called(
        self, client: Any, method: str, params: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Failure | None]:
        """The answer of a client's method, or how it failed."""
        try:
            answer = getattr(client, method)(**params)
        except Exception as error:  # noqa: BLE001 - whatever comes out is what is judged
            return {}, self.fault_of(error)
        if not isinstance(answer, Mapping):
            return {}, None
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}, None

    def fault_of(self, error: Exception) -> Failure:
        """The content of an exception, whether or not it is like botocore's ClientError."""
        kind = type(error).__name__
        said = getattr(error, "response", None)
        about = said.get("Error") if isinstance(said, Mapping) else None
        if not isinstance(about, Mapping):
            return Failure(type=kind, message=str(error), lacking=kind in self.lacking_types)
        code = str(about.get("Code") or "")
        status = _status(said)
        # A server that lacks the operation can only say so by its status.
        lacking = code in self.lacking or (status in (404, 501) and not code.isalpha())
        return Failure(
            type=kind,
            code=code or kind,
            message=str(about.get("Message") or ""),
            lacking=lacking,
            internal=status >= _BROKEN,
        )


def _status(response: Any) -> int:
    meta = response.get("ResponseMetadata")
    status = meta.get("HTTPStatusCode") if isinstance(meta, Mapping) else None
    return status if isinstance(status, int) else 0


@cache
def api() -> Api:
    """The built-in facts about the operations."""
    facts = tomllib.loads(resources.files("trainstate.data").joinpath(FACTS).read_text("utf-8"))
    operations = (
        Operation(part=row["part"], name=row["name"], declared=frozenset(row["errors"]))
        for row in facts["operation"]
    )
    return Api(
        operations={operation.part: operation for operation in operations},
        refusals={
            Why(row["why"]): RefusalForm(codes=tuple(row["codes"]), text=row.get("text", ""))
            for row in facts["refusal"]
        },
        common=frozenset(facts["common"]["errors"]),
        lacking=frozenset(facts["common"]["lacking"]),
        lacking_types=frozenset(facts["common"]["lacking_types"]),
    )
