"""The machine as a diagram: primaries as boxes of secondaries, evidence as line style.

It shows the states under which an entry can be entered. A change of the primary alone (a stop
request, a deletion) is a line from box to box. Graphviz, if installed, draws pictures.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from trainstate.errors import UsageError
from trainstate.machine.step import Position, State, successors
from trainstate.spec.graph import reachable
from trainstate.spec.model import Evidence, PrimaryTransition, Row, Spec, Status, Transition

PairName = tuple[str, str]

_ARROWS: Mapping[Evidence, str] = {
    Evidence.DOCUMENTED: "==>",
    Evidence.RECORDED: "-->",
    Evidence.INFERRED: "-.->",
    Evidence.DEPRECATED: "-.-x",
}
_LINES: Mapping[Evidence, str] = {
    Evidence.DOCUMENTED: "bold",
    Evidence.RECORDED: "solid",
    Evidence.INFERRED: "dashed",
    Evidence.DEPRECATED: "dotted",
}
LEGEND = "thick: documented, plain: recorded, dashed: inferred, crossed or dotted: deprecated"


@frozen(kw_only=True)
class Edge:
    """A line between two states, and the strongest fact behind it."""

    before: PairName
    after: PairName
    row: Transition


def edges(spec: Spec) -> tuple[Edge, ...]:
    """The transitions between states under which an entry can be entered."""
    found: dict[tuple[PairName, PairName], Edge] = {}
    for before in entered(spec):
        for following, row in successors(spec, State(before[0], Position(*before))):
            if isinstance(row, Transition):
                key = (before, following.pair)
                found.setdefault(key, Edge(before=before, after=following.pair, row=row))
    return tuple(found.values())


def entered(spec: Spec) -> tuple[PairName, ...]:
    """Pairs under which an entry can be entered, in the order of the facts.

    With narrowed facts this includes pairs that a history passes but no response shows.
    """
    begun = [(row.primary, row.secondary) for row in spec.initials]
    reached = reachable(begun, lambda pair: _entered_after(spec, pair))
    return tuple(pair for pair in spec.entered if pair in reached or pair in spec.pair_by_key)


def _entered_after(spec: Spec, pair: PairName) -> Iterator[PairName]:
    for following, row in successors(spec, State(pair[0], Position(*pair))):
        if isinstance(row, Transition):
            yield following.pair


def mermaid_lines(spec: Spec) -> Iterator[str]:
    """The machine as a Mermaid flowchart, one subgraph a primary."""
    yield "flowchart LR"
    yield f"  %% {spec.title} {spec.version}; {LEGEND}"
    yield '  begin(["creation"])'
    for primary, names in boxes(spec):
        yield f'  subgraph box_{primary.name}["{primary.name}"]'
        for name in names:
            yield f'    {node(primary.name, name)}["{name}"]'
        if not names:
            yield f'    {node(primary.name, "")}["(no entry)"]'
        yield "  end"
    for row in spec.initials:
        yield f"  begin {_ARROWS[row.evidence]} {node(row.primary, row.secondary)}"
    for edge in edges(spec):
        yield _mermaid_edge(node(*edge.before), node(*edge.after), edge.row)
    for change in _alone(spec):
        yield _mermaid_edge(f"box_{change.before}", f"box_{change.after}", change)


def _mermaid_edge(before: str, after: str, row: Transition | PrimaryTransition) -> str:
    label = _label(row)
    arrow = _ARROWS[row.evidence] + (f"|{label}|" if label else "")
    return f"  {before} {arrow} {after}"


def dot_lines(spec: Spec) -> Iterator[str]:
    """The machine in Graphviz's language, one cluster a primary."""
    yield "digraph trainstate {"
    yield f"  // {spec.title} {spec.version}; {LEGEND}"
    yield '  rankdir=LR; compound=true; nodesep=0.3; ranksep=0.8; bgcolor="white"; pad=0.2;'
    yield '  node [shape=box, style="rounded,filled", fillcolor="white", fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10, color="#57606a", fontcolor="#0a5cad"];'
    yield "  begin [shape=circle, label=creation];"
    for primary, names in boxes(spec):
        yield f"  subgraph cluster_{primary.name} {{"
        yield f'    label="{primary.name}"; fontname="sans-serif";'
        yield '    style="rounded,filled"; fillcolor="#f0f6fc"; color="#8c959f";'
        for name in names or ("",):
            label = name or "(no entry)"
            yield f'    {node(primary.name, name)} [label="{label}"];'
        yield "  }"
    for row in spec.initials:
        yield f"  begin -> {node(row.primary, row.secondary)} [style={_LINES[row.evidence]}];"
    for edge in edges(spec):
        yield f"  {node(*edge.before)} -> {node(*edge.after)} [{_dot_style(edge.row)}];"
    for change in _alone(spec):
        yield _between_clusters(spec, change)
    yield "}"


def _dot_style(row: Transition | PrimaryTransition) -> str:
    label = _label(row)
    return f"style={_LINES[row.evidence]}" + (f', label="{label}"' if label else "")


def _between_clusters(spec: Spec, change: PrimaryTransition) -> str:
    names = {primary.name: names for primary, names in boxes(spec)}
    ends = (
        node(primary, next(iter(names[primary]), "")) for primary in (change.before, change.after)
    )
    before, after = ends
    return (
        f"  {before} -> {after} [{_dot_style(change)},"
        f" ltail=cluster_{change.before}, lhead=cluster_{change.after}];"
    )


def boxes(spec: Spec) -> Iterator[tuple[Status, tuple[str, ...]]]:
    """Each primary with a pair, and the secondaries that can be entered under it."""
    pairs, paired = entered(spec), {pair.primary for pair in spec.pairs}
    for primary in spec.primaries:
        if primary.name in paired:
            yield primary, tuple(name for owner, name in pairs if owner == primary.name)


def node(primary: str, secondary: str) -> str:
    """An identifier that both languages accept."""
    return f"{primary}_{secondary or 'none'}"


def _alone(spec: Spec) -> Iterable[PrimaryTransition]:
    drawn = {primary.name for primary, _ in boxes(spec)}
    rows = (row for row in spec.primary_transitions if row.alone)
    return tuple(row for row in rows if {row.before, row.after} <= drawn)


def _label(row: Row) -> str:
    if isinstance(row, PrimaryTransition):
        return "primary alone"
    return row.guard or "" if isinstance(row, Transition) else ""


SECONDS = 60
"""Seconds that a drawing may take."""


def svg(text: str) -> str:
    """The SVG of a graph in Graphviz's language; raises UsageError if `dot` is missing."""
    program = shutil.which("dot")
    if program is None:
        raise UsageError(
            "Expected Graphviz's program `dot` on the PATH for SVG but found none; install"
            " the package graphviz, or ask for the format dot or mermaid."
        )
    try:
        done = subprocess.run(  # noqa: S603 -- a found program, and input on its stdin
            [program, "-Tsvg"],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"Graphviz's `dot` failed: {error}.") from error
    return done.stdout
