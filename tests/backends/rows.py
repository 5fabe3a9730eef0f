"""The same rows as NDJSON and as Parquet, and what a check says of either."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainstate.backends.writing import Unfit, merged, type_of
from trainstate.checking.report import Report
from trainstate.checking.stream import Checker, judge
from trainstate.errors import InputError
from trainstate.history.readers.settings import Limits
from trainstate.history.readers.source import Asked, Input
from trainstate.rules.index import select_rules
from trainstate.spec.load import builtin_spec
from trainstate.testing.observations import written

SPEC = builtin_spec()
Row = dict[str, Any]


def alike(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows that can stand in one table: a member of another type than before is left out."""
    known: dict[str, Any] = {}
    found: list[Row] = []
    for row in rows:
        kept: Row = {}
        for name, value in row.items():
            member = SPEC.member_by_name.get(name)
            try:
                kind = type_of(value, member is not None and member.type == "map")
                known[name] = merged(known.get(name, pa.null()), kind)
            except Unfit:
                continue
            kept[name] = value
        found.append(kept)
    return found


def table_of(rows: list[Row]) -> Any:
    """A table of rows that can stand in one."""
    names: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            member = SPEC.member_by_name.get(name)
            kind = type_of(value, member is not None and member.type == "map")
            names[name] = merged(names.get(name, pa.null()), kind)
    kinds = {name: kind for name, kind in names.items() if not _is_hollow(kind)}
    columns = [pa.array([row.get(name) for row in rows], type=kind) for name, kind in kinds.items()]
    return pa.table(columns, names=list(kinds))


def _is_hollow(kind: Any) -> bool:
    """Parquet has no columns of nothing but nulls, and no structures without a member."""
    if pa.types.is_struct(kind):
        return all(_is_hollow(part.type) for part in kind)
    if pa.types.is_list(kind):
        return _is_hollow(kind.value_type)
    return bool(pa.types.is_null(kind))


def parquet(table: Any, *, group: int | None = None, **options: Any) -> bytes:
    """A table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=group, **options)
    return sink.getvalue()


def ndjson(rows: list[Row]) -> bytes:
    """Rows as lines; members that are null are left out."""
    return b"\n".join(json.dumps(written(bare(row), "iso")).encode() for row in rows)


def bare(value: Any) -> Any:
    """A value without the members that are null."""
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items() if item is not None}
    return [bare(item) for item in value] if isinstance(value, list) else value


def report(data: bytes, *, select: tuple[str, ...] = ()) -> Report | str:
    """What a check says of an input; a refusal is an answer, too."""
    checker = Checker(spec=SPEC, rules=select_rules(select=select))
    asked = Asked(spec=SPEC, limits=Limits())
    try:
        return judge(Input(asked=asked, name="rows", file="rows").read(io.BytesIO(data)), checker)
    except InputError as error:
        return str(error)
