"""Text behind a prefix that all its lines share: comments, quotes, stamps of a log."""

from __future__ import annotations

import io
import re

from attrs import evolve

from trainstate.history.readers.bytestream import Opened, read_whole
from trainstate.history.readers.settings import Limits

_FORMS = tuple(
    re.compile(rb"^" + form, re.MULTILINE | re.ASCII)
    for form in (
        rb"[ \t]*#+ ?",
        rb"[ \t]*//+ ?",
        rb"[ \t]*> ?(?:> ?)*",
        rb"[ \t]*(?:--|;+|%+|\*) ?",
        # `kubectl logs --timestamps`, `docker logs -t`, `aws logs tail --format short`, GitHub.
        rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?:[ \t]|$)",
        # `docker compose logs`
        rb"[\w./-]{1,60} *\| ?",
    )
)


def without_prefix(opening: Opened, *, limits: Limits, file: str) -> Opened:
    """The input without what all lines of its head begin with; raises InputError past a limit."""
    form = _shared(opening.head, whole=opening.whole)
    if form is None:
        return opening
    bare = form.sub(b"", read_whole(opening.stream, limits=limits, file=file))
    return evolve(opening, stream=io.BytesIO(bare), head=form.sub(b"", opening.head))


def _shared(head: bytes, *, whole: bool) -> re.Pattern[bytes] | None:
    lines = head.split(b"\n")
    inked = [line for line in (lines if whole else lines[:-1]) if line.strip()]
    return next((form for form in _FORMS if inked and all(map(form.match, inked))), None)
