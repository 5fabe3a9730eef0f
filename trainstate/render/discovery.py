"""The observed graph as a table, JSON, Mermaid, Graphviz's language, and a spec overlay.

Its histories as XES (IEEE 1849), the format of process-mining tools: one trace a job.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from trainstate.history.instants import iso
from trainstate.history.model import Entry
from trainstate.render.plain import json_text, plain
from trainstate.render.stats import clock
from trainstate.render.table import table_lines
from trainstate.spec.model import Spec
from trainstate.stats.follows import FollowsEdge, FollowsGraph
from trainstate.stats.survey import Surveyed


def discovery_lines(found: FollowsGraph) -> Iterator[str]:
    """The graph as a text table, and its differences from the specification."""
    yield f"{found.jobs} histories, {len(found.edges)} transitions seen"
    if found.edges:
        yield ""
        yield from _table(found)
    yield from _listed("Not in the specification", (_arrow(t) for t in found.lacking))
    yield from _listed(
        "Seen here, inferred in the specification: evidence that could be raised",
        (_arrow(edge) for edge in found.raisable),
    )
    yield from _listed(
        "In the specification, not seen here",
        (f"{row.before} -> {row.after}  ({row.evidence})" for row in found.unseen),
    )


def _table(found: FollowsGraph) -> Iterator[str]:
    rows: list[tuple[str, ...]] = []
    for edge in found.edges:
        times = (edge.seconds.median, edge.seconds.p95)
        evidence = "not in the specification" if edge.row is None else edge.row.evidence
        ends = (plain(edge.before), plain(edge.after))
        rows.append((*ends, str(edge.count), *map(clock, times), str(evidence)))
    head = ("from", "to", "seen", "median", "p95", "evidence")
    yield from (f"  {line}" for line in table_lines(head, rows))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield ""
        yield f"{title} ({len(listed)})"
        yield from (f"  {line}" for line in listed)


def _arrow(edge: FollowsEdge) -> str:
    return f"{plain(edge.before)} -> {plain(edge.after)}  (seen {edge.count} times)"


def discovery_object(found: FollowsGraph) -> dict[str, Any]:
    """The graph as JSON values; seconds are those of the earlier status."""
    return {
        "schema": 1,
        "spec": f"{found.spec.name} {found.spec.version}",
        "histories": found.jobs,
        "begins": found.begins,
        "ends": found.ends,
        "transitions": [_edge_object(edge) for edge in found.edges],
        "unseen": [
            {"before": row.before, "after": row.after, "evidence": str(row.evidence)}
            for row in found.unseen
        ],
    }


def _edge_object(edge: FollowsEdge) -> dict[str, Any]:
    return {
        "before": edge.before,
        "after": edge.after,
        "count": edge.count,
        "logs": edge.logs,
        "responses": edge.responses,
        "seconds": edge.seconds.measures(),
        "evidence": None if edge.row is None else str(edge.row.evidence),
    }


def discovery_mermaid(found: FollowsGraph) -> Iterator[str]:
    """The graph for Mermaid: lacking transitions red, unseen ones dashed and grey."""
    nodes, styles = _nodes(found), list[str]()
    yield "flowchart LR"
    for name, node in nodes.items():
        yield f'  {node}["{_label(name)}"]'
    number = -1
    for number, edge in enumerate(found.edges):
        yield f'  {nodes[edge.before]} -->|"{_seen(edge)}"| {nodes[edge.after]}'
        if edge.row is None:
            styles.append(f"  linkStyle {number} stroke:#c00,color:#c00")
    for place, row in enumerate(found.unseen, number + 1):
        yield f"  {nodes[row.before]} -.-> {nodes[row.after]}"
        styles.append(f"  linkStyle {place} stroke:#bbb")
    yield from styles


def discovery_dot(found: FollowsGraph) -> Iterator[str]:
    """The graph for Graphviz: lacking transitions red, unseen ones dashed and grey.

    Observed transitions determine the layout; common ones are thicker.
    """
    nodes = _nodes(found)
    most = max((edge.count for edge in found.edges), default=1)
    yield "digraph observed {"
    yield '  rankdir=LR; node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    for name, node in nodes.items():
        yield f'  {node} [label="{_label(name)}"];'
    for edge in found.edges:
        colour = ', color="#cc0000"' if edge.row is None else ""
        ends = f"{nodes[edge.before]} -> {nodes[edge.after]}"
        width = f"penwidth={1 + 3 * (edge.count / most) ** 0.5:.1f}"
        yield f'  {ends} [label="{_seen(edge)}", {width}{colour}];'
    for row in found.unseen:
        ends = f"{nodes[row.before]} -> {nodes[row.after]}"
        yield f'  {ends} [style=dashed, color="#bbbbbb", constraint=false];'
    yield "}"


def _nodes(found: FollowsGraph) -> dict[str, str]:
    pairs = [(edge.before, edge.after) for edge in found.edges]
    pairs += [(row.before, row.after) for row in found.unseen]
    ends = [name for pair in pairs for name in pair]
    names = dict.fromkeys([*found.begins, *found.ends, *ends])
    return {name: f"s{number}" for number, name in enumerate(names)}


def _seen(edge: FollowsEdge) -> str:
    median = edge.seconds.median
    return str(edge.count) if median is None else f"{edge.count}, {clock(median)}"


def _label(name: str) -> str:
    """A recorded status as a label: nothing in it ends the label or begins markup."""
    shown = "".join(c if c.isalnum() or c in " _-." else f"_{ord(c):x}_" for c in plain(name))
    # Mermaid needs a word in each label.
    return shown.strip() or "(empty)"


def overlay_lines(found: FollowsGraph) -> Iterator[str]:
    """What the recordings add to the built-in specification, as TOML for ``--spec``.

    A transition that no specification can have (from a terminal status, or with an unknown one) is
    commented out.
    """
    spec = found.spec
    yield 'extends = "builtin"'
    yield ""
    yield "[spec]"
    yield f"version = {json_text(f'{spec.version}+observed')}"
    yield ""
    yield "[[source]]"
    yield 'id = "observed"'
    yield 'kind = "recording"'
    yield f'title = "{found.jobs} recorded histories"'
    for edge in (*found.lacking, *found.raisable):
        yield ""
        reason = _unfit(edge, spec)
        if reason is None:
            yield from _row(edge)
        else:
            yield f"# {_arrow(edge)}: {reason}."


def _unfit(edge: FollowsEdge, spec: Spec) -> str | None:
    if {edge.before, edge.after} - set(spec.secondary_by_name):
        return "one of them is not a status of the specification"
    if edge.before in spec.terminal_secondaries:
        return "a terminal status has no way out"
    return None


def _row(edge: FollowsEdge) -> Iterator[str]:
    known = edge.row
    yield "[[transition]]"
    yield f"before = {json_text(edge.before)}"
    yield f"after = {json_text(edge.after)}"
    for key in ("guard", "under", "note"):
        if known is not None and (value := getattr(known, key)):
            yield f"{key} = {json_text(value)}"
    yield f"logs = {edge.logs + (known.logs if known else 0)}"
    yield f"responses = {edge.responses + (known.responses if known else 0)}"
    yield 'evidence = "recorded"'
    sources = [*(known.sources if known else ()), "observed"]
    yield f"sources = {json_text(list(dict.fromkeys(sources)))}"


def xes_lines(jobs: Iterable[Surveyed]) -> Iterator[str]:
    """The jobs' histories; each entry is an event, at the time when it was entered."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
    yield '  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>'
    yield '  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>'
    yield '  <classifier name="Status" keys="concept:name"/>'
    for job in jobs:
        if job.entries:
            yield "  <trace>"
            yield f"    {_string('concept:name', job.job)}"
            for entry in job.entries:
                yield from _event(entry)
            yield "  </trace>"
    yield "</log>"


def _event(entry: Entry) -> Iterator[str]:
    yield "    <event>"
    yield f"      {_string('concept:name', entry.status)}"
    moment = entry.stamp if entry.start is None else entry.start
    if moment is not None:
        yield f'      <date key="time:timestamp" value="{_date(moment)}"/>'
    if entry.end is not None:
        yield f'      <date key="left" value="{_date(entry.end)}"/>'
    yield "    </event>"


def _string(key: str, value: str) -> str:
    # What XML cannot hold at all (controls, lone surrogates) is escaped.
    legal = "".join("\\ufffe" if c in "\ufffe\uffff" else c for c in plain(value))
    return f"<string key={quoteattr(key)} value={quoteattr(legal)}/>"


def _date(moment: int) -> str:
    return iso(moment).replace("Z", "+00:00")
