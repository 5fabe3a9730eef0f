"""Alignments as text and JSON: what to keep, insert and delete."""

from collections.abc import Iterator
from typing import Any

from trainstate.machine.align import Alignment, EditKind
from trainstate.render.plain import plain

_MARKS = {EditKind.KEEP: " ", EditKind.INSERT: "+", EditKind.DELETE: "-"}
MOST_EDITS = 6
"""Edits that one line lists; `trainstate align` lists all."""


def alignment_lines(job: str, alignment: Alignment) -> Iterator[str]:
    """An alignment as a listing of the history, with insertions (+) and deletions (-)."""
    yield f"{plain(job)}: cost {alignment.cost}, fitness {alignment.fitness:.3f}"
    for edit in alignment.edits:
        number = "" if edit.kind is EditKind.INSERT else str(edit.index)
        yield f"  {_MARKS[edit.kind]} {number:>3}  {plain(edit.status)}"


def alignment_line(alignment: Alignment) -> str:
    """An alignment in one line: its edits without what is kept, and the fitness."""
    edits = [
        f"{edit.kind} {plain(edit.status)}"
        f" {'before' if edit.kind is EditKind.INSERT else 'at'} {edit.index}"
        for edit in alignment.changes[:MOST_EDITS]
    ]
    left = len(alignment.changes) - MOST_EDITS
    shown = ", ".join([*edits, f"{left} more"] if left > 0 else edits)
    return f"{shown or 'nothing to change'} (fitness {alignment.fitness:.2f})"


def alignment_object(job: str, alignment: Alignment) -> dict[str, Any]:
    """An alignment as JSON values."""
    return {
        "job": job,
        "cost": alignment.cost,
        "worst": alignment.worst,
        "fitness": round(alignment.fitness, 6),
        "edits": [
            {"kind": str(edit.kind), "status": edit.status, "index": edit.index}
            for edit in alignment.edits
        ],
    }
