"""The lint of a specification: defects that would make the machine wrong.

Each check is a generator of defects. A defect names its table and row, and what is wrong.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen

from trainstate.spec.graph import reachable
from trainstate.spec.model import TABLES, Spec


@frozen
class Defect:
    """One defect of a specification."""

    code: str
    place: str
    says: str

    def __str__(self) -> str:
        return f"{self.code} at {self.place}: {self.says}"


def lint(spec: Spec) -> tuple[Defect, ...]:
    """Every defect of a specification, unknown names first; empty if it is well formed.

    Reachability is checked only if every name is known: a wrong name makes everything behind
    it unreachable, and would bury its own defect.
    """
    defects = (*_unknown_names(spec), *_unsourced(spec), *_repeated(spec))
    if any(defect.code == "unknown-name" for defect in defects):
        return defects
    return (*defects, *_ambiguous(spec), *_unreachable(spec), *_no_way_to_end(spec), *_exits(spec))


_KINDS = {"active", "terminal", "after", "rest"}
_PLACES = {
    "primary": "status {0.name}",
    "secondary": "status {0.name}",
    "pair": "pair {0.primary}/{0.secondary}",
    "outcome": "outcome {0.primary}/{0.secondary}",
    "initial": "initial {0.secondary}",
    "transition": "transition {0.before} -> {0.after}",
    "primary_transition": "primary transition {0.before} -> {0.after}",
    "alias": "alias {0.written}",
    "renamed": "renamed {0.written}",
    "guard": "guard {0.name}",
    "member": "member {0.name}",
    "machine": "machine {0.name}",
    "counter": "counter {0.name}",
    "bound": "bound {0.pointer}",
    "shape": "shape {0.paths[0]}",
    "constraint": "constraint {0.path}",
}
"""Tables whose rows are facts, and how messages identify a row."""


def _unsourced(spec: Spec) -> Iterator[Defect]:
    facts = (
        (place.format(row), row) for name, place in _PLACES.items() for row in _rows(spec, name)
    )
    for place, row in facts:
        if not row.sources:
            yield Defect("unsourced", place, "has no source")
        for source in row.sources:
            if source not in spec.source_by_id:
                yield Defect("unknown-name", place, f"names the unknown source {source!r}")


def _unknown_names(spec: Spec) -> Iterator[Defect]:
    primaries = {row.name for row in spec.primaries}
    secondaries = {row.name for row in spec.secondaries}
    for place, used, known in _uses(spec, primaries, secondaries):
        for name in used:
            if name not in known:
                yield Defect("unknown-name", place, f"names the unknown {name!r}")


def _uses(
    spec: Spec, primaries: set[str], secondaries: set[str]
) -> Iterator[tuple[str, Iterable[str], set[str]]]:
    guards = {guard.name for guard in spec.guards}
    yield "primary kind", [row.kind for row in spec.primaries], _KINDS
    yield "status", [row.guard for row in spec.secondaries if row.guard], guards
    for alias in spec.aliases:
        yield f"alias {alias.written}", [alias.status], primaries | secondaries
    pairs = [("pair", row.primary, row.secondary) for row in spec.pairs]
    pairs += [("initial", row.primary, row.secondary) for row in spec.initials]
    pairs += [("outcome", row.primary, row.secondary) for row in spec.outcomes if row.secondary]
    for table, primary, secondary in pairs:
        place = f"{table} {primary}/{secondary}"
        yield place, [primary], primaries
        yield place, [secondary], secondaries
    for edge in spec.transitions:
        place = f"transition {edge.before} -> {edge.after}"
        yield place, [edge.before, edge.after], secondaries
        yield place, [edge.under] if edge.under else [], primaries
        yield place, [edge.guard] if edge.guard else [], guards
    for change in spec.primary_transitions:
        place = f"primary transition {change.before} -> {change.after}"
        yield place, [change.before, change.after], primaries
    for member in spec.members:
        yield f"member {member.name}", [*member.present_at, *member.absent_at], primaries
    time, attempts = spec.time, spec.attempts
    yield "time", [*time.clock_starts, *time.clock_breaks, *time.pending], secondaries
    yield "outcome", [row.primary for row in spec.outcomes], primaries
    yield "attempts", [*attempts.begins, *attempts.breaks, *attempts.interruptions], secondaries
    yield "time.limits", time.limits, secondaries
    yield "time.spans", time.spans, set(time.limits)
    yield "time", [*time.spans.values(), *time.billed_otherwise], set(spec.member_by_name)
    yield "time", filter(None, (time.savings_guard, time.pending_pauses)), guards
    for bound in spec.bounds:
        pointers = filter(None, (bound.pointer, bound.least_of, bound.most_of))
        members = [pointer.removeprefix("/").split("/")[0] for pointer in pointers]
        yield f"bound {bound.pointer}", members, set(spec.member_by_name)
    yield from _shown_names(spec)


def _shown_names(spec: Spec) -> Iterator[tuple[str, Iterable[str], set[str]]]:
    """Names of members: those in other forms, and those that hold attached machines."""
    for asked in spec.constraints:
        heads = [path.split("/")[0] for path in asked.paths]
        yield f"constraint {asked.path}", heads, set(spec.member_by_name)
    for shape in spec.shapes:
        members = [path.rstrip("!").split("/")[0] for path in shape.paths]
        yield f"shape {shape.paths[0]}", members, set(spec.member_by_name)
    for row in spec.renames:
        yield f"renamed {row.written}", [row.member], set(spec.member_by_name)
        yield f"renamed {row.written}", [row.form], {"summary", "search", "event"}
    for counter in spec.counters:
        told = filter(None, (*counter.pointers, counter.most, f"/{counter.shows}"))
        heads = [pointer.split("/")[1] for pointer in told if pointer != "/"]
        yield f"counter {counter.name}", heads, set(spec.member_by_name)
    for machine in spec.machines:
        ends = [name for edge in machine.transitions for name in edge]
        yield f"machine {machine.name}", [*ends, *machine.after_end], set(machine.statuses)
        yield f"machine {machine.name}", [machine.member], set(spec.member_by_name)


def _repeated(spec: Spec) -> Iterator[Defect]:
    for name, table in TABLES.items():
        if name == "transition":
            continue  # two with one guard are ambiguous
        keys = Counter(tuple(getattr(row, part) for part in table.key) for row in _rows(spec, name))
        if name == "shape":
            keys = Counter((path.rstrip("!"),) for row in spec.shapes for path in row.paths)
        for key, times in keys.items():
            if times > 1:
                place = " ".join((name.replace("_", " "), *map(str, key)))
                yield Defect("repeated", place, f"is declared {times} times")


def _rows(spec: Spec, name: str) -> tuple[Any, ...]:
    """The rows of a table."""
    rows: tuple[Any, ...] = getattr(spec, TABLES[name].member)
    return rows


def _ambiguous(spec: Spec) -> Iterator[Defect]:
    seen: Counter[tuple[str, str, str | None]] = Counter()
    for edge in spec.transitions:
        seen[edge.before, edge.after, edge.guard] += 1
    for (before, after, _), times in seen.items():
        if times > 1:
            place = f"transition {before} -> {after}"
            yield Defect("ambiguous", place, f"is declared {times} times with the same guard")
    for (before, secondary), afters in _entry_choices(spec).items():
        if len(afters) > 1:
            says = f"can be entered under {' and '.join(sorted(afters))}"
            yield Defect("ambiguous", f"{before} -> {secondary}", says)


def _entry_choices(spec: Spec) -> dict[tuple[str, str], set[str]]:
    """Primaries under which an entry can be entered if the old one cannot be kept."""
    entered = {(pair.primary, pair.secondary) for pair in spec.pairs if pair.entered}
    choices: dict[tuple[str, str], set[str]] = {}
    for change in spec.primary_transitions:
        for primary, secondary in entered:
            kept = (change.before, secondary) in entered
            if not change.alone and primary == change.after and not kept:
                choices.setdefault((change.before, secondary), set()).add(primary)
    return choices


def _edges(spec: Spec) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {row.name: set() for row in spec.secondaries}
    for edge in spec.transitions:
        edges[edge.before].add(edge.after)
    return edges


def _unreachable(spec: Spec) -> Iterator[Defect]:
    edges = _edges(spec)
    found = reachable([row.secondary for row in spec.initials], edges.__getitem__)
    for status in spec.secondaries:
        if status.name not in found:
            yield Defect("unreachable", f"status {status.name}", "no history leads to it")
    paired = {pair.primary for pair in spec.pairs}
    for status in spec.primaries:
        if status.name not in paired:
            yield Defect("unreachable", f"status {status.name}", "no pair has it")


def _no_way_to_end(spec: Spec) -> Iterator[Defect]:
    edges = _edges(spec)
    for status in spec.secondaries:
        if not reachable([status.name], edges.__getitem__) & spec.terminal_secondaries:
            yield Defect("no-way-to-end", f"status {status.name}", "no terminal status follows")


def _exits(spec: Spec) -> Iterator[Defect]:
    for edge in spec.transitions:
        if edge.before in spec.terminal_secondaries:
            place = f"transition {edge.before} -> {edge.after}"
            yield Defect("exit-from-terminal", place, "a terminal status has no way out")
    for change in spec.primary_transitions:
        if change.before in spec.terminal_primaries and (
            change.after not in spec.ended_primaries or not change.alone
        ):
            place = f"primary transition {change.before} -> {change.after}"
            yield Defect("exit-from-terminal", place, "a terminal primary has a way out")
