"""Diagrams: every transition of the machine is drawn once, in each language."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from trainstate.cli import main
from trainstate.machine.engine import Engine
from trainstate.machine.guards import UNSEEN
from trainstate.machine.step import is_legal_step
from trainstate.render.diagram import dot_lines, edges, entered, mermaid_lines
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

SPEC = builtin_spec()
ALONE = sum(row.alone for row in SPEC.primary_transitions)


def test_every_drawn_edge_is_a_step_of_the_machine() -> None:
    """What is drawn is legal."""
    wrong = [edge for edge in edges(SPEC) if not is_legal_step(SPEC, edge.before, edge.after)]

    assert [] == wrong


def test_every_transition_is_drawn() -> None:
    """Each pair of statuses that the facts connect has a line."""
    drawn = {(edge.before[1], edge.after[1]) for edge in edges(SPEC)}

    assert {(row.before, row.after) for row in SPEC.transitions} == drawn


def test_the_engine_makes_every_drawn_move() -> None:
    """The machine of the library `transitions` has the lines of the diagram."""
    engine = Engine(SPEC, config=UNSEEN)
    refused = []
    for edge in edges(SPEC):
        engine.adopt(edge.before)
        if not engine.can(edge.after) and edge.row.guard is None:
            refused.append(edge)

    assert [] == refused


def test_every_move_of_the_engine_is_drawn() -> None:
    """Each move of the library's machine that enters a status is a line of the diagram."""
    drawn = {(edge.before, edge.after) for edge in edges(SPEC)}
    engine, missing = Engine(SPEC, config=UNSEEN), []
    for before in entered(SPEC):
        engine.adopt(before)
        # A pair that is not entered arises from a change of the primary alone: a line of its own.
        moves = [pair for pair in engine.next if pair in entered(SPEC)]
        missing += [(before, pair) for pair in moves if (before, pair) not in drawn]
    alone = {(row.before, row.after) for row in SPEC.primary_transitions if row.alone}

    assert [] == [m for m in missing if (m[0][0], m[1][0]) not in alone]


def test_mermaid_has_a_line_for_each_edge() -> None:
    """Each initial row, transition and change of the primary alone is one arrow."""
    arrows = [line for line in mermaid_lines(SPEC) if re.search(r"==>|-->|-\.->|-\.-x", line)]

    assert len(SPEC.initials) + len(edges(SPEC)) + ALONE == len(arrows)


def test_mermaid_nodes_are_declared_inside_their_primary() -> None:
    """Each entered pair is a node, and each primary a subgraph."""
    lines = list(mermaid_lines(SPEC))
    nodes = [line for line in lines if re.match(r"    \w+\[", line) and "(no entry)" not in line]

    assert (len(entered(SPEC)), 6) == (len(nodes), sum("subgraph" in line for line in lines))


def test_the_style_tells_the_evidence() -> None:
    """A narrower evidence level leaves no dashed and no dotted line."""
    lines = dot_lines(SPEC.accepting(Evidence.RECORDED))
    narrow = "\n".join(line for line in lines if not line.startswith("  //"))

    assert ("dashed" in narrow, "dotted" in narrow, "bold" in narrow) == (False, False, True)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's dot is not installed")
def test_svg_is_xml() -> None:
    """Graphviz takes the text, and what comes is a well-formed SVG with all nodes."""
    result = CliRunner().invoke(main, ["spec", "--format", "svg"])
    picture = ET.fromstring(result.output)

    assert (0, True) == (result.exit_code, picture.tag.endswith("svg"))
    assert result.output.count('class="node"') == len(entered(SPEC)) + 2


def test_a_missing_graphviz_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Graphviz the error says what to install."""
    monkeypatch.setenv("PATH", "")
    result = CliRunner().invoke(main, ["spec", "--format", "svg"])

    assert (2, True) == (result.exit_code, "install the package graphviz" in result.output)
