"""`spark-submit` of a check: paths in, findings and verdicts out, the exit status of `check`.

Usage: spark-submit trainstate/backends/spark_submit.py PATH... --findings OUT, or, with Spark's
default configuration, python -m trainstate.backends.spark_submit.
"""

from __future__ import annotations

from typing import Any

import click

from trainstate.errors import TrainstateError
from trainstate.rules.model import Severity

MISUSE = 2


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--input-format", "form", type=click.Choice(["parquet", "ndjson"]))
@click.option("--findings", metavar="FOLDER", help="Write the findings to FOLDER.")
@click.option("--verdicts", metavar="FOLDER", help="Write the jobs' verdicts to FOLDER.")
@click.option("--format", "written", type=click.Choice(["parquet", "json"]), default="parquet")
@click.option("--select", multiple=True, metavar="RULES")
@click.option("--ignore", multiple=True, metavar="RULES")
@click.option("--master", metavar="URL", help="Where Spark runs.  [default: as configured]")
@click.option("--partitions", type=click.IntRange(1), metavar="N", help="The number of tasks.")
@click.option(
    "--fail-on",
    type=click.Choice([str(level) for level in Severity]),
    default=str(Severity.ERROR),
    show_default=True,
)
@click.pass_context
def main(ctx: click.Context, /, **options: Any) -> None:
    """Judge the recorded responses in PATHs with Spark, and count the findings of each rule.

    Exit status: 0 no findings at or above the fail level, 1 findings, 2 misuse.
    """
    try:
        worst = _checked(options)
    except TrainstateError as error:
        click.echo(f"trainstate: {error}", err=True)
        ctx.exit(MISUSE)
    fail = Severity(options["fail_on"])
    ctx.exit(1 if any(Severity(level).rank <= fail.rank for level in worst) else 0)


def _checked(options: dict[str, Any]) -> set[str]:
    """Checks, writes and prints; returns the severities found."""
    from trainstate.backends import spark  # noqa: PLC0415 - its errors are told apart

    running = spark.session(master=options["master"])
    frame = spark.read(running, options["paths"], form=options["form"])
    found = spark.check(
        frame,
        select=options["select"],
        ignore=options["ignore"],
        partitions=options["partitions"],
    )
    for part, folder in ((found.findings, "findings"), (found.verdicts, "verdicts")):
        if options[folder] is not None:
            part.write.mode("overwrite").format(options["written"]).save(options[folder])
    return _printed(found)


def _printed(found: Any) -> set[str]:
    levels = set()
    for row in found.findings.groupBy("code", "name", "severity").count().orderBy("code").collect():
        levels.add(row["severity"])
        click.echo(f"{row['count']:>10,}  {row['code']} {row['name']} [{row['severity']}]")
    for row in found.verdicts.groupBy("verdict").count().orderBy("verdict").collect():
        click.echo(f"{row['count']:>10,}  jobs {row['verdict']}")
    return levels


if __name__ == "__main__":
    main()
