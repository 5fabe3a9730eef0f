"""``datetime.now`` and ``datetime.utcnow``, led by another clock for a while.

The two are replaced in the class itself, which is written in C, so that everybody who has
the class sees it, however it was imported, and a datetime's type stays what it is.
freezegun puts another class in its place: whoever kept the old one has real time, and
``pickle`` and ``type(x) is datetime`` fail. time-machine replaces the functions below, and
with them the clock of the standard library's own locks and queues, which then wait for ever.
``date.today`` and ``datetime.today`` ask ``time.time``, which is led already.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any

from trainstate.history.instants import SECOND, Instant


@contextmanager
def led_datetimes(current: Callable[[], Instant | None]) -> Iterator[None]:
    """A context in which datetimes show the moment of ``current``; real time where it is None."""
    (members,) = gc.get_referents(vars(datetime))
    now, utcnow = members["now"], members["utcnow"]

    def led_now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        at = current()
        shown: datetime = now.__get__(None, cls)(tz)
        return shown if at is None else cls.fromtimestamp(at / SECOND, tz)

    def led_utcnow(cls: type[datetime]) -> datetime:
        at = current()
        shown: datetime = utcnow.__get__(None, cls)()
        return shown if at is None else cls.fromtimestamp(at / SECOND, UTC).replace(tzinfo=None)

    _set(members, now=classmethod(led_now), utcnow=classmethod(led_utcnow))
    try:
        yield
    finally:
        _set(members, now=now, utcnow=utcnow)


def _set(members: dict[str, Any], **methods: Any) -> None:
    members.update(methods)
    # The interpreter keeps what it has looked up in a class.
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
