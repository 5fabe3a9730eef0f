"""Finds the inputs that paths name: files, the files of folders, standard input."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from glob import glob, has_magic
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from trainstate.errors import InputError
from trainstate.history.readers.remote import (
    is_url,
    outermost,
    public,
    remote_files,
    remote_matches,
)

STDIN = "<stdin>"
_FILE = "file://"

AnyPath = str | os.PathLike[str]


@frozen(kw_only=True)
class InputSource:
    """An input that can be opened: a named file, or one in a folder.

    ``fault`` is why part of a folder cannot be read, None if it can be tried.
    """

    file: str
    named: bool
    open: Callable[[], AbstractContextManager[Any]]
    fault: str | None = None


def existing(paths: Iterable[AnyPath]) -> list[str]:
    """The paths, with patterns expanded; raises InputError for one that does not exist.

    A URL without a pattern is only looked for when it is read.
    """
    found = [name for path in paths for name in matching(os.fsdecode(path))]
    if not found:
        raise InputError("No path was given: name a file or a folder, or - for standard input.")
    for path in found:
        if path != "-":
            _ = is_url(path) or _status(path)
        elif sys.stdin is None:  # a shell closed it: `<&-`
            raise InputError("-: standard input is closed; name a file or a folder.")
    return found


def matching(path: str) -> list[str]:
    """The files and folders that match a pattern, in order of name; else the path itself."""
    path = _local(path)
    if is_url(path):
        return remote_matches(path)
    if not has_magic(path) or os.path.lexists(path):
        return [path]
    return outermost(glob(path, recursive=True)) or [path]  # noqa: PTH207 - a text in, texts out


def sources(path: str) -> Iterator[InputSource]:
    """The inputs of a path; those of a folder in the order of their names."""
    if path == "-":
        yield InputSource(file=STDIN, named=True, open=lambda: nullcontext(sys.stdin.buffer))
    elif is_url(path):
        single, files = remote_files(path)
        yield from (InputSource(file=name, named=single, open=opens) for name, opens in files)
    elif stat.S_ISDIR(_status(path).st_mode):
        yield from _inside(path)
    else:
        yield _file(path, named=True)


def shown(path: str) -> str:
    """A path as text that can be written anywhere; bytes outside UTF-8 are replaced."""
    text = os.fsencode(_local(path)).decode("utf-8", "replace")
    return public(text) if is_url(text) else text


def _local(path: str) -> str:
    """The path of a ``file:`` URL; any other path unchanged."""
    if path[: len(_FILE)].lower() != _FILE:
        return path
    return unquote(path[len(_FILE) :]).removeprefix("localhost")


def _status(path: str) -> os.stat_result:
    try:
        # Path.stat takes an empty name for the current folder.
        return os.stat(path)  # noqa: PTH116
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        reason = "nothing matches it" if has_magic(path) else reason
        raise InputError(f"{shown(path)}: cannot be read: {reason}; {_remedy(path)}") from None


def _remedy(path: str) -> str:
    """The similar name that exists, or what a path may be."""
    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208 - names suffice
    except (OSError, ValueError):
        names = []
    others = [other for other in names if other != name]
    close = get_close_matches(name, others, n=1) if name else []
    if close:
        return f"did you mean {shown(os.path.join(folder, close[0]))!r}?"  # noqa: PTH118
    return "name a file, a folder, or - for standard input."


def _file(path: str, *, named: bool) -> InputSource:
    return InputSource(
        file=shown(path), named=named, open=lambda: Path(path).open("rb", buffering=0)
    )


def _inside(folder: str) -> Iterator[InputSource]:
    """The files in and below a folder; a folder that links lead back to is read once."""
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            status = Path(path).stat()
        except OSError as error:
            yield _refused(path, error)
            continue
        if stat.S_ISREG(status.st_mode):
            yield _file(path, named=False)
        elif stat.S_ISDIR(status.st_mode) and (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            try:
                names = sorted(os.listdir(path), reverse=True)  # noqa: PTH208 - names suffice
            except OSError as error:
                yield _refused(path, error)
                continue
            waiting += [os.path.join(path, name) for name in names if not name.startswith(".")]  # noqa: PTH118


def _refused(path: str, error: OSError) -> InputSource:
    return InputSource(
        file=shown(path), named=False, open=nullcontext, fault=error.strerror or str(error)
    )
