"""The simulator's storage: one SQLite database.

Requests are durable before they are acknowledged. What happens by itself follows from a job's
plan and the clock, also after a restart.
"""

import itertools
import sqlite3
import weakref
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from attrs import evolve, frozen

from trainstate.errors import InputError
from trainstate.machine.step import Position, State
from trainstate.simulator.clock import Setting
from trainstate.simulator.job import Job, Tuning

_MAGIC, _APPLICATION, _FORMAT = b"SQLite format 3\0", 0x74737374, 2
_SCHEMA = """
create table item (
    place text not null, name text not null, created integer not null,
    modified integer not null, status text not null, due integer, pool integer, parent text,
    value blob not null, sum integer not null, primary key (place, name));
create index created on item (place, created, name);
create index status on item (place, status, name);
create index due on item (due) where due is not null;
create index pool on item (place, created, name) where pool;
create index parent on item (parent, created, name) where parent is not null;
create table clock (id integer primary key check (id = 1), setting text not null);
"""
Item = Job | Tuning
_TUNING = ":hyper-parameter-tuning-job/"
FAILURES = (sqlite3.Error,)
"""Errors of a database that can no longer store anything."""

_COLUMNS = "place, name, created, modified, status, due, pool, parent"


@frozen(kw_only=True)
class Range:
    """The items and the order of a walk; bounds are exclusive instants.

    ``by`` is a column; the walk starts behind the place ``after`` in the order.
    """

    by: str = "created"
    down: bool = False
    after: tuple[Any, str] | None = None
    created: tuple[int, int] = (-(1 << 62), 1 << 62)
    modified: tuple[int, int] = (-(1 << 62), 1 << 62)


class Store:
    """A simulator's storage, in memory or in a file, for one simulator at a time.

    Raises InputError if the file is not a store of this version, or another program changed it;
    then it stays as it is.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._path = str(path)
        try:
            fresh = self._is_fresh()
            self._base = sqlite3.connect(
                self._path, check_same_thread=False, isolation_level=None, timeout=5
            )
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(str(error)) from error
        # A simulator in memory is seldom closed, and Python 3.13 warns of an open database.
        weakref.finalize(self, self._base.close)
        try:
            self._begin(fresh)
        except (sqlite3.Error, msgspec.MsgspecError, TypeError) as error:
            self._base.close()
            raise self._unusable(str(error)) from error
        except InputError:
            self._base.close()
            raise

    def _begin(self, fresh: bool) -> None:
        if fresh:
            self._base.executescript(
                f"begin; {_SCHEMA} pragma application_id = {_APPLICATION};"
                f" pragma user_version = {_FORMAT}; commit;"
            )
        else:
            self._look_through()
        # With WAL only FULL makes a commit survive a power failure.
        for word in ("locking_mode = exclusive", "journal_mode = wal", "synchronous = full"):
            self._base.execute(f"pragma {word}")
        self._base.execute("begin immediate")

    def _is_fresh(self) -> bool:
        """Whether the store is new. Nothing is written to a foreign file."""
        file = Path(self._path)
        if self._path == ":memory:" or not file.exists() or not file.stat().st_size:
            return True
        with file.open("rb") as opened:
            head = opened.read(100)
        ours = head[68:72] == _APPLICATION.to_bytes(4, "big")
        if not head.startswith(_MAGIC) or not ours:
            raise self._unusable("it is not one of this program's")
        version = int.from_bytes(head[60:64], "big")
        if version != _FORMAT:
            raise InputError(f"{self._path} is a store of version {version}, not {_FORMAT}.")
        return False

    def _look_through(self) -> None:
        """Raises InputError if a row is not as it was written."""
        for *row, total in self._base.execute(f"select {_COLUMNS}, value, sum from item"):  # noqa: S608 - columns of ours
            if total != _sum(row):
                raise self._unusable(f"{row[1]!r} was changed by others")
        self.setting()

    def _unusable(self, why: str) -> InputError:
        return InputError(f"{self._path} cannot be used as a store: {why}.")

    def setting(self) -> Setting | None:
        """The clock's stored state, if the store was used before."""
        row = self._base.execute("select setting from clock").fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Setting)

    def get(self, arn: str) -> Any:
        """The item with an ARN, or None."""
        return next(self._items("place = ? and name = ?", *split(arn)), None)

    def put(self, item: Item) -> None:
        """Stores an item in place of the one with its name."""
        place, name = split(item.arn)
        due = item.plan[0].at if item.plan else None
        # Compression halves the memory of 100,000 jobs.
        packed = zlib.compress(msgspec.msgpack.encode(item), 1)
        row = [
            *(place, name, item.created, item.modified, item.status),
            # A bool comes back as a number, and the checksum covers what comes back.
            *(due, int(item.has_pool) or None, item.parent, packed),
        ]
        self._base.execute(
            "insert or replace into item values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, _sum(row)]
        )

    def drop(self, item: Item) -> None:
        """Removes an item."""
        self._base.execute("delete from item where place = ? and name = ?", split(item.arn))

    def due(self, now: int) -> list[Any]:
        """Items with a step due until an instant, soonest first."""
        return list(self._items("due <= ? order by due", now))

    def having(self, place: str, status: str) -> Iterator[Any]:
        """The items of a place with a status."""
        return self._items("place = ? and status = ?", place, status)

    def pools(self, place: str) -> Iterator[Any]:
        """Jobs whose warm pool waits for another job."""
        return self._items("place = ? and pool order by created, name", place, index="pool")

    def children(self, parent: str) -> Iterator[Any]:
        """A tuning job's children, the oldest first."""
        return self._items("parent = ? order by created, name", parent)

    def every(self, kind: str) -> Iterator[Any]:
        """The items of a kind in all regions, in order of creation."""
        return self._items("place like ? order by created, name", f"%:{kind}/")

    def _items(self, which: str, *given: Any, index: str = "") -> Iterator[Any]:
        by = f"indexed by {index}" if index else ""
        query = f"select place, value from item {by} where {which}"  # noqa: S608 - words of ours
        return itertools.starmap(_unpacked, self._base.execute(query, given).fetchall())

    def walk(self, place: str, span: Range) -> Iterator[tuple[Any, Any]]:
        """The items of a place, each with its place in the order."""
        direction, sign = ("desc", "<") if span.down else ("asc", ">")
        behind = f"and ({span.by}, name) {sign} (?, ?)" if span.after else ""
        time = "created" if span.by == "created" else "+created"  # the index is the order's
        query = (
            f"select place, value, {span.by}, name from item"  # noqa: S608 - columns of ours
            f" where place = ? and {time} > ? and {time} < ? and modified > ? and modified < ?"
            f" {behind} order by {span.by} {direction}, name {direction}"
        )
        given = (place, *span.created, *span.modified, *(span.after or ()))
        for row in self._base.execute(query, given):
            yield (row[2], row[3]), _unpacked(row[0], row[1])

    def commit(self, setting: Setting) -> None:
        """Commits all changes, and the clock's state."""
        text = msgspec.json.encode(setting).decode()
        self._base.execute("insert or replace into clock values (1, ?)", (text,))
        self._base.execute("commit")
        self._base.execute("begin immediate")

    def undo(self) -> None:
        """Reverts changes since the last commit, as far as the database still works."""
        with suppress(sqlite3.Error):
            self._base.execute("rollback")
            self._base.execute("begin immediate")

    def close(self) -> None:
        """Closes the file; uncommitted changes are lost."""
        self._base.close()


def split(arn: str) -> tuple[str, str]:
    """The place of an item and its name there."""
    place, slash, name = arn.rpartition("/")
    return place + slash, name


def _sum(row: list[Any]) -> int:
    return zlib.crc32(repr(row).encode("utf-8", "surrogatepass"))


# Decoding is a fifth of a poll's time, and most polls show what the previous one did.
@lru_cache(maxsize=2048)
def _unpacked(place: str, packed: bytes) -> Item:
    value = zlib.decompress(packed)
    if place.endswith(_TUNING):
        return msgspec.msgpack.decode(value, type=Tuning)
    job = msgspec.msgpack.decode(value, type=Job)
    # The decoder omits what attrs adds to a state: take it from existing objects.
    state, position = job.record.state, job.record.state.position
    made = _state(state.primary, position.primary, position.secondary)
    return evolve(job, record=evolve(job.record, state=made))


@lru_cache(maxsize=512)
def _state(primary: str, entered: str, secondary: str) -> State:
    return State(primary, Position(entered, secondary))
