"""The observed graph as a table, JSON, Mermaid, Graphviz's language, and a spec overlay.

Its histories as XES (IEEE 1849), the format of process-mining tools: one trace a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from trainstate.history.instants import iso
from trainstate.history.model import Entry
from trainstate.render.plain import json_text, plain
from trainstate.render.stats import clock
from trainstate.render.table import table_lines
from trainstate.spec.model import Spec, Transition
from trainstate.stats.survey import Surveyed
from trainstate.stats.trails import FollowsGraph, Trail


def discovery_lines(found: FollowsGraph) -> Iterator[str]:
    """The graph as a text table, and its differences from the specification."""
    yield f"{found.jobs} histories, {len(found.trails)} transitions seen"
    if found.trails:
        yield ""
        yield from _table(found)
    yield from _listed("Not in the specification", (_arrow(t) for t in found.lacking))
    yield from _listed(
        "Seen here, inferred in the specification: evidence that could be raised",
        (_arrow(trail) for trail in found.raisable),
    )
    yield from _listed(
        "In the specification, not seen here",
        (f"{row.before} -> {row.after}  ({row.evidence})" for row in found.unseen),
    )


def _table(found: FollowsGraph) -> Iterator[str]:
    rows: list[tuple[str, ...]] = []
    for trail in found.trails:
        times = (trail.seconds.median, trail.seconds.p95)
        evidence = "not in the specification" if trail.row is None else trail.row.evidence
        ends = (plain(trail.before), plain(trail.after))
        rows.append((*ends, str(trail.count), *map(clock, times), str(evidence)))
    head = ("from", "to", "seen", "median", "p95", "evidence")
    yield from (f"  {line}" for line in table_lines(head, rows))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield ""
        yield f"{title} ({len(listed)})"
        yield from (f"  {line}" for line in listed)


def _arrow(trail: Trail) -> str:
    return f"{plain(trail.before)} -> {plain(trail.after)}  (seen {trail.count} times)"


def discovery_object(found: FollowsGraph) -> dict[str, Any]:
    """The graph as JSON values; seconds are those of the earlier status."""
    return {
        "schema": 1,
        "spec": f"{found.spec.name} {found.spec.version}",
        "histories": found.jobs,
        "begins": found.begins,
        "ends": found.ends,
        "transitions": [_trail_object(trail) for trail in found.trails],
        "unseen": [
            {"before": row.before, "after": row.after, "evidence": str(row.evidence)}
            for row in found.unseen
        ],
    }


def _trail_object(trail: Trail) -> dict[str, Any]:
    return {
        "before": trail.before,
        "after": trail.after,
        "count": trail.count,
        "logs": trail.logs,
        "responses": trail.responses,
        "seconds": trail.seconds.told(),
        "evidence": None if trail.row is None else str(trail.row.evidence),
    }


def discovery_mermaid(found: FollowsGraph) -> Iterator[str]:
    """The graph for Mermaid: lacking transitions red, unseen ones dashed and grey."""
    nodes, styles = _nodes(found), list[str]()
    yield "flowchart LR"
    for name, node in nodes.items():
        yield f'  {node}["{_label(name)}"]'
    number = -1
    for number, trail in enumerate(found.trails):
        yield f'  {nodes[trail.before]} -->|"{_seen(trail)}"| {nodes[trail.after]}'
        if trail.row is None:
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
    most = max((trail.count for trail in found.trails), default=1)
    yield "digraph observed {"
    yield '  rankdir=LR; node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    for name, node in nodes.items():
        yield f'  {node} [label="{_label(name)}"];'
    for trail in found.trails:
        colour = ', color="#cc0000"' if trail.row is None else ""
        ends = f"{nodes[trail.before]} -> {nodes[trail.after]}"
        width = f"penwidth={1 + 3 * (trail.count / most) ** 0.5:.1f}"
        yield f'  {ends} [label="{_seen(trail)}", {width}{colour}];'
    for row in found.unseen:
        ends = f"{nodes[row.before]} -> {nodes[row.after]}"
        yield f'  {ends} [style=dashed, color="#bbbbbb", constraint=false];'
    yield "}"


def _nodes(found: FollowsGraph) -> dict[str, str]:
    pairs = [(trail.before, trail.after) for trail in found.trails]
    pairs += [(row.before, row.after) for row in found.unseen]
    ends = [name for pair in pairs for name in pair]
    names = dict.fromkeys([*found.begins, *found.ends, *ends])
    return {name: f"s{number}" for number, name in enumerate(names)}


def _seen(trail: Trail) -> str:
    median = trail.seconds.median
    return str(trail.count) if median is None else f"{trail.count}, {clock(median)}"


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
    for trail in (*found.lacking, *found.raisable):
        yield ""
        reason = _unfit(trail, spec)
        if reason is None:
            yield from _row(trail)
        else:
            yield f"# {_arrow(trail)}: {reason}."


def _unfit(trail: Trail, spec: Spec) -> str | None:
    if {trail.before, trail.after} - set(spec.secondary_by_name):
        return "one of them is no status of the specification"
    if trail.before in spec.terminal_secondaries:
        return "a terminal status has no way out"
    return None


def _row(trail: Trail) -> Iterator[str]:
    known = trail.row
    yield "[[transition]]"
    yield f"before = {json_text(trail.before)}"
    yield f"after = {json_text(trail.after)}"
    yield from _conditions(known)
    yield f"logs = {trail.logs + (known.logs if known else 0)}"
    yield f"responses = {trail.responses + (known.responses if known else 0)}"
    yield 'evidence = "recorded"'
    sources = [*(known.sources if known else ()), "observed"]
    yield f"sources = {json_text(list(dict.fromkeys(sources)))}"


def _conditions(known: Transition | None) -> Iterator[str]:
    if known is None:
        return
    for key in ("guard", "under", "note"):
        value = getattr(known, key)
        if value:
            yield f"{key} = {json_text(value)}"


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
