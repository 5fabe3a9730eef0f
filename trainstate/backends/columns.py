"""A table of responses: which of its columns are members, and its rows in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
from attrs import frozen

from trainstate.backends.rows import mappings
from trainstate.history.machines import folded, machine_of
from trainstate.history.readers.envelope import wrappers
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.wire import looks_like_response
from trainstate.spec.model import Spec

ROW, MORE = "_row", "_more"
"""Columns that a batch has beside its own: the number of the row, whether it has other members."""

BATCH = 8_192
"""How many rows are held as values at a time."""


@frozen(kw_only=True)
class Columns:
    """The columns of a table that are read, and those that are only looked at where it matters.

    A row that shows nothing but what a listing shows is a summary, unless it has any
    other member: ``others`` are those of which only that is asked. ``named`` has the column of
    each member, and is empty where two columns would be one member.
    """

    read: tuple[str, ...]
    others: tuple[str, ...] = ()
    wrapped: bool = False
    named: Mapping[str, str] = {}

    @classmethod
    def of(cls, found: Iterable[str], spec: Spec) -> Columns:
        """What to read of a table with these columns; nothing where no row can be a record."""
        names = tuple(dict.fromkeys(found))
        if not wrappers(spec).isdisjoint(names):
            return cls(read=names, wrapped=True)
        asked, spec = spec, machine_of(dict.fromkeys(names), spec)
        if not looks_like_response(dict.fromkeys(names), spec):
            return cls(read=())
        members = [member.name for member in spec.members]
        by_fold = {folded(name): name for name in (*spec.layout.summary, *members)}
        by_fold |= {folded(name): name for name in spec.layout.searched}
        read = tuple(name for name in names if folded(name) in by_fold)
        # Beside one name of the service's own, names in another notation are other members.
        own = any(name in spec.member_by_name for name in names)
        shown = [name for name in read if not own or name in by_fold.values()]
        named = {by_fold[folded(name)]: name for name in shown}
        return cls(
            read=read,
            others=tuple(name for name in names if name not in read),
            named=named if len(named) == len(shown) and spec is asked else {},
        )


@frozen(kw_only=True)
class Table:
    """A table that is read in batches, as often as it is asked for."""

    frame: pl.LazyFrame
    columns: Columns
    count: int

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows in batches, each with its number, counted from 1."""
        return self._batches(self.frame.with_row_index(ROW, offset=1), pl.lit(False))

    def rows(self, where: pl.Expr | None) -> Iterator[pl.DataFrame]:
        """Some rows, each with its number and whether it has members that are not read."""
        numbered = self.frame.with_row_index(ROW, offset=1)
        return self._batches(numbered if where is None else numbered.filter(where), self._more)

    def part(self, start: int, size: int) -> pl.DataFrame:
        """The rows from one on, as ``rows`` has them."""
        numbered = self.frame.slice(start, size).with_row_index(ROW, offset=start + 1)
        return numbered.select(ROW, *self.columns.read, self._more.alias(MORE)).collect()

    @property
    def _more(self) -> pl.Expr:
        others = [pl.col(name).is_not_null() for name in self.columns.others]
        return pl.any_horizontal(others) if others else pl.lit(False)

    def _batches(self, chosen: pl.LazyFrame, more: pl.Expr) -> Iterator[pl.DataFrame]:
        given = chosen.select(ROW, *self.columns.read, more.alias(MORE))
        yield from given.collect_batches(chunk_size=BATCH, maintain_order=True)


def numbered_rows(
    batch: pl.DataFrame, columns: Columns, spec: Spec
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a batch as mappings, each with its number."""
    listed = frozenset(spec.layout.summary)
    found = mappings(batch.drop(ROW, MORE))
    written = _texts_of_json(batch.schema, columns, spec)
    for row in found if written else ():
        row |= {name: _of_json(row[name]) for name in written if name in row}
    for number, more, row in zip(batch[ROW].to_list(), batch[MORE].to_list(), found, strict=True):
        yield number, {**row, MORE: True} if more and row.keys() <= listed else row


def _texts_of_json(schema: Mapping[str, Any], columns: Columns, spec: Spec) -> list[str]:
    """The columns of texts where a member is nested: flat tables have JSON there."""
    kinds = {member.name: member.type for member in spec.members}
    nested = (name for name, kind in kinds.items() if kind in ("structure", "list", "map"))
    found = (columns.named[name] for name in nested if name in columns.named)
    return [column for column in found if schema[column] == pl.String]


def _of_json(text: str) -> Any:
    """What a text of JSON holds; the text itself where it is none."""
    try:
        return decode(text.encode("utf-8")) if text.lstrip()[:1] in ("{", "[") else text
    except NotJson:
        return text


__all__ = ["BATCH", "MORE", "ROW", "Columns", "Table", "numbered_rows"]
