"""The screen: the jobs of a table of which no rule says anything, told by whole columns.

What ``checking/regular.py`` says of one response is said here of columns, once more. What is
a small value (the statuses under the guards, which members there are, the limits) is judged by
the rules themselves, once a value. A job passes if all its rows are regular, nothing is said of
their values, and each goes on from the one before, as ``checking/shown.py`` has it. All rows of
any other job are judged one after another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from attrs import define, field

from trainstate.backends.columns import Columns
from trainstate.backends.facts import Facts
from trainstate.backends.members import typed_columns
from trainstate.checking.stream import Checker
from trainstate.spec.model import Spec

KEY, JOB_ARN, JOB_NAME = "_key", "_arn", "_name"
_LEAST = 65_536  # rows that wait before they are laid beside those of their jobs
_MICRO = 1_000_000
_STATE = (
    *("modified", "settled", "history", "results", "primary", "secondary", "started"),
    *("ended", "training", "billable", "reason", "entries", "begun", "size", "last_end"),
)


def key_of(columns: Columns, spec: Spec) -> pl.Expr:
    """The job of a row, by the name that its ARN ends with; null where ARN and name disagree."""
    layout, named = spec.layout, columns.named
    arn, name = pl.col(named[layout.arn]), pl.col(named[layout.name])
    form = (
        rf"^arn:aws[a-z-]*:{layout.service}:[a-z0-9-]+:\d{{12}}:{layout.resource}/([A-Za-z0-9-]+)$"
    )
    segment = arn.str.extract(form).str.to_lowercase()
    masked = arn.str.to_lowercase().str.contains("xxx|redacted")
    return pl.when(~masked & (segment == name.str.to_lowercase())).then(segment)


@define(kw_only=True)
class Screen:
    """The rows that were looked at so far: the newest one of each job, and whether all passed.

    ``doubted`` are names and ARNs' names in rows that do not tell plainly whose they are.
    """

    checker: Checker
    columns: Columns
    facts: Facts
    known: pl.DataFrame | None = None
    doubted: set[str] = field(factory=set)
    _waiting: list[pl.DataFrame] = field(factory=list)

    @classmethod
    def of(cls, schema: pl.Schema, columns: Columns, checker: Checker) -> Screen | None:
        """For a table; None where its columns, or the order that is asked for, allow none."""
        if checker.order is not None and checker.order.value != "arrival":
            return None
        if not typed_columns(schema, columns, checker.spec):
            return None
        facts = Facts.of(checker, columns, schema)
        if not facts.questions.is_of_parts:
            return None
        return cls(checker=checker, columns=columns, facts=facts)

    def take(self, batch: pl.DataFrame) -> None:
        """Looks at rows, which come in their order."""
        spec, named = self.checker.spec, self.columns.named
        rows = batch.select(
            *self.facts.members.expressions(), key_of(self.columns, spec).alias(KEY)
        )
        unsure = batch.filter(rows[KEY].is_null())
        for name in (spec.layout.arn, spec.layout.name):
            texts = unsure[named[name]].unique().drop_nulls().to_list()
            self.doubted |= {text.rpartition("/")[2].casefold() for text in texts}
        judged = self.facts.judged(rows, batch).filter(pl.col(KEY).is_not_null())
        self._waiting.append(judged.select(*self._columns, ok=self._is_regular()))
        waiting = sum(part.height for part in self._waiting)
        if waiting >= max(_LEAST, 0 if self.known is None else self.known.height):
            self._lay()

    def passed(self) -> pl.DataFrame:
        """The jobs that passed, in the order of their first rows."""
        self._lay()
        if self.known is None:
            return pl.DataFrame(schema={KEY: pl.String})
        doubted = pl.col(KEY).is_in(list(self.doubted)) if self.doubted else pl.lit(False)
        return self.known.filter(pl.col("ok") & ~doubted).sort("first")

    @property
    def _columns(self) -> tuple[str, ...]:
        members = self.facts.members
        about = ("ends", "count", "first", "complete", "rank")
        return (
            KEY,
            JOB_ARN,
            JOB_NAME,
            "created",
            *_STATE,
            *about,
            *members.lists,
            *members.amounts,
            *members.machines,
            *members.growing,
            *members.staying,
        )

    def _is_regular(self) -> pl.Expr:
        """Whether the times and amounts of a row are regular, beside what its values say."""
        regular = self.facts.regular
        near, training = regular.near * _MICRO, regular.training
        starts, ends, size = pl.col("starts"), pl.col("ends"), pl.col("size")
        created, modified = pl.col("created"), pl.col("modified")
        first, last_end = starts.list.first(), pl.col("last_end")
        last = pl.coalesce(last_end, starts.list.last())
        joined = ends.list.head(size - 1) == starts.list.tail(size - 1)
        in_order = starts.list.diff(null_behavior="drop").list.min().fill_null(0) >= 0
        closed = pl.col("is_final").not_() | (last_end == starts.list.last()).fill_null(False)
        chained = (
            (size > 0)
            & (starts.list.eval(pl.element().is_null()).list.any().not_())
            & joined
            & in_order
            & closed
            & (last >= starts.list.last())
            & ((first == created) | ((first > created) & (first - created < near)))
            & (last <= modified)
            & ((modified - created) / _MICRO < pl.col("limit"))
        )
        ended = pl.col("is_ended")
        clocked = (
            pl.col("started").eq_missing(starts.list.get(pl.col("begin"), null_on_oob=True))
            & (last_end.is_not_null() == ended)
            & pl.col("ended").eq_missing(pl.when(ended).then(last))
        )
        return (
            (pl.col("said") & chained & clocked & self._is_counted(training)).fill_null(False)
        ).alias("ok")

    def _is_counted(self, near: float) -> pl.Expr:
        """Whether the seconds are those of the clock."""
        training, billable = pl.col("training"), pl.col("billable")
        none = training.is_null() & billable.is_null()
        paid = billable.is_null() | (billable == training)
        paid |= pl.col("saves") & billable.is_between(0, training)
        passed = (pl.col("ended") - pl.col("started")) / _MICRO
        taken = [
            pl.col(name).list.gather(pl.col("breaks")).list.sum() for name in ("ends", "starts")
        ]
        spent = training - passed + (taken[0] - taken[1]) / _MICRO
        trained = (training - passed < near) & (spent > -near) & billable.is_not_null()
        whole = training.is_not_null() & pl.col("started").is_not_null() & (training >= 0) & paid
        return none | (whole & (pl.col("ended").is_null() | trained))

    def _lay(self) -> None:
        """Lays the rows that wait beside the newest rows of their jobs."""
        parts = [part for part in (self.known, *self._waiting) if part is not None]
        self._waiting = []
        if not parts:
            return
        rows = pl.concat(parts).sort(KEY, maintain_order=True)
        members = self.facts.members
        before = {name: pl.col(name).shift() for name in self._columns}
        same_job = pl.col(KEY).eq_missing(before[KEY])
        follows = _follows(before, [*members.lists, *members.staying], [*members.amounts])
        follows &= _grow(before, [*members.growing])
        goes_on = ~same_job | follows.fill_null(False)
        attached = [
            pl.when(same_job).then(before[name]).alias(f"{name}_before")
            for name in members.machines
        ]
        rows = self.facts.carried(rows.with_columns(*attached, ok=pl.col("ok") & goes_on))
        gathered = ("ok", "count", "first", "complete", "rank")
        self.known = (
            rows.group_by(KEY, maintain_order=True)
            .agg(
                pl.col([name for name in self._columns if name not in (KEY, *gathered)]).last(),
                pl.col("ok").all(),
                pl.col("count").sum(),
                pl.col("first").min(),
                pl.col("complete").any(),
                pl.col("rank").max(),
            )
            .select(*self._columns, "ok")
        )


def _follows(before: dict[str, pl.Expr], lists: list[str], amounts: list[str]) -> pl.Expr:
    """Whether a row goes on from the one before it, with what lists are about, and amounts."""
    now = {name: pl.col(name) for name in before}

    def same(*names: str) -> pl.Expr:
        return pl.all_horizontal(now[name].eq_missing(before[name]) for name in names)

    settled = same("settled") & (now["modified"] >= before["modified"])
    for name in lists:
        settled &= before[name].is_null() | same(name)
    scalars = ("primary", "secondary", "started", "ended", "training", "billable", "reason")
    repeated = same("history", "results", *scalars)
    grown = pl.all_horizontal(
        before[name].is_null() | (now[name] >= before[name]).fill_null(False)
        for name in ("training", "billable", *amounts)
    )
    kept = before["started"].is_null() | same("started")
    shared = before["size"] - 1
    extended = (
        (now["modified"] > before["modified"])
        & (now["size"] >= before["size"])
        & (now["entries"].list.head(shared) == before["entries"].list.head(shared))
        & (now["begun"].list.get(shared, null_on_oob=True) == before["begun"].list.last())
        & (
            before["last_end"].is_null()
            | (pl.col("ends").list.get(shared, null_on_oob=True) == before["last_end"])
        )
    )
    stayed = same("history", "primary", "secondary") & now["ended"].is_null()
    moved = before["ended"].is_null() & grown & kept & (stayed | (~same("history") & extended))
    return settled & (repeated | moved)


def _grow(before: dict[str, pl.Expr], lists: list[str]) -> pl.Expr:
    """Whether no number in lists fell."""
    grown = pl.lit(True)
    for name in lists:
        now, alike = pl.col(name), pl.col(name).list.len() == before[name].list.len()
        passed = now - pl.when(alike).then(before[name])
        grown &= before[name].is_null() | (passed.list.min() >= 0)
    return grown


def counted(jobs: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """What is known of each job that passed."""
    names = (KEY, JOB_ARN, JOB_NAME, "created", "count", "first", "complete", "rank")
    return jobs.select(*names, "primary", "secondary").iter_rows(named=True)


__all__ = ["KEY", "Screen", "counted", "key_of"]
