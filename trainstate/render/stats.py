"""Measures of many jobs as a table, JSON and CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trainstate.history.instants import iso
from trainstate.render.plain import json_text, plain
from trainstate.render.table import csv_lines, spreadsheet_cell, table_lines
from trainstate.stats.measure import Cost, JobMeasure, Stats, Totals, costs, stable_reason
from trainstate.stats.prices import Prices
from trainstate.stats.spread import FIRST, LATER, MEASURES, Distribution, Waiting, WaitingGroup

MOST_ROWS = 20
"""Rows in a text table of reasons; JSON and CSV have all."""
_TIMES = ("start", "queueing", "lost")
_GROUP = (
    "jobs",
    "interruptions",
    "training_seconds",
    "billable_seconds",
    "instance_seconds",
    "retained_seconds",
    "savings",
)


def stats_object(stats: Stats) -> dict[str, Any]:
    """The measures as JSON values; times in seconds, savings in percent."""
    return {
        "schema": 1,
        "totals": _totals(stats.totals),
        "statuses": {name: spread.measures() for name, spread in stats.statuses.items()},
        **{name: getattr(stats, name).measures() for name in _TIMES},
        "attempts": {str(number): count for number, count in stats.attempts.items()},
        "failures": dict(stats.failures),
        "stops": dict(stats.stops),
        "by_type": {name: _totals(totals) for name, totals in stats.by_type.items()},
        "by_day": {name: _totals(totals) for name, totals in stats.by_day.items()},
        "waiting": {
            "statuses": [
                {"status": status, "when": when, **spread.measures()}
                for (status, when), spread in stats.waiting.statuses.items()
            ],
            "groups": [
                {"by": kind, "group": name, "waited": group.waited.measures(), **_vain(group)}
                for (kind, name), group in stats.waiting.groups.items()
            ],
        },
        "reasons": dict(stats.reasons),
        "cost": None if stats.cost is None else _cost(stats.cost),
    }


def _vain(group: WaitingGroup) -> dict[str, int]:
    return {part: getattr(group, part) for part in _VAIN}


def _cost(cost: Cost) -> dict[str, Any]:
    unpriced = [
        {"instance_type": kind, "region": region, "jobs": count}
        for (kind, region), count in cost.unpriced.most_common()
    ]
    sums = {name: round(amount, 6) for name, amount in cost.sums.items()}
    return {"currency": cost.prices.currency, "jobs": cost.priced, **sums, "unpriced": unpriced}


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        **{name: getattr(totals, name) for name in _GROUP},
        "outcomes": {str(name): count for name, count in sorted(totals.outcomes.items())},
    }


def stats_csv(stats: Stats) -> Iterator[str]:
    """One number a row of CSV: table, row, measure, value."""
    rows = ((table, spreadsheet_cell(name), *rest) for table, name, *rest in _cells(stats))
    return csv_lines([("table", "name", "measure", "value"), *rows])


def _cells(stats: Stats) -> Iterator[tuple[str, str, str, Any]]:
    shown = stats_object(stats)
    yield from _group_cells("totals", "all", shown["totals"])
    for name, spread in (*shown["statuses"].items(), *((key, shown[key]) for key in _TIMES)):
        table = "times" if name in _TIMES else "statuses"
        yield from ((table, name, measure, _number(spread[measure])) for measure in MEASURES)
    for table in ("attempts", "failures", "stops"):
        yield from ((table, name, "jobs", count) for name, count in shown[table].items())
    for table in ("by_type", "by_day"):
        for name, totals in shown[table].items():
            yield from _group_cells(table, name, totals)
    yield from (("reasons", name, "jobs", count) for name, count in shown["reasons"].items())
    for row in shown["waiting"]["statuses"]:
        name = f"{row['status']} {row['when']}"
        yield from (("waiting", name, measure, _number(row[measure])) for measure in MEASURES)
    for row in shown["waiting"]["groups"]:
        table, spread = f"waiting by {row['by']}", row["waited"]
        yield from ((table, row["group"], part, _number(spread[part])) for part in MEASURES)
        yield from ((table, row["group"], part, row[part]) for part in _VAIN)
    cost = shown["cost"] or {"unpriced": []}
    names = (name for name in cost if name not in ("currency", "unpriced"))
    yield from (("cost", cost["currency"], name, cost[name]) for name in names)
    for row in cost["unpriced"]:
        yield "unpriced", f"{row['instance_type']} {row['region']}", "jobs", row["jobs"]


def _group_cells(
    table: str, name: str, totals: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, Any]]:
    yield from ((table, name, measure, _number(totals[measure])) for measure in _GROUP)
    yield from ((table, name, outcome, count) for outcome, count in totals["outcomes"].items())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def stats_lines(stats: Stats) -> Iterator[str]:
    """The measures as text tables."""
    totals = stats.totals
    outcomes = ", ".join(f"{count} {name}" for name, count in totals.outcomes.most_common())
    yield f"{totals.jobs} job{'' if totals.jobs == 1 else 's'}: {outcomes or 'none'}"
    times = {"time to start": stats.start, "queueing": stats.queueing, "lost time": stats.lost}
    yield from _table(
        "Time in each status", ("status", *_HEAD), map(_spread, *_split(stats.statuses))
    )
    yield from _table("Waiting and losses", ("time", *_HEAD), map(_spread, *_split(times)))
    yield from _waiting_lines(stats.waiting)
    yield from _counts("Attempts", "attempts", {str(n): c for n, c in stats.attempts.items()})
    yield from _counts("Failures", "reason", stats.failures)
    yield from _counts("Reasons of failures", "reason", stats.reasons)
    yield from _counts("Stops", "reason", stats.stops)
    yield from _table("By instance type", ("type", *_SUMS), map(_sums, *_split(stats.by_type)))
    yield from _table("By day of creation", ("day", *_SUMS), map(_sums, *_split(stats.by_day)))
    if stats.cost is not None:
        yield from _cost_lines(stats.cost)
    yield ""
    yield "  ".join(
        f"{name} {value}" for name, value in zip(_SUMS, _sums("", totals)[1:], strict=True)
    )


_HEAD = ("count", "median", "p90", "p95", "max")
_VAIN = ("granted", "gave_up", "stopped")
_SUMS = ("jobs", "interrupted", "trained", "billed", "instance-time", "saved")


def _waiting_lines(waiting: Waiting) -> Iterator[str]:
    rows = [
        (plain(status), when, *_spread("", spread)[1:])
        for (status, when), spread in waiting.statuses.items()
    ]
    yield from _table("Waiting for capacity", ("status", "when", *_HEAD), rows, left=2)
    for kind in dict.fromkeys(kind for kind, _ in waiting.groups):
        groups = [
            (name, group)
            for (by, name), group in waiting.groups.items()
            if by == kind and group.waited.count
        ]
        if len(groups) < 2:
            continue  # what all jobs share explains nothing
        named = kind.replace("_", " ")
        head = (named, "jobs", "median", "p90", "max", *(part.replace("_", " ") for part in _VAIN))
        rows = [_group_row(name, group) for name, group in groups]
        yield from _table(f"Waiting by {named}", head, rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            yield f"  and {len(rows) - MOST_ROWS} more; --format json has all"


def _group_row(name: str, group: WaitingGroup) -> tuple[str, ...]:
    spread = group.waited
    times = map(clock, (spread.median, spread.p90, spread.longest))
    vain = map(str, _vain(group).values())
    return (plain(name), str(spread.count), *times, *vain)


def _cost_lines(cost: Cost) -> Iterator[str]:
    names = ("trained", "billed", "saved", "lost", "retained")
    amounts = [f"{cost.sums.get(name, 0.0):,.2f}" for name in names]
    title = f"Cost in {plain(cost.prices.currency)} of {cost.priced} priced jobs, times instances"
    yield from _table(title, ("", *names), [("all", *amounts)])
    unpriced = {f"{kind} in {region}": count for (kind, region), count in cost.unpriced.items()}
    yield from _counts("Not priced", "instances", unpriced)


def _split(rows: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    return list(rows), list(rows.values())


def _spread(name: str, spread: Distribution) -> tuple[str, ...]:
    values = (spread.median, spread.p90, spread.p95, spread.longest)
    return (plain(name) or "(empty)", str(spread.count), *map(clock, values))


def _sums(name: str, totals: Totals) -> tuple[str, ...]:
    saved = "-" if totals.savings is None else f"{totals.savings:.1f} %"
    seconds = (totals.training_seconds, totals.billable_seconds, totals.instance_seconds)
    return (plain(name), str(totals.jobs), str(totals.interruptions), *map(clock, seconds), saved)


def _counts(title: str, head: str, counts: Mapping[str, int]) -> Iterator[str]:
    rows = [(plain(name), str(count)) for name, count in counts.items()]
    yield from _table(title, (head, "jobs"), rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        yield f"  and {len(rows) - MOST_ROWS} more, in {sum(counts.values())} jobs in all"


def _table(title: str, head: Sequence[str], rows: Any, *, left: int = 1) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield ""
        yield title
        lines = table_lines(head, listed, right=range(left, len(head)))
        yield from (f"  {line}" for line in lines)


def clock(seconds: float | None) -> str:
    """Seconds in readable form: 12 s, 3 min 20 s, 2 h 05 min, 3 d 04 h."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600:02} h"


Row = dict[str, Any]
_NUMBERS = ("waited", "waited_first", "waited_between", "trained", "billed", "saved", "lost")
TYPES: Mapping[str, type] = {
    **dict.fromkeys(("instances", "attempts", "interruptions"), int),
    **dict.fromkeys((*_NUMBERS, "retained", "cost"), float),
    "granted": bool,
}
"""The types of the columns that are not text."""
_SHOWN = ("outcome", "instance_type", "market", "waited", "trained", "billed", "lost", "cost")


def job_rows(jobs: Iterable[JobMeasure], *, reasons: bool, prices: Prices | None) -> Iterator[Row]:
    """One row a job: times in seconds, money in the price table's currency.

    ``reasons`` quotes failure reasons by their stable part.
    """
    for job in jobs:
        cost = None if prices is None else costs(job, prices)
        yield {
            "job": job.job,
            "created": None if job.created is None else iso(job.created),
            "outcome": str(job.outcome),
            "secondary": job.secondary,
            "reason": stable_reason(job.reason) if reasons and job.reason else None,
            "instance_type": job.instance_type,
            "instances": job.instances,
            "market": job.market,
            "region": job.region,
            "attempts": job.attempts,
            "interruptions": job.interruptions,
            "granted": job.granted,
            "waited": job.queueing,
            **_waits(job),
            "trained": job.training,
            "billed": job.billable,
            "saved": None
            if job.training is None or job.billable is None
            else job.training - job.billable,
            "lost": job.lost,
            "retained": job.retained,
            "cost": None if cost is None else round(cost["billed"] + cost["retained"], 6),
            "currency": None if cost is None or prices is None else prices.currency,
        }


def _waits(job: JobMeasure) -> Row:
    return {
        name: sum(wait.seconds for wait in job.waits if wait.when == when)
        for name, when in (("waited_first", FIRST), ("waited_between", LATER))
    }


def per_job_csv(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as lines of CSV under their column names."""
    head: tuple[str, ...] = ()
    for row in rows:
        yield from csv_lines([] if head else [row])
        head = tuple(row)
        yield from csv_lines([map(spreadsheet_cell, row.values())])


def per_job_lines(rows: Iterable[Row], *, width: int | None) -> Iterator[str]:
    """The rows as a table of the columns that fit."""
    yield from table_lines(
        ("job", *_SHOWN),
        (
            (plain(row["job"].rpartition("/")[2]), *(_cell(row, name) for name in _SHOWN))
            for row in rows
        ),
        width=width,
        right=range(4, 9),
    )


def _cell(row: Row, name: str) -> str:
    value = row[name]
    if name == "cost":
        return "-" if value is None else plain(f"{value:,.2f} {row['currency']}")
    return plain(value) if isinstance(value, str) else clock(value)


def per_job_json(rows: Iterable[Row]) -> str:
    """The rows as one JSON array."""
    return json_text(list(rows), indent=1)
