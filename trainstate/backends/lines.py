"""Rows of a table as lines for the fast path, without the parts into which nobody looks.

Of most of a job's configuration rules ask only whether it changed. In the place of those
members stands a number for what all of them hold: a line then has a quarter of its
length, and two lines of a table differ where the rows do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.types as kinds
from attrs import define, field

from trainstate.backends.digests import combined, digests
from trainstate.backends.rowshelf import Packed, packed
from trainstate.backends.texts import objects
from trainstate.backends.values import mappings
from trainstate.spec.model import Spec

Columns = list[tuple[str, Any]]
_MOST_SETTINGS = 50_000
_CONFIGURATION = "configuration"
_STAND_INS: tuple[tuple[Callable[[Any], bool], bytes], ...] = (
    (kinds.is_string, b'"@"'),
    (kinds.is_large_string, b'"@"'),
    (kinds.is_struct, b'{"":"@"}'),
    (kinds.is_map, b'{"":"@"}'),
    (kinds.is_list, b'["@"]'),
    (kinds.is_large_list, b'["@"]'),
)
_PLACE = b"@"  # of the number


@define
class Numbered:
    """The columns of a table apart, with a number for what each row holds in them.

    ``loose`` are those into which nobody looks, ``exact`` the rest of the configuration,
    ``others`` what remains besides LastModifiedTime.
    """

    loose: Columns
    exact: Columns
    others: Columns
    of_loose: Any
    of_exact: Any
    configured: Any
    whole: Any


@define(kw_only=True)
class Lines:
    """How the rows of tables are told as lines, all by the same rules.

    ``unseen`` are the members into which nobody looks; none of them where lines must be
    whole. What stands for the rest of the configuration is kept by its number, as of
    thousands of jobs few are configured in a new way.
    """

    spec: Spec
    unseen: frozenset[str] = frozenset()
    _settings: dict[int, bytes] = field(factory=dict)
    _packed: set[int] = field(factory=set)
    _configuration: frozenset[str] = field(init=False)

    @_configuration.default
    def _configured(self) -> frozenset[str]:
        return frozenset(m.name for m in self.spec.members if m.role.endswith(_CONFIGURATION))

    def numbered(self, batch: Any) -> Numbered:
        """The columns of a table with numbers for their rows; raises Undigested."""
        loose, exact, others = [], [], []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name == self.spec.layout.modified:
                continue
            if name in self.unseen and _stand_in(column.type):
                loose.append((name, column))
            elif name in self._configuration:
                exact.append((name, column))
            else:
                others.append((name, column))
        count = len(batch)
        of_loose, of_exact = digests(loose, count), digests(exact, count)
        configured = combined(of_loose, of_exact)
        whole = combined(configured, digests(others, count))
        return Numbered(loose, exact, others, of_loose, of_exact, configured, whole)

    def told(self, rows: Numbered, places: Any) -> list[bytes]:
        """The lines of the rows at places, until LastModifiedTime and its colon."""
        at = pa.array(places, pa.int64())
        last = f'"{self.spec.layout.modified}":'.encode()
        told = objects(_taken(rows.others, at), len(places)).cast(pa.large_binary()).to_pylist()
        begun = self._begun(rows, places)
        numbers = rows.configured[places].tolist()
        return [
            begun[number] + (rest[1:-1] + b"," if len(rest) > 2 else b"") + last
            for number, rest in zip(numbers, told, strict=True)
        ]

    def _begun(self, rows: Numbered, places: Any) -> dict[int, bytes]:
        """What lines begin with, by the number of the configuration: jobs keep theirs."""
        numbers, first = np.unique(rows.configured[places], return_index=True)
        at = places[first]
        parts = zip(self._loose(rows, at), self._exact(rows, at), strict=True)
        begun = [b"".join(part + b"," for part in both if part) for both in parts]
        return {n: b"{" + one for n, one in zip(numbers.tolist(), begun, strict=True)}

    def marks(self, schema: Any) -> tuple[bytes, ...]:
        """What lines of tables with a schema begin with where something stands for members."""
        return tuple(
            b"{" + _written(part.name, part.type).partition(_PLACE)[0]
            for part in schema
            if part.name in self.unseen and _stand_in(part.type)
        )

    def packed(self, rows: Numbered, places: Any) -> Packed | None:
        """What stands in the members into which nobody looks, of rows not seen before."""
        if not rows.loose:
            return None
        numbers = rows.of_loose[places].tolist()
        found = {n: at for n, at in zip(numbers, places, strict=True) if n not in self._packed}
        if not found:
            return None
        self._packed.update(found)
        at = pa.array(list(found.values()), pa.int64())
        return packed(list(found), _taken(rows.loose, at))

    def _loose(self, rows: Numbered, places: Any) -> Iterable[bytes]:
        """What stands for the members into which nobody looks: which are there, and a number."""
        if not rows.loose:
            return [b""] * len(places)
        there: Any = np.zeros((len(places), len(rows.loose)), np.bool_)
        for number, (_, column) in enumerate(rows.loose):
            there[:, number] = _valid(column)[places]
        numbers = rows.of_loose[places].tolist()
        known: dict[bytes, bytes] = {}
        found: list[bytes] = []
        for shown, number in zip(map(bytes, np.packbits(there, axis=1)), numbers, strict=True):
            if shown not in known:
                known[shown] = self._shown(rows.loose, there[len(found)])
            found.append(known[shown].replace(_PLACE, b"%x" % number, 1))
        return found

    def _shown(self, loose: Columns, there: Any) -> bytes:
        """The members that are there; the first has a place for the number."""
        parts = [
            _written(name, column.type)
            for (name, column), valid in zip(loose, there, strict=True)
            if valid
        ]
        if not parts:
            return b""
        return b",".join([parts[0], *(part.replace(_PLACE, b"") for part in parts[1:])])

    def _exact(self, rows: Numbered, places: Any) -> Iterable[bytes]:
        """The rest of the configuration as it is; that of each number is written once."""
        numbers = rows.of_exact[places].tolist()
        new = {n: at for n, at in zip(numbers, places, strict=True) if n not in self._settings}
        if new:
            if len(self._settings) > _MOST_SETTINGS:
                self._settings.clear()
                new = dict(zip(numbers, places, strict=True))
            at = pa.array(list(new.values()), pa.int64())
            taken = _taken(rows.exact, at)
            names = [name for name, _ in taken]
            batch = pa.RecordBatch.from_arrays([column for _, column in taken], names=names)
            made = [msgspec.json.encode(row)[1:-1] for row in mappings(batch)]
            self._settings.update(zip(new, made or [b""] * len(new), strict=True))
        return [self._settings[number] for number in numbers]


def _taken(columns: Columns, at: Any) -> Columns:
    return [(name, column.take(at)) for name, column in columns]


def _valid(column: Any) -> Any:
    if not column.null_count:
        return np.ones(len(column), np.bool_)
    return column.is_valid().to_numpy(zero_copy_only=False)


def _written(name: str, kind: Any) -> bytes:
    return msgspec.json.encode(name) + b":" + _stand_in(kind)


def _stand_in(kind: Any) -> bytes:
    """What stands for a value of a type, with a place for a number; empty where nothing can."""
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    return next((text for holds, text in _STAND_INS if holds(kind)), b"")


__all__ = ["Lines", "Numbered"]
