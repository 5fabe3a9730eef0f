"""Assigns lines of JSON to the jobs that they are about, so that each can be sent to its job.

Of a plain response only the name is decoded; anything else is taken apart, so that a page's jobs
can go separate ways.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
from attrs import define, evolve, field

from trainstate.history.machines import family_of, folded
from trainstate.history.model import called
from trainstate.history.readers.envelope import Form, Payload, payloads, wrappers
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

KEY, FILE, LINE, PART = "_job", "_file", "_line", "_part"
"""Columns for the owner of a row, and where it was recorded."""

BODY, TAKEN = "_body", "_taken"
"""Columns of a row of JSON text: the line, or what was taken out of a line, pickled."""

TEXT = "value"
"""The column of a table of lines."""

SCHEMA = pa.schema(
    [
        *((BODY, pa.binary()), (KEY, pa.string()), (FILE, pa.string()), (LINE, pa.int64())),
        *((PART, pa.int32()), (TAKEN, pa.bool_())),
    ]
)
Row = tuple[bytes, str, str | None, int | None, int, bool]


def named_lines(batches: Iterable[Any], spec: Spec | None) -> Iterator[Any]:
    """The lines of record batches, each with its job.

    The batches have the columns *value*, ``FILE`` and ``LINE``; ``spec`` None is the built-in one,
    which every process already has.
    """
    naming = Naming.of(spec or builtin_spec())
    for batch in batches:
        columns = [batch.column(name).to_pylist() for name in (TEXT, FILE, LINE)]
        rows = [row for place in zip(*columns, strict=True) for row in naming.rows(*place)]
        if rows:
            arrays = zip(zip(*rows, strict=True), SCHEMA, strict=True)
            yield pa.record_batch(
                [pa.array(column, type=payload.type) for column, payload in arrays], schema=SCHEMA
            )


@define(kw_only=True)
class Naming:
    """How the job of a line is found."""

    spec: Spec
    probe: msgspec.json.Decoder[Any] = field(repr=False)

    @classmethod
    def of(cls, spec: Spec) -> Naming:
        """The naming of a specification's jobs."""
        names = {"arn": spec.layout.arn, "name": spec.layout.name}
        wrapped = {f"wrapper{at}": name for at, name in enumerate(sorted(wrappers(spec)))}
        struct = msgspec.defstruct(
            "Probe",
            [(name, Any, None) for name in (*names, *wrapped)],
            rename={**names, **wrapped},
        )
        return cls(spec=spec, probe=msgspec.json.Decoder(struct))

    def rows(self, line: bytes | str | None, file: str | None, number: int | None) -> Iterator[Row]:
        """One row a record in a line; one with the line itself if it has at most one."""
        body = line.encode() if isinstance(line, str) else line or b""
        if body.isspace() or not body:
            return
        key = self._plain(body)
        if key is not None:
            yield body, key, file, number, 0, False
            return
        nowhere = f"{file or ''}:{number}"
        try:
            found = [*payloads(decode(body), self.spec)]
        except NotJson:
            found = []
        records = [(at, one) for at, one in enumerate(found) if one.form is not Form.OTHER]
        if len(records) == 1 or not found:
            key = self._key(records[0][1]) if records else None
            yield body, key or nowhere, file, number, 0, False
            return
        for at, payload in records:
            taken = pickle.dumps(evolve(payload, spec=None))
            yield taken, self._key(payload) or f"{nowhere}:{at}", file, number, at, True

    def _plain(self, body: bytes) -> str | None:
        """The job of a line that is one response in the service's notation."""
        try:
            seen = self.probe.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        arn, name, *wrapped = (getattr(seen, one) for one in seen.__struct_fields__)
        if any(value is not None for value in wrapped):
            return None
        return self._family(key_of(arn, name))

    def _key(self, payload: Payload) -> str | None:
        if not isinstance(payload.value, Mapping):
            return None
        shown = {
            folded(name): value for name, value in payload.value.items() if isinstance(name, str)
        }
        layout = (payload.spec or self.spec).layout
        return self._family(key_of(shown.get(folded(layout.arn)), shown.get(folded(layout.name))))

    def _family(self, key: str | None) -> str | None:
        """A job's key: that of the job that began it."""
        return None if key is None else family_of(key, self.spec)


def key_of(arn: object, name: object) -> str | None:
    """The name that all records of a job share; None if there is none."""
    own = arn if isinstance(arn, str) else None
    return called(own, name if isinstance(name, str) else None) or (own and own.casefold())


__all__ = ["SCHEMA", "Naming", "key_of", "named_lines"]
