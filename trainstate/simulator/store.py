"""Where a simulator keeps its jobs: in memory alone, or in SQLite as well.

What is asked for is durable before it is acknowledged. What happens by itself is not
written: it follows from what a job's plan and the clock say, after a restart, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import attrs
import msgspec

from trainstate.errors import InputError
from trainstate.simulator.clock import Setting
from trainstate.simulator.errors import ServiceError
from trainstate.simulator.job import Job

_SCHEMA = """
create table if not exists jobs (name text primary key, job blob not null);
create table if not exists clock (id integer primary key check (id = 1), setting blob not null);
"""
_FORMAT = 1


class Store(Protocol):
    """What keeps the jobs of a simulator beyond its life."""

    def load(self) -> tuple[list[Job], Setting | None]:
        """The jobs that were kept, and what the clock was set to."""

    def save(self, jobs: Iterable[Job], gone: Iterable[str], setting: Setting) -> None:
        """Keeps changes; when it returns they are durable."""

    def close(self) -> None:
        """Ends the use of the store."""


class Memory:
    """A store that keeps nothing: the jobs live as long as their simulator."""

    def load(self) -> tuple[list[Job], Setting | None]:
        """Nothing was kept."""
        return [], None

    def save(self, jobs: Iterable[Job], gone: Iterable[str], setting: Setting) -> None:
        """Keeps nothing."""

    def close(self) -> None:
        """Nothing is open."""


class Sqlite:
    """A store in a file. One simulator at a time uses it, from any of its threads.

    Raises InputError where the file is no store of this version.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        try:
            self._base = sqlite3.connect(
                self._path, check_same_thread=False, isolation_level=None, timeout=5
            )
            self._prepare()
        except sqlite3.Error as error:
            raise InputError(f"{self._path} cannot be used as a store: {error}.") from error

    def _prepare(self) -> None:
        version = self._base.execute("pragma user_version").fetchone()[0]
        if version not in (0, _FORMAT):
            raise InputError(f"{self._path} is a store of version {version}, not {_FORMAT}.")
        # With a journal of its own kind, FULL is what makes a commit survive the power's end.
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        self._base.execute("pragma locking_mode = exclusive")
        self._base.executescript(_SCHEMA)
        self._base.execute(f"pragma user_version = {_FORMAT}")

    def load(self) -> tuple[list[Job], Setting | None]:
        """The jobs of the file in the order of their names, and what the clock was set to."""
        try:
            rows = self._base.execute("select job from jobs order by name").fetchall()
            row = self._base.execute("select setting from clock").fetchone()
            jobs = [_made_anew(msgspec.msgpack.decode(data, type=Job)) for (data,) in rows]
            setting = None if row is None else msgspec.msgpack.decode(row[0], type=Setting)
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise InputError(f"{self._path} cannot be read as a store: {error}.") from error
        return jobs, setting

    def save(self, jobs: Iterable[Job], gone: Iterable[str], setting: Setting) -> None:
        """Writes the changes in one transaction. Raises ServiceError where they are not kept."""
        rows = [(job.record.name, msgspec.msgpack.encode(job)) for job in jobs]
        # What is gone goes first: its name may be another job's by now.
        try:
            with self._base:
                run = self._base
                run.execute("begin immediate")
                run.executemany("delete from jobs where name = ?", [(name,) for name in gone])
                run.executemany("insert or replace into jobs values (?, ?)", rows)
                run.execute(
                    "insert or replace into clock values (1, ?)", (msgspec.msgpack.encode(setting),)
                )
        except sqlite3.Error as error:
            raise ServiceError("InternalFailure", f"not stored: {error}", status=500) from error

    def close(self) -> None:
        """Closes the file."""
        self._base.close()


def _made_anew(value: Any) -> Any:
    """The same value, made by its class: the decoder leaves out what attrs adds to it."""
    if isinstance(value, tuple):
        return tuple(_made_anew(item) for item in value)
    if not attrs.has(type(value)):
        return value
    names = [field.name for field in attrs.fields(type(value)) if field.init]
    return type(value)(**{name: _made_anew(getattr(value, name)) for name in names})
