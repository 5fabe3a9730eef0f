"""The jobs of recordings, for commands that count and do not judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
from attrs import define, field

from trainstate.cli.progress import watched
from trainstate.errors import InputError
from trainstate.history.model import Response, Unreadable
from trainstate.history.readers import SourceReport, read_paths
from trainstate.history.readers.settings import UNREAD
from trainstate.spec.model import Spec
from trainstate.stats.survey import Survey


@define
class Records:
    """The records of files and folders; unreadable inputs are kept for the end."""

    sources: list[SourceReport] = field(factory=list)

    def records(
        self, paths: Iterable[str], spec: Spec, *, input_format: str
    ) -> Iterator[Response | Unreadable]:
        """The records of all readable inputs; raises InputError if there are none."""
        records = read_paths(
            paths,
            spec,
            input_format=input_format,
            on_source=self.sources.append,
            keep_going=True,
        )
        yield from watched(records)
        if all(source.reader == UNREAD and not source.records for source in self.sources):
            self.close()

    def close(self) -> None:
        """Raises InputError if an input was unreadable; the output is written by then."""
        refuse(source for source in self.sources if source.reader == UNREAD)


def refuse(unread: Iterable[SourceReport]) -> None:
    """Raises InputError if an input was unreadable: one line an input."""
    lines = [f"{source.file}: {source.detail}".rstrip(".") for source in unread]
    if lines:
        raise InputError("\n".join(line if line.endswith("?") else f"{line}." for line in lines))


def surveyed(paths: Iterable[str], spec: Spec, *, input_format: str) -> tuple[Survey, Records]:
    """The survey of files and folders; reports what was left out on standard error."""
    reading = Records()
    survey = Survey(spec).feed(reading.records(paths, spec, input_format=input_format))
    if survey.unreadable:
        many = "1 record" if survey.unreadable == 1 else f"{survey.unreadable} records"
        click.echo(f"trainstate: {many} cannot be read; `trainstate check` says why", err=True)
    return survey, reading
