"""The measures of each job, one row a job: as a table, CSV, JSON or Parquet."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trainstate.history.instants import iso
from trainstate.render.plain import json_text, plain
from trainstate.render.stats import clock
from trainstate.render.table import csv_lines, spreadsheet_cell, table_lines
from trainstate.stats.cost import Prices, costs
from trainstate.stats.measure import JobMeasure, stable_reason
from trainstate.stats.waiting import FIRST, LATER

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
