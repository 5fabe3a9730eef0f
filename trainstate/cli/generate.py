"""`trainstate generate`: corpora of any size, for measuring and for testing consumers."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from trainstate.cli.options import OUTPUT, choice_option, examples, file_option, number_option
from trainstate.cli.output import open_output
from trainstate.cli.progress import watched
from trainstate.errors import UsageError, installed_by, needing

PARQUET = "parquet"
MACHINE, SIMULATOR = "machine", "simulator"


@click.command(
    name="generate",
    epilog=examples("generate --jobs 10000 --faults 0.01 -o corpus.ndjson"),
    short_help="Write recordings of jobs that never ran.",
)
@number_option("--jobs", click.IntRange(1), 1000, "N")
@number_option("--polls", click.IntRange(1), 20, "K")
@number_option("--seed", int, 0, "S")
@number_option(
    "--faults", click.FloatRange(0, 1), 0.0, "RATE", "The share of jobs with a planted fault."
)
@choice_option(
    "--source",
    of=[MACHINE, SIMULATOR],
    default=MACHINE,
    about="Random walks on the machine in the form of recordings, or polls of the simulator.",
)
@choice_option(
    "--format",
    "form",
    of=["ndjson", PARQUET],
    default="ndjson",
    about="Parquet needs --output and the extra `parquet`.",
)
@OUTPUT
@file_option(
    "--planted", about="Where to write the list of planted faults.  [default: beside --output]"
)
def command(**options: Any) -> None:
    """Write the polls of N generated jobs, K of each, one response of 3 to 5 KB a line or row.

    Histories, times and members are as frequent as in recordings. The same seed gives the same
    bytes. The list of planted faults has one line of JSON for each: job, rule, line, index,
    pointer, operator. Needs the extra `testing`.
    """
    form, output, beside = options["form"], options["output"], options["planted"]
    if form == PARQUET and output in (None, "-"):
        raise UsageError("Parquet needs a file: name it with --output FILE.")
    if beside is None and output is not None and options["faults"]:
        beside = str(Path(output).with_suffix(".planted.jsonl"))
    if options["source"] == SIMULATOR:
        _simulate(options, output)
        return
    size = {name: options[name] for name in ("jobs", "polls", "seed", "faults")}
    extra = "testing,parquet" if form == PARQUET else "testing"
    with needing("Generating", f"; {installed_by(extra)}"), ExitStack() as stack:
        out = None if beside is None else stack.enter_context(open_output(beside))
        for fault in _rows(size, output) if form == PARQUET else _lines(size, output):
            if out is not None:
                out.line(json.dumps(asdict(fault)))


def _simulate(options: dict[str, Any], output: str | None) -> None:
    if options["faults"] or options["form"] != "ndjson":
        raise UsageError("The simulator plants no faults and writes NDJSON: leave out --faults.")
    with needing("Simulating", f"; {installed_by('aws')}"):
        from trainstate.simulator.corpus import recorded
    with open_output(output) as out:
        size = {name: options[name] for name in ("jobs", "polls", "seed")}
        out.lines(watched(recorded(**size)))


def _lines(size: dict[str, Any], output: str | None) -> Iterator[Any]:
    """Writes a corpus as NDJSON; returns the planted faults."""
    from trainstate.testing.corpus import Corpus, generated

    with open_output(output) as out:
        for text, planted in watched(generated(Corpus(**size))):
            out.line(text)
            if planted is not None:
                yield planted


def _rows(size: dict[str, Any], output: str) -> Iterator[Any]:
    """Writes a corpus as Parquet; returns the planted faults."""
    from trainstate.backends.writing import fits, schema_of, writing
    from trainstate.spec.load import builtin_spec
    from trainstate.testing.corpus import Corpus, responses, whole

    spec = builtin_spec()
    schema = schema_of([whole(spec)], spec)
    corpus = Corpus(**size, fits=lambda rows: fits(rows, schema, spec))
    with writing(output, schema) as out:
        for response, planted in watched(responses(corpus)):
            out.add(response)
            if planted is not None:
                yield planted
