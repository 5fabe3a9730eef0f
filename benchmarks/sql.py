"""What polars and DuckDB find of the rules that they can express, and what it takes.

    python benchmarks/sql.py [--jobs 500] [--rounds 3]

Three rules fit into a query: an entry that ends before it starts, more billable than
training seconds, and a history that does not go on from the job's last one. They are
planted into some jobs, and all must find the same jobs. The times compare as texts here
because the corpus is written in UTC; recordings with other offsets need more.
`pip install -r benchmarks/requirements-peers.txt` installs both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import msgspec
from goals import Spread, interleaved, spread  # type: ignore[import-not-found]

from trainstate.checking.stream import Checker, judge
from trainstate.history.readers import read_paths
from trainstate.rules.index import select_rules
from trainstate.spec.load import builtin_spec
from trainstate.testing.corpus import Corpus, responses, whole
from trainstate.testing.faults import operators
from trainstate.testing.observations import written

RULES = ("entry-ends-before-start", "billable-exceeds-training", "forked-history")
HISTORY = ("forked-history", "rewritten-history")
Found = dict[str, set[str]]
"""The jobs in which each of the rules finds something."""

ENDS, BILLED, FORKED = RULES
_COLUMNS = """{
    TrainingJobArn: 'VARCHAR', TrainingTimeInSeconds: 'BIGINT', BillableTimeInSeconds: 'BIGINT',
    SecondaryStatusTransitions: 'STRUCT(Status VARCHAR, StartTime VARCHAR, EndTime VARCHAR)[]'}"""
_QUERY = f"""
WITH polls AS (
    SELECT TrainingJobArn AS arn, TrainingTimeInSeconds AS training,
        BillableTimeInSeconds AS billable, SecondaryStatusTransitions AS history,
        list_transform(SecondaryStatusTransitions, lambda x: (x.Status, x.StartTime)) AS known,
        row_number() OVER () AS place
    FROM {{source}}),
pairs AS (SELECT *, lag(known) OVER (PARTITION BY arn ORDER BY place) AS earlier FROM polls)
SELECT '{ENDS}' AS rule, arn FROM polls
    WHERE list_bool_or(list_transform(history, lambda x: x.EndTime < x.StartTime))
UNION SELECT '{BILLED}', arn FROM polls WHERE billable > training
UNION SELECT '{FORKED}', arn FROM pairs
    WHERE earlier IS NOT NULL
    AND list_slice(known, 1, len(earlier)) IS DISTINCT FROM earlier
"""


def duckdb_found(path: str) -> Found:
    """By a query of DuckDB."""
    import duckdb  # type: ignore[import-not-found]

    lines = f"read_json('{path}', format='newline_delimited', columns={_COLUMNS})"
    source = lines if path.endswith("ndjson") else f"read_parquet('{path}')"
    return _grouped(duckdb.connect().execute(_QUERY.format(source=source)).fetchall())


def polars_found(path: str) -> Found:
    """By the same in expressions of polars."""
    import polars as pl  # type: ignore[import-not-found]

    text, number = pl.String(), pl.Int64()
    entry = pl.Struct({"Status": text, "StartTime": text, "EndTime": text})
    schema = {
        "TrainingJobArn": text,
        "TrainingTimeInSeconds": number,
        "BillableTimeInSeconds": number,
        "SecondaryStatusTransitions": pl.List(entry),
    }
    lines = path.endswith("ndjson")
    frame = pl.scan_ndjson(path, schema=schema) if lines else pl.scan_parquet(path)
    arn, history = pl.col("TrainingJobArn"), pl.col("SecondaryStatusTransitions")
    field = pl.element().struct.field
    ends = history.list.eval(field("EndTime") < field("StartTime")).list.any()
    polls = frame.select(
        arn.alias("arn"),
        ends.fill_null(value=False).alias(ENDS),
        (pl.col("BillableTimeInSeconds") > pl.col("TrainingTimeInSeconds")).alias(BILLED),
        history.list.eval(field("Status")).alias("statuses"),
        history.list.eval(field("StartTime")).alias("starts"),
    )
    goes_on = pl.lit(value=True)
    for name in ("statuses", "starts"):
        before = pl.col(name).shift(1).over("arn")
        goes_on &= before.is_null() | (pl.col(name).list.head(before.list.len()) == before)
    table = polls.with_columns((~goes_on).alias(FORKED)).collect()
    found = [(rule, job) for rule in RULES for job in table.filter(pl.col(rule))["arn"].unique()]
    return _grouped(found)


def these_rules(path: str) -> Found:
    """By the check with the rules that say the same."""
    return _checked(path, (ENDS, BILLED, *HISTORY))


def all_rules(path: str) -> Found:
    """By the check with all rules, of which these three are told."""
    return _checked(path, ())


def _checked(path: str, select: tuple[str, ...]) -> Found:
    checker = Checker(rules=select_rules(select=select))
    records = read_paths([path], checker.spec)
    found = judge(records, checker).findings
    named = [(FORKED if one.name in HISTORY else one.name, one.job) for one in found]
    return _grouped([(rule, job) for rule, job in named if job is not None])


def _grouped(rows: list[tuple[str, str]]) -> Found:
    return {rule: {job for one, job in rows if one == rule} for rule in RULES}


def planted(folder: Path, jobs: int, polls: int) -> tuple[dict[str, str], Found]:
    """The same responses as NDJSON and as Parquet, and the jobs with a fault."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from trainstate.backends.writing import schema_of

    spec, by_job = builtin_spec(), dict[str, list[Any]]()
    for response, _ in responses(Corpus(jobs=jobs, polls=polls, seed=3)):
        by_job.setdefault(response[spec.layout.arn], []).append(response)
    faulty = _faults(by_job)
    rows = [row for kept in zip(*by_job.values(), strict=True) for row in kept]
    paths = {form: str(folder / f"planted.{form}") for form in ("ndjson", "parquet")}
    with Path(paths["ndjson"]).open("wb") as out:
        out.writelines(msgspec.json.encode(written(row, "iso")) + b"\n" for row in rows)
    schema = schema_of([whole(spec)], spec)
    columns = [pa.array([row.get(part.name) for row in rows], type=part.type) for part in schema]
    pq.write_table(pa.table(columns, schema=schema), paths["parquet"], row_group_size=50_000)
    return paths, faulty


def _faults(by_job: dict[str, list[Any]]) -> Found:
    """Plants each of the rules' faults into one job of eight; gives the jobs."""
    drawn, spec, found = Random(4), builtin_spec(), Found({rule: set() for rule in RULES})
    for number, (job, sequence) in enumerate(by_job.items()):
        rule = RULES[number // 8 % len(RULES)]
        known = operators()[rule]
        if number % 8:
            continue
        for _ in range(40):
            fault = drawn.choice(known).apply(deepcopy(sequence), spec, drawn.randrange(256))
            if fault is not None and len(fault.responses) == len(sequence):
                by_job[job] = list(fault.responses)
                found[rule].add(job)
                break
    return found


def agreement(found: Found, faulty: Found) -> str:
    """How many of the planted faults were found, and how many jobs that have none."""
    planted_in = sum(map(len, faulty.values()))
    hit = sum(len(found[rule] & faulty[rule]) for rule in RULES)
    besides = set().union(*found.values()) - set().union(*faulty.values())
    return f"{hit} of {planted_in} planted faults, {len(besides)} jobs without one"


def measured(jobs: int, polls: int, rounds: int) -> Iterator[tuple[str, Spread, str]]:
    """How long each takes as often as the check with all rules, and what it found."""
    judges: dict[str, Callable[[str], Found]] = {
        "check, all rules": all_rules,
        "check, these rules": these_rules,
        "DuckDB": duckdb_found,
        "polars": polars_found,
    }
    with tempfile.TemporaryDirectory() as folder:
        paths, faulty = planted(Path(folder), jobs, polls)
        for form, path in paths.items():
            works = [partial(one, path) for one in judges.values()]
            said = [agreement(work(), faulty) for work in works]
            taken = interleaved(works, rounds)
            for name, seconds, found in zip(judges, taken, said, strict=True):
                yield f"{name}, {form}", spread(seconds, taken[0]), found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--polls", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("| judged by | processor time / check, all rules | found |\n| --- | --- | --- |")
    for name, ratio, found in measured(asked.jobs, asked.polls, asked.rounds):
        print(f"| {name} | {ratio} | {found} |", flush=True)


if __name__ == "__main__":
    main()
