"""What the rules say of the small values in a table's rows, asked once for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl
from attrs import define, evolve, field

from trainstate.backends.columns import Columns
from trainstate.backends.members import BLANK, SEPARATOR, UNSURE, Members, telling
from trainstate.backends.rows import mappings
from trainstate.checking.ask import Questions
from trainstate.checking.compare import smallest_limit, weakest_used
from trainstate.checking.epoch import Epoch
from trainstate.checking.regular import Regular
from trainstate.checking.stream import Checker
from trainstate.history.excerpt import always_given
from trainstate.history.instants import Instant
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.nested import inner, is_quiet, terms
from trainstate.history.wire import read_response
from trainstate.machine.guards import Configuration, configuration
from trainstate.rules.model import Scope
from trainstate.rules.parts import Attached, Presence, Settings, Statuses
from trainstate.spec.model import Spec

_SETTINGS: dict[str, Any] = {
    "is_set": pl.Boolean,
    "config": pl.Int64,
    "limit": pl.Float64,
    "saves": pl.Boolean,
}
_STATUSES_OF = ("primary", "secondary", "statuses", "config")
_STATUSES: dict[str, Any] = {
    "is_legal": pl.Boolean,
    "begin": pl.Int64,
    "breaks": pl.List(pl.Int64),
    "is_ended": pl.Boolean,
    "is_final": pl.Boolean,
    "is_repeated": pl.Boolean,
    "complete": pl.Boolean,
    "rank": pl.Int64,
}
_PRESENCE_OF = (
    *("primary", "secondary", "is_repeated", "begin", "present", "reason_form", "artifacts_form"),
)


@define
class _Memo:
    """What was said of each value that came, by the columns that make it."""

    keys: tuple[str, ...]
    answers: dict[str, Any]
    table: pl.DataFrame | None = None

    def join(
        self, rows: pl.DataFrame, ask: Callable[[pl.DataFrame], list[tuple[Any, ...]]]
    ) -> pl.DataFrame:
        """The rows with what is said of their values; ``ask`` says it of new ones."""
        fresh = rows.select(pl.row_index("_at"), *self.keys)
        fresh = fresh.unique(self.keys, keep="first", maintain_order=True)
        if self.table is not None:
            fresh = fresh.join(self.table, on=self.keys, how="anti", nulls_equal=True)
        if fresh.height or self.table is None:
            said = pl.DataFrame(ask(fresh), schema=self.answers, orient="row")
            new = fresh.drop("_at").hstack(said)
            self.table = new if self.table is None else pl.concat([self.table, new])
        return rows.join(
            self.table, on=self.keys, how="left", nulls_equal=True, maintain_order="left"
        )


@define(kw_only=True)
class Facts:
    """The values of a table's rows that rules judge, and what they said of them."""

    checker: Checker
    members: Members
    regular: Regular
    questions: Questions
    configs: list[Configuration] = field(factory=list)
    _settings: _Memo = field(factory=lambda: _Memo(("settings",), _SETTINGS))
    _statuses: _Memo = field(factory=lambda: _Memo(_STATUSES_OF, _STATUSES))
    _presence: _Memo = field(factory=lambda: _Memo(_PRESENCE_OF, {"is_told": pl.Boolean}))
    _attached: dict[str, _Memo] = field(factory=dict)
    _changes: dict[str, _Memo] = field(factory=dict)
    _shown: dict[tuple[str, int], Response] = field(factory=dict)

    @classmethod
    def of(cls, checker: Checker, columns: Columns, schema: Mapping[str, Any]) -> Facts:
        """For a table and the rules of a check."""
        return cls(
            checker=checker,
            members=Members(spec=checker.spec, columns=columns, schema=schema),
            regular=Regular.of(checker.spec, checker.tolerances),
            questions=Questions.of(checker.rules),
        )

    @property
    def spec(self) -> Spec:
        """The specification that is judged by."""
        return self.checker.spec

    def judged(self, rows: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
        """The rows with what the rules say of their values; *said* holds where that is nothing."""
        rows = self._settings.join(rows, lambda fresh: self._ask_settings(fresh, batch))
        rows = self._statuses.join(rows, self._ask_statuses)
        rows = self._presence.join(rows, self._ask_presence)
        quiet = []
        for name in self.members.machines:
            quiet.append(f"quiet_{name}")
            memo = self._attached.setdefault(
                name, _Memo((name, "primary"), {quiet[-1]: pl.Boolean})
            )
            rows = memo.join(rows, partial(self._ask_attached, name, batch))
        silent = ("fits", "is_set", "is_legal", "is_told", "is_quiet", *quiet)
        rows = rows.with_columns(self._quiet(rows, batch))
        return rows.with_columns(said=pl.all_horizontal(pl.col(*silent).fill_null(False)))

    def _quiet(self, rows: pl.DataFrame, batch: pl.DataFrame) -> pl.Series:
        """Whether rules say nothing of what is inside results and machines, row by row."""
        spec, named = self.spec, self.members.columns.named
        lists = {machine.configured for machine in spec.machines}
        looked = [name for name in sorted(inner(spec) - terms(spec)) if name in named]
        if not looked:
            return pl.Series("is_quiet", [True] * rows.height, pl.Boolean)
        told = [name for name in sorted(lists) if name in named]
        found = mappings(batch.select(**{name: named[name] for name in (*looked, *told)}))
        times = rows.select("created", "modified").iter_rows()
        if any(column != name for name, column in named.items()):
            # What is inside may have names that are written in another way, too.
            quiet = [not any(one.get(name) for name in looked) for one in found]
        else:
            quiet = [
                not any(one.get(name) for name in looked)
                or (
                    (begun is not None and modified is not None)
                    and is_quiet(one, spec, begun=begun, modified=modified)
                )
                for one, (begun, modified) in zip(found, times, strict=True)
            ]
        return pl.Series("is_quiet", quiet, pl.Boolean)

    def carried(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of which what is attached can follow what was attached before.

        What was before stands in a column that is called so, null for the first row of a job.
        """
        carried = [pl.lit(True)]
        for name in self.members.machines:
            memo = self._changes.setdefault(
                name, _Memo((f"{name}_before", name), {f"carried_{name}": pl.Boolean})
            )
            rows = memo.join(rows, partial(self._ask_changes, name))
            carried.append(pl.col(f"carried_{name}"))
        return rows.with_columns(ok=pl.col("ok") & pl.all_horizontal(carried))

    def _ask_settings(self, fresh: pl.DataFrame, batch: pl.DataFrame) -> list[tuple[Any, ...]]:
        named = [self.members.columns.named[name] for name in self.members.groups()["settings"]]
        found = mappings(batch[fresh["_at"]].select(named))
        return [self._of_settings(_read(row, self.spec)) for row in found]

    def _of_settings(self, response: Response) -> tuple[Any, ...]:
        config = configuration(response, self.spec)
        if config not in self.configs:
            self.configs.append(config)
        part = Settings(spec=self.spec, kind=Kind.RESPONSE, members=response.members)
        saves = config.of(self.spec.time.savings_guard).holds is True
        limit = smallest_limit(response.get(self.spec.layout.stopping))
        is_set = not response.problems and not self.questions.of_part(part)
        return is_set, self.configs.index(config), float(limit), saves

    def _ask_statuses(self, fresh: pl.DataFrame) -> list[tuple[Any, ...]]:
        return [self._of_statuses(*key) for key in fresh.select(_STATUSES_OF).iter_rows()]

    def _of_statuses(
        self, primary: str | None, secondary: str | None, statuses: str | None, config: int | None
    ) -> tuple[Any, ...]:
        spec, history = self.spec, tuple((statuses or "").split(SEPARATOR))
        known = primary in spec.primary_by_name and {secondary, *history} <= {
            *spec.secondary_by_name
        }
        if not known or config is None:
            return False, None, [], False, False, False, False, 0
        ended = primary in self.regular.ended
        part = Statuses(
            spec=spec,
            kind=Kind.RESPONSE,
            primary=primary,
            secondary=secondary,
            written_primary=primary,
            written_secondary=secondary,
            history=history,
            written=history,
            begun=(True,) * len(history),
            closed=(*(True,) * (len(history) - 1), ended),
            config=self.configs[config],
            trimmed=False,
            selected=False,
        )
        plain = part.is_sure and part.moves[-1].position.primary == primary
        legal = plain and secondary not in self.regular.limited and not self.questions.of_part(part)
        begin = next((at for at, one in enumerate(history) if one in self.regular.starts), None)
        breaks = [
            at
            for at, one in enumerate(history)
            if begin is not None and at >= begin and one in self.regular.breaks
        ]
        rank = weakest_used(spec, history, self.configs[config], primary, secondary).rank
        final, again = history[-1] in self.regular.terminal, part.is_repeated
        return legal, begin, breaks, ended, final, again, ended, rank

    def _ask_presence(self, fresh: pl.DataFrame) -> list[tuple[Any, ...]]:
        return [(self._is_told(row),) for row in fresh.iter_rows(named=True)]

    def _is_told(self, row: dict[str, Any]) -> bool:
        """Whether a response is whole, and nothing is said of the members that are there."""
        spec, layout = self.spec, self.spec.layout
        named = [name for at, name in enumerate(telling(spec)) if row["present"] >> at & 1]
        if UNSURE in (row["reason_form"], row["artifacts_form"]):
            return False
        if not {*always_given(spec)} <= {*named}:
            return False
        forms = {layout.failure_reason: "reason_form", layout.artifacts: "artifacts_form"}
        part = Presence(
            spec=spec,
            kind=Kind.RESPONSE,
            primary=row["primary"],
            secondary=row["secondary"],
            present=frozenset(name for name in named if name in spec.telling),
            blank=frozenset(name for name, form in forms.items() if row[form] == BLANK),
            mistyped=frozenset(),
            lacking=(),
            history=True,
            repeated=bool(row["is_repeated"]),
            clocked=row["begin"] is not None,
            configured=True,
            described=True,
            given=False,
            billed_otherwise=not {*spec.time.billed_otherwise}.isdisjoint(named),
            trimmed=False,
            whole=True,
        )
        return not self.questions.of_part(part)

    def _ask_attached(
        self, name: str, batch: pl.DataFrame, fresh: pl.DataFrame
    ) -> list[tuple[Any, ...]]:
        column = self.members.columns.named[self.members.machines[name].member]
        found = mappings(batch[fresh["_at"]].select(column))
        keys = zip(fresh[name], fresh["primary"], strict=True)
        return [(self._is_quiet(name, *key, row),) for key, row in zip(keys, found, strict=True)]

    def _is_quiet(self, name: str, value: int, primary: str | None, row: Mapping[str, Any]) -> bool:
        """Whether nothing is said of an attached machine beside a primary; its value is kept."""
        response = _read(row, self.spec)
        response = evolve(response, members=_numbered(response.members, self.spec))
        self._shown[name, value] = response
        values = {one.member: response.members.get(one.member) for one in self.spec.machines}
        part = Attached(
            spec=self.spec, kind=Kind.RESPONSE, primary=primary, secondary=None, values=values
        )
        return not (response.problems or self.questions.of_part(part))

    def _ask_changes(self, name: str, fresh: pl.DataFrame) -> list[tuple[Any, ...]]:
        keys = fresh.select(f"{name}_before", name).iter_rows()
        return [(self._is_carried(name, *key),) for key in keys]

    def _is_carried(self, name: str, *values: int | None) -> bool:
        """Whether nothing is said where an attached machine changes from one value to another."""
        epoch = Epoch(spec=self.spec, job="", tolerances=self.checker.tolerances)
        shown = [self._shown[name, one] for one in values if one is not None]
        steps = [epoch.observe(evolve(one, modified=Instant(at))) for at, one in enumerate(shown)]
        rules = [rule for rule in self.checker.rules if rule.scope is Scope.SEQUENCE]
        places = [place.pointer for step in steps for rule in rules for place in rule.check(step)]
        members = tuple(f"/{machine.member}" for machine in self.spec.machines)
        return not any(pointer.startswith(members) for pointer in places)


def _read(row: Mapping[str, Any], spec: Spec) -> Response:
    """The response of a whole row that only some members were taken from."""
    response = read_response(row, spec, origin=Origin(reader="parquet"))
    return evolve(response, kind=Kind.RESPONSE, lacking=())


def _numbered(members: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The members of attached machines with the places of items for their keys."""
    found = dict(members)
    for machine in spec.machines:
        items = members.get(machine.member)
        if machine.items and isinstance(items, list):
            found[machine.member] = [
                {**item, machine.key: str(at)} if isinstance(item, dict) else item
                for at, item in enumerate(items)
            ]
    return found


__all__ = ["Facts"]
