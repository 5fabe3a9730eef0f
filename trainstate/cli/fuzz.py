"""`trainstate fuzz`: finds the shortest programs of calls on which a simulator is wrong."""

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from trainstate.cli import options as shared
from trainstate.cli.baseline import WRITE, known_findings
from trainstate.cli.output import FOUND, Output, open_output
from trainstate.cli.progress import status_on_a_terminal
from trainstate.errors import installed_by, needing
from trainstate.rules.model import Severity


def _targets(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    known = ("moto", "simulator", "local-mode", "http://127.0.0.1:")
    return [CompletionItem(name) for name in known if name.startswith(begun)]


@click.command(
    name="fuzz",
    epilog=shared.examples("fuzz --target moto --scripts found/"),
    short_help="Find the calls on which a simulator is wrong.",
)
@click.option(
    "--target",
    required=True,
    metavar="TARGET",
    shell_complete=_targets,
    help="`moto`, `simulator`, `local-mode`, a URL, or `module:function` that makes a client.",
)
@click.option(
    "--budget", type=click.IntRange(1), metavar="N", help="Begin no program after N API calls."
)
@click.option(
    "--max-examples",
    type=click.IntRange(1),
    metavar="N",
    help="Try at most N programs.  [default: 1000, unlimited with --budget]",
)
@shared.number_option(
    "--seconds", click.FloatRange(0), 50.0, "SECONDS", "How long to try and shrink; 0: no limit."
)
@shared.MACHINE
@shared.SEED
@shared.SELECT
@shared.IGNORE
@shared.BASELINE
@shared.BASELINE_MODE
@shared.choice_option("--format", "form", of=["text", "json", "junit"], default="text")
@shared.REPORT
@click.option(
    "--scripts",
    metavar="FOLDER",
    shell_complete=shared.files,
    help="Write each program as Python into FOLDER.",
)
@shared.choice_option(
    "--fail-on",
    of=["error", "warning"],
    default="error",
    about="The mildest severity that makes the exit status 1.",
)
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Drive a service of jobs through programs of calls, and judge its answers.

    Jobs are created, described, stopped, deleted, updated and listed, time advances, and
    every job is followed to its end: training jobs, or with `--spec` processing, transform or
    tuning jobs. Each finding comes with the smallest program that shows it. Needs the extra
    `testing`, and what the target needs.

    Exit status: 0 no findings at or above the fail level, 1 findings, 2 misuse, 130 after
    Ctrl-C, with a report of what was tried so far.
    """
    report = _report(options)
    known = known_findings(options["baseline"], options["baseline_mode"])
    new = tuple(found for found in report.discoveries if not known.takes(found.emblem))
    report = _without(report, new)
    with open_output(options["output"]) as output:
        _write(report, options["form"], output, Severity(options["fail_on"]))
    if options["scripts"]:
        _write_scripts(report, Path(options["scripts"]))
    if (about_known := known.close()) is not None:
        click.echo(about_known, err=True)
    from trainstate.testing.fuzzing.fuzzer import INTERRUPTED

    if report.ended == INTERRUPTED:
        raise KeyboardInterrupt
    failed = bool(report.at_least(Severity(options["fail_on"])))
    ctx.exit(FOUND if failed and options["baseline_mode"] != WRITE else 0)


def _report(options: dict[str, Any]) -> Any:
    with needing("Fuzzing", f"; {installed_by('testing')}"):
        from trainstate.testing.fuzzing import fuzz
        from trainstate.testing.fuzzing.targets import named
    with status_on_a_terminal() as tell:
        return fuzz(
            named(options["target"]),
            spec=shared.spec_at(options["spec_path"]),
            budget=options["budget"],
            max_examples=options["max_examples"],
            seconds=options["seconds"] or None,
            seed=options["seed"],
            select=shared.listed(options["select"]),
            ignore=shared.listed(options["ignore"]),
            on_program=lambda calls: tell(f"{calls:,} calls"),
        )


def _without(report: Any, new: tuple[Any, ...]) -> Any:
    from attrs import evolve

    known = tuple(found for found in report.discoveries if found not in new)
    return evolve(report, discoveries=new, known=known)


def _write(report: Any, form: str, output: Output, fail_on: Severity) -> None:
    if form == "json":
        output.line(report.to_json())
    elif form == "junit":
        output.line(report.to_junit(fail_on=fail_on))
    else:
        from trainstate.testing.fuzzing.report import report_lines

        output.lines(report_lines(report, style=output.style))


def _write_scripts(report: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    used: dict[str, int] = {}
    for found in report.discoveries:
        name = found.finding.name.replace("-", "_")
        used[name] = used.get(name, 0) + 1
        number = f"_{used[name]}" if used[name] > 1 else ""
        with open_output(str(folder / f"{name}{number}.py")) as output:
            output.line(found.script.rstrip("\n"))
