"""`trainstate generate`: corpora of any size, for measuring and for trying out consumers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from trainstate.cli.output import open_output
from trainstate.errors import UsageError


@click.command(name="generate", short_help="Write recordings of jobs that never ran.")
@click.option("--jobs", type=click.IntRange(1), default=1000, show_default=True, metavar="N")
@click.option("--polls", type=click.IntRange(1), default=20, show_default=True, metavar="K")
@click.option("--seed", type=int, default=0, show_default=True, metavar="S")
@click.option(
    "--faults",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="RATE",
    help="The share of jobs into which a fault is planted.",
)
@click.option(
    "--format", "form", type=click.Choice(["ndjson"]), default="ndjson", show_default=True
)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE instead of standard output.")
@click.option(
    "--planted",
    metavar="FILE",
    help="Where the list of planted faults goes.  [default: beside --output]",
)
def command(**options: Any) -> None:
    """Write the polls of N generated jobs, K of each, as NDJSON of 3 to 5 KB a line.

    A seed always gives the same bytes. The list of planted faults has a line of JSON for
    each: job, rule, line, index, pointer, operator. Needs the extra trainstate[testing].

    Example: trainstate generate --jobs 10000 --faults 0.01 -o corpus.ndjson
    """
    output, beside = options["output"], options["planted"]
    if beside is None and output is not None and options["faults"]:
        beside = str(Path(output).with_suffix(".planted.jsonl"))
    found: list[str] = []
    try:
        from trainstate.testing.corpus import Corpus, generated
    except ImportError as error:
        raise UsageError(f"Generating needs {error.name}: install trainstate[testing].") from error
    corpus = Corpus(
        jobs=options["jobs"],
        polls=options["polls"],
        seed=options["seed"],
        faults=options["faults"],
    )
    with open_output(output) as out:
        for text, planted in generated(corpus):
            out.line(text)
            if planted is not None:
                found.append(json.dumps(asdict(planted)))
    if beside is not None:
        with open_output(beside) as out:
            for text in found:
                out.line(text)
