"""The observed graph: what recordings show, beside what the specification has."""

from __future__ import annotations

import json
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from trainstate.cli import main
from trainstate.history.readers import read_values
from trainstate.render.discovery import (
    discovery_dot,
    discovery_lines,
    discovery_mermaid,
    discovery_object,
    overlay_lines,
    xes_lines,
)
from trainstate.rules.example import Poll, written
from trainstate.spec.load import builtin_spec, parse_spec
from trainstate.stats.follows import FollowsGraph, discover
from trainstate.stats.survey import Survey

SPEC = builtin_spec()
RECORDINGS = Path(__file__).parents[2] / "examples" / "recordings"
LACKING = "Completed/Completed: Starting 90, Uploading 5, Completed"
INFERRED = "Completed/Completed: Starting 90, Training 5, Completed"
ODD = 'Completed/Completed: Starting 90, Dr<script>"]|eam 5, Completed 1, Training'


def survey(*texts: str) -> Survey:
    """The survey of responses of one job each."""
    responses: list[dict[str, Any]] = []
    for number, text in enumerate(texts):
        job = f"example-{number}"
        arn = f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{job}"
        responses.append({**written(Poll(text)), SPEC.layout.name: job, SPEC.layout.arn: arn})
    return Survey(SPEC).feed(read_values(responses, SPEC))


def discovered(*texts: str) -> FollowsGraph:
    return discover(survey(*texts).jobs, SPEC)


def test_a_transition_that_the_specification_lacks_is_found() -> None:
    """What no fact has is named, with its count."""
    found = discovered(LACKING, LACKING)

    assert [("Starting", "Uploading", 2)] == [(t.before, t.after, t.count) for t in found.lacking]


def test_inferred_evidence_can_be_raised() -> None:
    """A transition that is only inferred and was recorded is named."""
    found = discovered(INFERRED)

    assert [("Training", "Completed")] == [(t.before, t.after) for t in found.raisable]


def test_seen_and_unseen_are_all_transitions() -> None:
    """Each transition of the specification was seen or was not."""
    found = discovered(INFERRED)
    seen = {(edge.before, edge.after) for edge in found.edges}
    unseen = {(row.before, row.after) for row in found.unseen}

    assert ({(row.before, row.after) for row in SPEC.transitions}, set()) == (
        seen | unseen,
        seen & unseen,
    )


def test_times_are_those_of_the_status_before() -> None:
    """The seconds of a edge are how long its first status lasted."""
    edge = discovered(LACKING).edges[0]

    assert (90.0, 90.0) == (edge.seconds.median, edge.seconds.longest)


def test_the_overlay_makes_the_recordings_legal() -> None:
    """With the overlay nothing is lacking, and nothing is left to be raised."""
    found = discovered(LACKING, INFERRED)
    spec = parse_spec("\n".join(overlay_lines(found)))
    again = discover(survey(LACKING, INFERRED).jobs, spec)

    assert ((), ()) == (again.lacking, again.raisable)


def test_the_overlay_leaves_out_what_no_specification_can_have() -> None:
    """A way out of a terminal status and an unknown status are comments."""
    text = "\n".join(overlay_lines(discovered(ODD)))

    assert "transition" not in tomllib.loads(text)
    assert "# Completed -> Training" in text


@pytest.mark.parametrize("lines", [discovery_mermaid, discovery_dot])
def test_a_recorded_status_cannot_leave_its_label(lines: Callable[[FollowsGraph], Any]) -> None:
    """Markup, quotes and brackets of a recorded status are escaped in diagrams."""
    text = "\n".join(lines(discovered(ODD)))

    assert "<script>" not in text
    assert '"]|' not in text


def test_a_status_without_a_letter_has_a_label() -> None:
    """An empty status has a label that can be seen; Mermaid refuses an empty one."""
    text = "\n".join(
        discovery_mermaid(discovered("Completed/Completed: Starting 1,  2, Completed"))
    )

    assert '[""]' not in text


def test_what_is_lacking_is_red_and_what_is_unseen_grey() -> None:
    """The colour tells where specification and recordings differ."""
    dot = "\n".join(discovery_dot(discovered(LACKING)))

    assert (1, True) == (dot.count("#cc0000"), "#bbbbbb" in dot)


def test_json_is_plain_values() -> None:
    """The object survives JSON, whatever the recorded statuses are."""
    shown = discovery_object(discovered(ODD))

    assert shown == json.loads(json.dumps(shown))


def test_the_table_names_what_differs() -> None:
    """The text has a section for each kind of difference."""
    text = "\n".join(discovery_lines(discovered(LACKING, INFERRED)))

    assert "Not in the specification (1)" in text
    assert "evidence that could be raised (1)" in text


def test_xes_is_well_formed_for_any_text() -> None:
    """Controls, markup and surrogates in a status leave the document well formed."""
    jobs = survey(ODD, 'Completed/Completed: St\x00<a&"\ud800\uffff 1, Completed').jobs
    root = ET.fromstring("\n".join(xes_lines(jobs)))

    assert 2 == sum(element.tag.endswith("trace") for element in root)


@pytest.mark.filterwarnings("ignore")
def test_pm4py_reads_the_histories_back(tmp_path: Path) -> None:
    """The process-mining library finds the same jobs, events, times and directly-follows counts."""
    pm4py = pytest.importorskip("pm4py", reason="a peer, development only: pip install pm4py")
    file = tmp_path / "log.xes"
    jobs = list(survey(LACKING, INFERRED, ODD).jobs)
    file.write_text("\n".join(xes_lines(jobs)), encoding="utf-8")
    log = pm4py.read_xes(str(file))
    graph, _, _ = pm4py.discover_dfg(log)
    events = list(zip(log["case:concept:name"], log["concept:name"], strict=True))
    moments = [int(moment.timestamp()) for moment in log["time:timestamp"]]
    entries = [(job.job, entry) for job in jobs for entry in job.entries]

    assert {(t.before, t.after): t.count for t in discovered(LACKING, INFERRED, ODD).edges} == graph
    assert [(job, entry.status) for job, entry in entries] == events
    assert [(entry.start or 0) // 1_000_000 for _, entry in entries] == moments


@pytest.mark.parametrize("form", ["table", "json", "mermaid", "dot", "toml", "xes"])
def test_the_command_gives_each_form(form: str, tmp_path: Path) -> None:
    """`trainstate discover` writes each form to a file."""
    target = tmp_path / "out"
    arguments = ["discover", str(RECORDINGS), "--format", form, "-o", str(target)]
    result = CliRunner().invoke(main, arguments)

    assert (0, True) == (result.exit_code, target.stat().st_size > 100)
