"""The columns of a table's members as expressions: what a row's values, times and amounts are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl
from attrs import frozen

from trainstate.backends.columns import ROW, Columns
from trainstate.history.excerpt import always_given
from trainstate.history.instants import since
from trainstate.history.model import MOST_SECONDS
from trainstate.history.nested import numbers
from trainstate.history.typed import SETTLED_ROLES
from trainstate.history.wire import folded
from trainstate.spec.model import AttachedMachine, Spec

_LATEST = 253_402_300_800_000_000  # the end of the year 9999, in microseconds since 1970
NONE, BLANK, TELLS, UNSURE = range(4)
SEPARATOR = "\n"
_WHOLE = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


@frozen(kw_only=True)
class Members:
    """The columns of a table by the members that they are."""

    spec: Spec
    columns: Columns
    schema: Mapping[str, Any]

    @property
    def machines(self) -> dict[str, AttachedMachine]:
        """The attached machines that the table has, by the column that tells their statuses."""
        found = (one for one in self.spec.machines if one.member in self.columns.named)
        return {f"machine_{at}": machine for at, machine in enumerate(found)}

    @property
    def lists(self) -> dict[str, AttachedMachine]:
        """The attached machines of several items, by the column that says what they are about."""
        found = (machine for machine in self.spec.machines if machine.items)
        return {f"items_{at}": machine for at, machine in enumerate(found)}

    @property
    def amounts(self) -> dict[str, str]:
        """The members of billing beside the seconds, by the column that has their numbers."""
        seconds = (self.spec.layout.training_seconds, self.spec.layout.billable_seconds)
        billing = [one.name for one in self.spec.members_with("billing")]
        return {f"amount_{at}": one for at, one in enumerate(billing) if one not in seconds}

    @property
    def growing(self) -> dict[str, tuple[AttachedMachine, str]]:
        """The numbers and times beside the statuses of machines that do not fall, by column."""
        return {
            f"grows_{at}_{part}": (machine, part)
            for at, machine in enumerate(self.machines.values())
            for part in machine.grows
            if _is_counted(self._kind(machine, part))
        }

    @property
    def staying(self) -> dict[str, tuple[AttachedMachine, str]]:
        """What stays beside the statuses of machines, by column; and what cannot be compared."""
        return {
            f"stays_{at}_{part}": (machine, part)
            for at, machine in enumerate(self.machines.values())
            for part in (*machine.stays, *machine.grows)
            if (kind := self._kind(machine, part)) is not None
            if part in machine.stays or not _is_counted(kind)
        }

    def expressions(self) -> Iterator[pl.Expr]:
        """The values of a row, and what its times and amounts are."""
        layout = self.spec.layout
        yield self._member(layout.arn).alias("_arn")
        yield self._member(layout.name).alias("_name")
        for name in ("created", "modified", "started", "ended"):
            yield _micro(self._member(getattr(layout, name))).alias(name)
        for name in ("training", "billable"):
            yield self._member(getattr(layout, f"{name}_seconds")).cast(pl.Float64).alias(name)
        yield self._member(layout.primary).cast(pl.String).alias("primary")
        yield self._member(layout.secondary).cast(pl.String).alias("secondary")
        reason = self._member(layout.failure_reason)
        yield reason.cast(pl.String).hash().alias("reason")
        yield _form(reason.cast(pl.String)).alias("reason_form")
        yield self._artifacts().alias("artifacts_form")
        yield from self._history()
        yield pl.struct(self._settled()).hash().alias("settled")
        for name, machine in self.machines.items():
            yield self._machine(machine).hash().alias(name)
        for name, machine in self.lists.items():
            yield self._items(machine).alias(name)
        for name, member in self.amounts.items():
            yield self._member(member).cast(pl.Float64).alias(name)
        for name, (machine, part) in {**self.growing, **self.staying}.items():
            yield self._beside(machine, part, grows=name in self.growing).alias(name)
        for name in ("results", "settings"):
            yield pl.struct(*map(self._member, self.groups()[name])).hash().alias(name)
        yield self._bits().alias("present")
        yield self._fits().alias("fits")
        yield pl.col(ROW).alias("first")
        yield pl.lit(1, pl.UInt32).alias("count")

    def _member(self, name: str | None) -> pl.Expr:
        """The column of a member; nulls where there is none."""
        column = self.columns.named.get(name or "")
        if column is not None and self.schema[column] != pl.Null:
            return pl.col(column)
        member = self.spec.member_by_name.get(name or "")
        return pl.lit(None, _EMPTY[member.type] if member else pl.Null).alias(name or "")

    def _history(self) -> Iterator[pl.Expr]:
        history, item = self._member(self.spec.layout.history), pl.element().struct
        names = _entry_fields(self.schema[self.columns.named[self.spec.layout.history]], self.spec)
        status, start, end = names["status"], names["start"], names.get("end")
        ended = pl.when(pl.lit(False)).then(item.field(start)) if end is None else item.field(end)
        begun = pl.struct(item.field(status), item.field(start)).hash()
        ends = history.list.eval(_micro(ended))
        yield history.list.len().cast(pl.Int64).alias("size")
        yield (
            history.list.eval(item.field(status).cast(pl.String))
            .list.join(SEPARATOR, ignore_nulls=False)
            .alias("statuses")
        )
        yield history.list.eval(_micro(item.field(start))).alias("starts")
        yield ends.alias("ends")
        yield ends.list.last().alias("last_end")
        yield history.list.eval(pl.element().hash()).alias("entries")
        yield history.list.eval(begun).alias("begun")
        yield history.hash().alias("history")

    def _settled(self) -> list[pl.Expr]:
        """What is fixed when a job is created, without what an update may change."""
        layout = self.spec.layout
        found = [self._member(name) for name in (layout.arn, layout.name, layout.created)]
        for member in self.spec.members:
            kind = self.schema.get(self.columns.named.get(member.name, ""))
            if member.role not in SETTLED_ROLES or kind in (None, pl.Null):
                continue
            if member.role != "updatable-configuration":
                found.append(self._member(member.name))
            elif member.updatable and isinstance(kind, pl.Struct):
                names = [one.name for one in kind.fields]
                free = {folded(name) for name in member.updatable}
                column = self._member(member.name)
                found += [column.struct.field(one) for one in names if folded(one) not in free]
                found.append(column.is_not_null())
        return [one.alias(str(at)) for at, one in enumerate(found)]

    def _machine(self, machine: AttachedMachine) -> pl.Expr:
        """The statuses of an attached machine, in the order of its items."""
        column, names = self._member(machine.member), self._fields(machine)
        if machine.status not in names:
            return column
        if machine.items:
            return column.list.eval(pl.element().struct.field(names[machine.status]))
        status = column.struct.field(names[machine.status])
        return pl.struct(status.alias("status"), column.is_not_null()).alias(machine.member)

    def _items(self, machine: AttachedMachine) -> pl.Expr:
        """What the statuses of a list are about, by their keys; null where it has none."""
        column, names = self._member(machine.member), self._fields(machine)
        if machine.key not in names:
            return column.list.len().cast(pl.UInt64)
        return column.list.eval(pl.element().struct.field(names[machine.key])).pipe(
            lambda keys: pl.when(keys.list.len() > 0).then(keys.hash())
        )

    def _beside(self, machine: AttachedMachine, part: str, *, grows: bool) -> pl.Expr:
        """What is beside the statuses of a machine, one for each item: as it is, or as a number."""
        column, kind = self._member(machine.member), self._kind(machine, part)
        items = column if machine.items else pl.concat_list(column)
        shown = pl.element().struct.field(self._fields(machine)[part])
        if grows:
            number = _micro(shown) if isinstance(kind, pl.Datetime) else shown
            shown = number.cast(pl.Float64).fill_null(-_LATEST)
        return pl.when(column.is_not_null()).then(items.list.eval(shown))

    def _kind(self, machine: AttachedMachine, part: str) -> Any:
        """The type of a field of a machine's items; None where there is no such field."""
        kind = self.schema.get(self.columns.named.get(machine.member, ""))
        fields = getattr(getattr(kind, "inner", kind), "fields", ())
        found = [one.dtype for one in fields if folded(one.name) == folded(part)]
        return found[0] if found else None

    def _fields(self, machine: AttachedMachine) -> dict[str, str]:
        """The columns' own names of the fields of an attached machine that are looked at."""
        kind = self.schema.get(self.columns.named.get(machine.member, ""))
        fields = getattr(getattr(kind, "inner", kind), "fields", ())
        by_fold = {folded(one.name): one.name for one in fields}
        return {
            one: by_fold[folded(one)]
            for one in (machine.key, machine.status, *machine.grows, *machine.stays)
            if one and folded(one) in by_fold
        }

    def _named_once(self) -> list[pl.Expr]:
        """Whether no two items of a list have one key."""
        found = []
        for machine in self.spec.machines:
            names, column = self._fields(machine), self._member(machine.member)
            if machine.items and machine.key in names:
                keys = column.list.eval(pl.element().struct.field(names[machine.key]))
                found.append((keys.list.n_unique() == keys.list.len()).fill_null(column.is_null()))
        return found

    def groups(self) -> dict[str, list[str]]:
        """The members that are looked at together, by what they are looked at for."""
        spec, layout = self.spec, self.spec.layout
        machines = {machine.member for machine in spec.machines}
        settled = {member.name for member in spec.members if member.role in SETTLED_ROLES}
        scalar = {layout.name, layout.arn, *_scalars(spec)}
        results = [
            member.name
            for member in spec.members
            if member.name not in {*settled, *machines, *scalar}
        ]
        groups = {
            "results": results,
            "settings": _settings(spec),
        }
        return {
            name: [one for one in members if one in self.columns.named] or [layout.arn]
            for name, members in groups.items()
        }

    def _artifacts(self) -> pl.Expr:
        """Whether the place of the model says something: one of the texts in it has to."""
        column = self._member(self.spec.layout.artifacts)
        kind = self.schema.get(self.columns.named.get(self.spec.layout.artifacts or "", ""))
        texts = [one.name for one in getattr(kind, "fields", ()) if one.dtype == pl.String]
        forms = [_form(column.struct.field(name)) for name in texts]
        shown = pl.max_horizontal(*forms) if forms else pl.lit(UNSURE)
        return pl.when(column.is_null()).then(NONE).otherwise(shown).cast(pl.Int32)

    def _bits(self) -> pl.Expr:
        there = (
            self._member(name).is_not_null().cast(pl.UInt64) * (1 << at)
            for at, name in enumerate(telling(self.spec))
        )
        return reduce(or_, there)

    def _fits(self) -> pl.Expr:
        """Whether a row is a whole response, with numbers and times that are some."""
        layout = self.spec.layout
        seconds = [layout.training_seconds, layout.billable_seconds]
        absent = [self._member(name).is_null() for name in layout.searched]
        wholes = [_is_whole(self._member(name)) for name in [*seconds, *self.amounts.values()]]
        wholes += [(pl.coalesce(self._member(name), 0) >= 0) for name in self.amounts.values()]
        created, modified = (_micro(self._member(n)) for n in (layout.created, layout.modified))
        sane = [created >= (since(self.spec.time.launched) or 0), modified < _LATEST]
        return reduce(and_, [*sane, *absent, *wholes, *self._named_once()])


def members_read(spec: Spec) -> list[str]:
    """The members that a table needs to be judged by all rules about whole responses."""
    machines = [machine.member for machine in spec.machines]
    return list(dict.fromkeys((*telling(spec), *_scalars(spec), *_settings(spec), *machines)))


def typed_columns(schema: Mapping[str, Any], columns: Columns, spec: Spec) -> bool:
    """Whether the columns of a table have the types that the screen can look at."""
    layout, named = spec.layout, columns.named
    needed = {*always_given(spec), layout.history, layout.name, layout.arn, layout.created}
    if columns.wrapped or not {*needed, layout.modified} <= named.keys():
        return False
    kinds = {member.name: member.type for member in spec.members}
    fit = all(
        _has_type(schema[column], kinds[name]) for name, column in named.items() if name in kinds
    )
    names = _entry_fields(schema[named[layout.history]], spec)
    return fit and bool(names)


def _has_type(kind: Any, wanted: str) -> bool:
    return kind == pl.Null or bool(_TYPES[wanted](kind))


def _is_texts(kind: Any) -> bool:
    """Holds for a map whose values are texts, whichever way its keys are written."""
    inner = [one.dtype for one in getattr(kind, "fields", ())] or [getattr(kind, "value", None)]
    return all(one == pl.String for one in inner)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda kind: kind == pl.String,
    "integer": lambda kind: kind in (*_WHOLE, pl.Float64),
    "long": lambda kind: kind in (*_WHOLE, pl.Float64),
    "boolean": lambda kind: kind == pl.Boolean,
    "structure": lambda kind: isinstance(kind, pl.Struct),
    "list": lambda kind: isinstance(kind, pl.List),
    "map": _is_texts,
    "timestamp": lambda kind: isinstance(kind, pl.Datetime) and kind.time_zone is not None,
}


_EMPTY: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "long": pl.Int64,
    "boolean": pl.Boolean,
    "structure": pl.Struct({}),
    "list": pl.List(pl.Null),
    "map": pl.Struct({}),
    "timestamp": pl.Datetime("us", "UTC"),
}
"""The type of a column that is not there, or has nothing."""


def _entry_fields(kind: Any, spec: Spec) -> dict[str, str]:
    """The fields of a history's entries by what they are; empty where it is no history."""
    layout, fields = spec.layout, getattr(getattr(kind, "inner", None), "fields", ())
    found = {folded(one.name): one for one in fields}
    if len(found) != len(fields):
        return {}
    wanted = {
        "status": (layout.entry_status, "string"),
        "start": (layout.entry_start, "timestamp"),
        "end": (layout.entry_end, "timestamp"),
        "message": (layout.entry_message, "string"),
    }
    shown = {part: found.get(folded(name)) for part, (name, _) in wanted.items()}
    if any(one and not _has_type(one.dtype, wanted[part][1]) for part, one in shown.items()):
        return {}
    given = {part: one.name for part, one in shown.items() if one and one.dtype != pl.Null}
    return given if {"status", "start"} <= given.keys() else {}


def _is_counted(kind: Any) -> bool:
    return kind in (*_WHOLE, pl.Float64) or isinstance(kind, pl.Datetime)


def _micro(time: pl.Expr) -> pl.Expr:
    return time.dt.cast_time_unit("us").cast(pl.Int64)


def _form(text: pl.Expr) -> pl.Expr:
    """What a text says; unsure where one language may take for a space what another does not."""
    bare = text.str.strip_chars()
    tells = pl.when(text.str.contains("[0-9A-Za-z]")).then(TELLS).otherwise(UNSURE)
    form = pl.when(text.is_null()).then(NONE).when(bare == "").then(BLANK).otherwise(tells)
    return form.cast(pl.Int32)


def _is_whole(number: pl.Expr) -> pl.Expr:
    value = number.cast(pl.Float64)
    return ((value == value.floor()) & (value.abs() < MOST_SECONDS)).fill_null(value.is_null())


def _scalars(spec: Spec) -> Iterator[str]:
    layout = spec.layout
    yield from (layout.primary, layout.secondary, layout.history, layout.failure_reason)
    yield from (layout.created, layout.modified, layout.started, layout.ended)
    yield from (layout.training_seconds, layout.billable_seconds)


def telling(spec: Spec) -> list[str]:
    """The members of which rules read whether they are there."""
    return list(dict.fromkeys((*spec.telling, *always_given(spec), *spec.time.billed_otherwise)))


def _settings(spec: Spec) -> list[str]:
    """The members of the configuration that tell guards, limits and budgets."""
    pointers = [one for g in spec.guards for one in (g.member, g.budget, g.implied_by) if one]
    outer = [pointer.strip("/").partition("/")[0] for pointer in pointers]
    return list(dict.fromkeys((*outer, *(name for name, _ in numbers(spec)))))


__all__ = ["BLANK", "SEPARATOR", "UNSURE", "Members", "members_read", "telling", "typed_columns"]
