"""Reads the records of files and folders."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from attrs import evolve

from trainstate.errors import InputError, UsageError
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.lines import Record, whole
from trainstate.history.readers.settings import FORMATS, SKIPPED, UNREAD, Limits, SourceReport
from trainstate.history.readers.source import Asked, Input
from trainstate.history.readers.walk import STDIN, AnyPath, InputSource, existing, shown, sources
from trainstate.spec.model import Spec

OnSource = Callable[[SourceReport], None]


def read_paths(
    paths: Iterable[AnyPath], spec: Spec, **asked: Any
) -> Iterator[Response | Unreadable]:
    """The records of files, as ``read_records`` gives them, each with every member."""
    return map(whole, read_records(paths, spec, **asked))


def read_records(
    paths: Iterable[AnyPath],
    spec: Spec,
    *,
    input_format: str = "auto",
    limits: Limits = Limits(),  # noqa: B008 - frozen
    on_source: OnSource | None = None,
    keep_going: bool = False,
    only_recordings: bool = False,
) -> Iterator[Record]:
    """The records of files, in the order of the paths.

    Responses in the service's own form come as slices with their typed decode. A path is a file,
    ``-`` for standard input, or a folder, whose recordings are read in the order of their names,
    without hidden ones. ``input_format`` is one of FORMATS; ``on_source`` is called at the end of
    each input.

    Before anything is read, raises InputError for a path that does not exist, and UsageError for an
    unknown format; later InputError for a file that cannot be opened, has no known format or holds
    no response, and for a folder without recordings. With ``keep_going`` an unreadable path is
    reported to ``on_source`` as *unread*, and the rest is read. ``only_recordings`` skips files
    that are no recordings, as in folders.
    """
    asked = asked_for(spec, input_format=input_format, limits=limits)
    asked = evolve(asked, lenient=only_recordings)
    named = [paths] if isinstance(paths, str | os.PathLike) else paths
    report = on_source or ignore
    if keep_going:
        return _read_on(named, asked, report)
    return _read_all(existing(named), asked, report)


def asked_for(spec: Spec, *, input_format: str, limits: Limits) -> Asked:
    """Checks the options of reading; raises UsageError."""
    if input_format not in FORMATS:
        raise UsageError(
            f"Expected input_format to be one of {', '.join(FORMATS)} but got {input_format!r}."
        )
    return Asked(spec=spec, limits=limits, input_format=input_format)


def _read_all(paths: list[str], asked: Asked, on_source: OnSource) -> Iterator[Record]:
    for path in paths:
        read, first = False, None
        for source in sources(path):
            report = yield from _read(
                evolve(source, named=False) if asked.lenient else source, asked
            )
            on_source(report)
            read = read or asked.lenient or report.reader != SKIPPED
            first = first or report
        if not read:
            why = f"; {first.file} {first.detail}" if first else ""
            raise InputError(f"{shown(path)}: the folder has no recording that can be read{why}.")


def _read_on(paths: Iterable[AnyPath], asked: Asked, on_source: OnSource) -> Iterator[Record]:
    for path in paths:
        named = os.fsdecode(path)
        try:
            found = existing([named])
        except InputError as error:
            on_source(_unread(named, error))
            continue
        for one in found:
            try:
                yield from _read_all([one], asked, on_source)
            except InputError as error:
                on_source(_unread(one, error))


def _unread(path: str, error: InputError) -> SourceReport:
    file = shown(path)
    reason = str(error).removeprefix(f"{STDIN}: ").removeprefix(f"{file}: ")
    return SourceReport(file=file, reader=UNREAD, detail=reason.removesuffix("."))


def _read(source: InputSource, asked: Asked) -> Generator[Record, None, SourceReport]:
    reading = Input(asked=asked, name=source.file, named=source.named, file=source.file)
    reason = source.fault
    if reason is None:
        try:
            with source.open() as stream:
                yield from reading.read(stream)
        except OSError as error:
            reason = error.strerror or str(error)
        except InputError as error:
            # A limit was exceeded: skip this file, not the rest of the folder.
            if source.named:
                raise
            reason = str(error).removeprefix(f"{source.file}: ").removesuffix(".")
    if reason is None:
        return reading.report
    if source.named:
        raise InputError(f"{source.file}: cannot be read: {reason}.")
    reason = f"cannot be read: {reason}"
    yield Unreadable(reason=reason, origin=Origin(file=source.file, reader=reading.report.reader))
    return evolve(reading.report, detail=reason)


def ignore(_: SourceReport) -> None:
    """The default for ``on_source``."""
