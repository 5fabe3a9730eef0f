"""The model as tables and JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from trainstate.render.table import table_lines
from trainstate.spec.model import Row, Spec

Rows = Sequence[Sequence[str]]


def spec_object(spec: Spec) -> dict[str, Any]:
    """The model as JSON values: every row with its evidence and sources."""
    shown = attrs.filters.exclude("others", "narrow")
    return attrs.asdict(
        spec,
        filter=shown,
        value_serializer=lambda _owner, _field, value: (
            dict(value) if isinstance(value, Mapping) else value
        ),
    )


def spec_json(spec: Spec) -> str:
    """The model as JSON text."""
    return json.dumps(spec_object(spec), indent=1, ensure_ascii=True)


def spec_tables(spec: Spec, *, width: int | None = None) -> Iterator[str]:
    """The model as text tables: statuses, pairs, transitions, guards, sources.

    Cells wider than ``width`` columns allow are folded; None is no limit.
    """
    yield f"{spec.title}, version {spec.version}"
    for title, head, rows in (*_vocabulary(spec), *_relation(spec), *_background(spec)):
        yield ""
        yield title
        room = None if width is None else width - 2
        yield from (f"  {line}" for line in table_lines(head, rows, width=room))


Table = tuple[str, Sequence[str], Rows]


def _vocabulary(spec: Spec) -> Iterator[Table]:
    primaries = [(row.name, row.kind, row.evidence, row.says) for row in spec.primaries]
    yield "Primary statuses", ("status", "kind", "evidence", "meaning"), primaries
    secondaries = [(row.name, row.guard or "", row.evidence, row.says) for row in spec.secondaries]
    yield "Secondary statuses", ("status", "guard", "evidence", "meaning"), secondaries
    aliases = [(row.written, row.status, row.evidence, row.note) for row in spec.aliases]
    yield "Other spellings", ("written", "means", "evidence", "note"), aliases


def _relation(spec: Spec) -> Iterator[Table]:
    pairs = [(row.primary, row.secondary, row.evidence, _ids(row)) for row in spec.pairs]
    yield "Legal pairs", ("primary", "secondary", "evidence", "sources"), pairs
    initials = [(row.secondary, row.evidence, _ids(row)) for row in spec.initials]
    yield "A history begins with", ("secondary", "evidence", "sources"), initials
    edges = [
        (
            row.before,
            row.after,
            f"{row.logs}/{row.responses}",
            row.evidence,
            _condition(row.guard, row.under),
            _ids(row),
        )
        for row in spec.transitions
    ]
    yield "Transitions", ("from", "to", "seen", "evidence", "condition", "sources"), edges


def _background(spec: Spec) -> Iterator[Table]:
    guards = [(row.name, row.says, row.member) for row in spec.guards]
    yield "Guards", ("guard", "holds where", "member"), guards
    sources = [(row.id, row.kind, row.title, row.url) for row in spec.sources]
    yield "Sources", ("id", "kind", "title", "address"), sources


def _ids(row: Row) -> str:
    return ", ".join(row.sources)


def _condition(guard: str | None, under: str | None) -> str:
    return ", ".join(part for part in (guard, f"after {under}" if under else None) if part)
