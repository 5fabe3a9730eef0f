"""The jobs of recordings, for commands that count and do not judge."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from trainstate.cli.progress import watched
from trainstate.errors import InputError
from trainstate.history.readers import SourceReport, read_records
from trainstate.history.readers.lines import Record
from trainstate.history.readers.settings import UNREAD
from trainstate.render.text import counted
from trainstate.spec.model import Spec
from trainstate.stats.survey import Survey


@contextmanager
def recorded(paths: Iterable[str], spec: Spec, *, input_format: str) -> Iterator[Iterator[Record]]:
    """The records of all readable inputs; raises InputError if there are none.

    At the end, when the output is written, raises it for the unreadable ones.
    """
    sources: list[SourceReport] = []

    def records() -> Iterator[Record]:
        yield from watched(
            read_records(
                paths,
                spec,
                input_format=input_format,
                on_source=sources.append,
                keep_going=True,
            )
        )
        if all(source.reader == UNREAD and not source.records for source in sources):
            refuse(sources)

    yield records()
    refuse(source for source in sources if source.reader == UNREAD)


def refuse(unread: Iterable[SourceReport]) -> None:
    """Raises InputError if an input was unreadable: one line an input."""
    lines = [f"{source.file}: {source.detail}".rstrip(".") for source in unread]
    if lines:
        raise InputError("\n".join(line if line.endswith("?") else f"{line}." for line in lines))


@contextmanager
def surveyed(paths: Iterable[str], spec: Spec, *, input_format: str) -> Iterator[Survey]:
    """The survey of ``recorded`` inputs; reports unreadable records on standard error."""
    with recorded(paths, spec, input_format=input_format) as records:
        survey = Survey(spec).feed(records)
        if survey.unreadable:
            many = counted(survey.unreadable, "record")
            click.echo(f"trainstate: {many} cannot be read; `trainstate check` says why", err=True)
        yield survey
