"""What is kept of a history that was regular until now.

These and the other records of the fast path are msgspec's: they are made for each new line,
and that takes a fifth of the time that a class of Python's own needs.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Past(msgspec.Struct, gc=False, eq=False):
    """The history as a job's last line shows it, with its times.

    ``begun`` is when the last entry starts, ``last`` when it has ended, or started while
    it is not ``closed``. ``trained`` and ``broken`` count the seconds of closed entries.
    ``written`` is the hash of how the history is written, ``cut`` where in that its last
    entry begins, and ``before_cut`` the hash of what stands before.
    """

    begun: Any
    last: Any
    closed: bool
    trained: float
    broken: float
    written: int = 0
    cut: int = 0
    before_cut: int = 0


__all__ = ["Past"]
