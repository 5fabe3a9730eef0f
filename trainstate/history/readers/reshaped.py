"""Responses in another shape: columns of a table, pairs, or DynamoDB's typed values."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from trainstate.history.wire import looks_like_response
from trainstate.spec.model import Spec

_TYPED = frozenset({"S", "N", "BOOL", "NULL", "M", "L", "SS", "NS", "BS", "B"})
_PAIR = {"field", "value"}
_SCALAR = frozenset({"string", "integer", "long", "timestamp", "boolean"})

Row = tuple[str, dict[str, Any]]
"""The JSON pointer of a table's row, by index, and its members."""


def untyped(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """The mapping without DynamoDB's types; None if it has none.

    ``{"TrainingJobName": {"S": "tern"}}`` becomes ``{"TrainingJobName": "tern"}``.
    """
    if not value or not all(map(_is_typed, value.values())):
        return None
    return {name: _bare(item) for name, item in value.items()}


def paired(item: Any) -> dict[str, Any] | None:
    """A row of CloudWatch Logs Insights, which the API gives as pairs of a field and its value."""
    pairs = item if isinstance(item, list | tuple) else ()
    if not pairs or not all(isinstance(pair, Mapping) and pair.keys() == _PAIR for pair in pairs):
        return None
    return {str(pair["field"]): pair["value"] for pair in pairs}


def rows(value: Mapping[str, Any], spec: Spec) -> Iterator[Row]:
    """The rows of a table written by column; empty if the mapping is no such table.

    The forms are those of pandas: ``{"columns": […], "data": [[…]]}``, ``{column: {index: cell}}``
    and ``{column: [cell]}``.
    """
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list):
        yield from _split(names, data, spec)
    elif not looks_like_response(value, spec):
        return
    elif all(isinstance(column, Mapping) for column in value.values()):
        yield from _by_index(value)
    elif _is_lists(value, spec):
        for index in range(len(next(iter(value.values())))):
            yield f"/{index}", {name: column[index] for name, column in value.items()}


def _is_typed(value: object) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and not _TYPED.isdisjoint(value)


def _bare(value: object) -> Any:
    if not isinstance(value, Mapping) or not _is_typed(value):
        return value
    ((kind, inner),) = value.items()
    if kind == "NULL":
        return None
    if kind == "N":
        return _number(inner)
    if kind == "M" and isinstance(inner, Mapping):
        return {name: _bare(item) for name, item in inner.items()}
    if kind == "L" and isinstance(inner, list):
        return [_bare(item) for item in inner]
    return inner


def _number(written: object) -> object:
    if isinstance(written, str):
        for read in (int, float):
            with suppress(ValueError):
                return read(written)
    return written


def _split(names: Sequence[Any], data: Sequence[Any], spec: Spec) -> Iterator[Row]:
    if all(isinstance(name, str) for name in names) and looks_like_response(
        dict.fromkeys(names), spec
    ):
        for index, cells in enumerate(data):
            if isinstance(cells, list) and len(cells) == len(names):
                yield f"/data/{index}", dict(zip(names, cells, strict=True))


def _by_index(table: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    columns = list(table.values())
    indices = list(columns[0])
    if indices and all(list(column) == indices for column in columns):
        for index in indices:
            yield f"/{index}", {name: column[index] for name, column in table.items()}


def _is_lists(value: Mapping[str, Any], spec: Spec) -> bool:
    """Whether all members are lists of one length, and one of them is a scalar in a response."""
    columns = list(value.values())
    if not all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return False
    known = (spec.member_by_name.get(name) for name in value)
    return any(member is not None and member.type in _SCALAR for member in known)
