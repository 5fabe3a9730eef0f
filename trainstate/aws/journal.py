"""The file that a pull writes: complete lines only, however the program ends.

Lines go to ``FILE.part``, each one whole and flushed to disk; the finished part replaces FILE in
one step. A kill leaves a part that may end in half a line, which the next run cuts off before it
continues.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from attrs import define, field

from trainstate.errors import InputError, unwritable

try:
    import fcntl as _fcntl
except ImportError:  # pragma: no cover - Windows, where a second run is not locked out
    _fcntl = None  # type: ignore[assignment]

fcntl: Any = _fcntl  # None on some systems, whatever the system is that types are checked on
Key = tuple[str, ...]


@define
class Journal:
    """A growing NDJSON file of responses, each recorded once.

    ``identity`` names the members that distinguish two records. Use it as a context manager;
    everything in FILE or in its part already counts as recorded.
    """

    path: Path
    identity: tuple[str, ...]
    known: set[Key] = field(factory=set)
    _stream: IO[bytes] | None = None

    @property
    def part(self) -> Path:
        """Where lines go until all are there."""
        return self.path.with_name(self.path.name + ".part")

    def __enter__(self) -> Self:
        self._check()
        try:
            with self._alone():
                if not self.part.exists() and self.path.exists():
                    self._copy()
                self._stream = self.part.open("a+b")
                self._claim(self._stream)
            self._recover(self._stream)
        except OSError as error:
            self.close()
            raise self._unwritten(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # With locks, the file gets its name before the lock ends.
        if error is None and fcntl is not None:
            with self._alone():
                self.part.replace(self.path)
        self.close()
        if error is None and fcntl is None:
            self.part.replace(self.path)

    def close(self) -> None:
        """Closes the file; the part stays for the next run."""
        if self._stream is not None:
            # Closing would retry what a full disk refused: the next run cuts it off.
            with suppress(OSError):
                self._stream.close()

    def has(self, record: Mapping[str, Any]) -> bool:
        """Whether the record is already there, in this state of the job."""
        return self._key(record) in self.known

    def add(self, record: Mapping[str, Any]) -> bool:
        """Adds a record as one line; returns whether it is new."""
        key = self._key(record)
        if key in self.known or self._stream is None:
            return False
        line = json.dumps(record, separators=(",", ":"), default=str) + "\n"
        try:
            self._stream.write(line.encode("ascii"))
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            kept = " What was recorded so far is kept."
            raise InputError(f"{self._unwritten(error)}{kept}") from error
        self.known.add(key)
        return True

    def _check(self) -> None:
        """Resolves a link to its file; raises InputError if no file is possible."""
        path = self.path.resolve()
        if not path.name or (path.exists() and not path.is_file()):
            raise InputError(
                f"The recording cannot be written to {str(self.path)!r}: it is not a file."
            )
        self.path = path

    def _unwritten(self, error: OSError) -> InputError:
        return unwritable("The recording", self.path, error)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Locks out the start and end of other runs.

        Otherwise one could start with an empty part or an old file while another renames its part.
        """
        if fcntl is None:
            yield
            return
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            with suppress(OSError):  # some file systems cannot lock folders
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _key(self, record: Mapping[str, Any]) -> Key:
        return tuple(str(record.get(member)) for member in self.identity)

    def _claim(self, stream: IO[bytes]) -> None:
        """Locks the part; the system releases the lock with the process."""
        if fcntl is None:
            return
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A run that ended between opening and locking has renamed the part.
            if not os.path.samestat(self.part.stat(), os.fstat(stream.fileno())):
                raise BlockingIOError
        except (BlockingIOError, FileNotFoundError) as error:
            self.close()
            raise InputError(
                f"Another run records to {str(self.path)!r} at this moment; wait until it has"
                " ended, or record to another file."
            ) from error

    def _copy(self) -> None:
        """Starts the part as a copy of the finished file, which stays until the end."""
        draft = self.path.with_name(self.path.name + ".draft")
        draft.write_bytes(self.path.read_bytes())
        draft.replace(self.part)

    def _recover(self, stream: IO[bytes]) -> None:
        """Reads what is recorded, and cuts off an incomplete last line."""
        whole, ended = 0, True
        stream.seek(0)
        for line in stream:
            record, ended = _record(line), line.endswith(b"\n")
            # Another program wrote a whole record without a line end.
            if record is None and not ended:
                ended = True
                break
            whole += len(line)
            if record is not None:
                self.known.add(self._key(record))
        stream.truncate(whole)
        stream.seek(0, os.SEEK_END)
        if not ended:
            stream.write(b"\n")


def _record(line: bytes) -> Mapping[str, Any] | None:
    """The record in a line; None if there is none."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
