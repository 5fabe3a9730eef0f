"""The option `--watch`: when inputs have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import sleep

from trainstate.errors import InputError, UsageError
from trainstate.history.readers.remote import is_url
from trainstate.history.readers.walk import existing, sources

_EVERY = 0.5
Stamps = dict[str, tuple[int, int] | None]


def changes(paths: Iterable[str], *, but: Iterable[str | None]) -> Iterator[None]:
    """Comes back at once, and then whenever a file of the paths is new, changed or gone.

    ``but`` are files that the check itself writes.
    """
    named = list(paths)
    own = {Path(file).resolve() for file in but if file is not None}
    if "-" in named or any(map(is_url, named)):
        raise UsageError("Only files can be watched, no standard input and no URL.")
    seen: Stamps | None = None
    while True:
        now = {
            file: stamp
            for path in named
            for file, stamp in _stamps(path)
            if Path(file).resolve() not in own
        }
        if now != seen:
            seen = now
            yield
        sleep(_EVERY)


def _stamps(path: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
    try:
        found = [source.file for one in existing([path]) for source in sources(one)]
    except InputError:
        yield path, None
        return
    for file in found:
        try:
            status = Path(file).stat()
        except OSError:
            yield file, None
        else:
            yield file, (status.st_mtime_ns, status.st_size)
