"""The model as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from trainstate.spec.model import Spec

Rows = Sequence[Sequence[str]]


def spec_object(spec: Spec) -> dict[str, Any]:
    """The model as JSON values: every row with its evidence and sources."""
    return attrs.asdict(spec, value_serializer=_plain)


def spec_json(spec: Spec) -> str:
    """The model as JSON text."""
    return json.dumps(spec_object(spec), indent=1, ensure_ascii=True)


def _plain(_owner: Any, _field: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value


def spec_tables(spec: Spec) -> Iterator[str]:
    """The model as text tables: statuses, pairs, transitions, guards, sources."""
    yield f"{spec.title}, version {spec.version}"
    yield from _table(
        "Primary statuses",
        ("status", "kind", "evidence", "meaning"),
        [(row.name, row.kind, row.evidence, row.says) for row in spec.primaries],
    )
    yield from _table(
        "Secondary statuses",
        ("status", "guard", "evidence", "meaning"),
        [(row.name, row.guard or "", row.evidence, row.says) for row in spec.secondaries],
    )
    yield from _table(
        "Other spellings",
        ("written", "means", "evidence", "note"),
        [(row.written, row.status, row.evidence, row.note) for row in spec.aliases],
    )
    yield from _table(
        "Legal pairs",
        ("primary", "secondary", "evidence", "sources"),
        [(row.primary, row.secondary, row.evidence, ", ".join(row.sources)) for row in spec.pairs],
    )
    yield from _table(
        "A history begins with",
        ("secondary", "evidence", "sources"),
        [(row.secondary, row.evidence, ", ".join(row.sources)) for row in spec.initials],
    )
    yield from _table(
        "Transitions",
        ("from", "to", "seen", "evidence", "condition", "sources"),
        [
            (
                row.before,
                row.after,
                f"{row.logs}/{row.responses}",
                row.evidence,
                _condition(row.guard, row.under),
                ", ".join(row.sources),
            )
            for row in spec.transitions
        ],
    )
    yield from _table(
        "Guards",
        ("guard", "holds where", "member"),
        [(row.name, row.says, row.member) for row in spec.guards],
    )
    yield from _table(
        "Sources",
        ("id", "kind", "title", "address"),
        [(row.id, row.kind, row.title, row.url) for row in spec.sources],
    )


def _condition(guard: str | None, under: str | None) -> str:
    return ", ".join(part for part in (guard, f"after {under}" if under else None) if part)


def _table(title: str, head: Sequence[str], rows: Rows) -> Iterator[str]:
    widths = [max(len(str(row[i])) for row in (head, *rows)) for i in range(len(head))]
    yield ""
    yield title
    for row in (head, ["-" * width for width in widths], *rows):
        cells = (f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()
