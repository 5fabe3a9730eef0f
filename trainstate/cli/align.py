"""`trainstate align`: the cheapest legal explanation of each job's history."""

from collections.abc import Iterable, Iterator

import click

from trainstate.checking.epoch import Epoch
from trainstate.checking.stream import Checker
from trainstate.cli import options as shared
from trainstate.cli.inputs import recorded
from trainstate.cli.output import open_output
from trainstate.history.readers.lines import Record
from trainstate.machine.align import Alignment, align
from trainstate.render.align import alignment_lines, alignment_object
from trainstate.render.plain import json_text
from trainstate.render.text import counted
from trainstate.spec.load import BUILTIN
from trainstate.spec.model import Spec


@click.command(
    name="align",
    epilog=shared.examples("align recordings/", "align recordings/ --format json"),
    short_help="Explain illegal histories by the fewest edits.",
)
@shared.PATHS
@shared.TEXT_OR_JSON
@shared.OUTPUT
@click.option("--all", "everything", is_flag=True, help="Show legal histories too.")
@shared.INPUT_FORMAT
@shared.MACHINE
def command(
    *,
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    everything: bool,
    input_format: str,
    spec_path: str | None,
) -> None:
    """Show what to keep, insert (+) and delete (-) to make a job's history legal.

    Aligns the longest history of each job in PATHs with the model at the lowest cost: one
    for each insertion or deletion. A legal history has fitness 1. JSON output has one object
    a line.
    """
    spec = shared.spec_at(spec_path or BUILTIN)
    with recorded(paths, spec, input_format=input_format) as records, open_output(output) as out:
        legal = illegal = 0
        for job, alignment in _alignments(spec, records):
            legal += not alignment.cost
            illegal += bool(alignment.cost)
            if not alignment.cost and not everything:
                continue
            if form == "json":
                out.line(json_text(alignment_object(job, alignment)))
                continue
            out.lines(alignment_lines(job, alignment))
        if form == "text" and legal and not everything:
            out.line(f"{counted(legal, 'history is', 'histories are')} legal: nothing to change")
        elif form == "text" and not legal + illegal:
            out.line("no job has a history: nothing to align")


def _alignments(spec: Spec, records: Iterable[Record]) -> Iterator[tuple[str, Alignment]]:
    checker = Checker(spec=spec, rules=())
    for record in records:
        checker.feed(record)
    for state in checker.states:
        found = _aligned(spec, state.epoch)
        if found is not None:
            yield state.epoch.job, found


def _aligned(spec: Spec, epoch: Epoch) -> Alignment | None:
    statuses = tuple(entry.status for entry in epoch.known)
    return align(spec, statuses, epoch.config, finished=epoch.ended) if statuses else None
