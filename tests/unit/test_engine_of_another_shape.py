"""The machine knows no status by name: a toy spec of another shape runs on it."""

from __future__ import annotations

import pytest

from trainstate.checking.stream import Checker, judge
from trainstate.history.model import Origin
from trainstate.history.wire import read_response
from trainstate.machine.engine import Engine
from trainstate.machine.step import states, successors, trace
from trainstate.machine.witness import witness
from trainstate.spec.load import parse_spec
from trainstate.spec.model import Spec

TOY = """
[spec]
name = "kettle"
title = "A kettle"
version = "1"

[record]
name = "KettleName"
arn = "KettleArn"
created = "Bought"
modified = "Touched"
primary = "Power"
secondary = "Water"
history = "Log"
entry_status = "Was"
entry_start = "From"
entry_end = "To"
entry_message = "Note"

[[source]]
id = "manual"
kind = "documentation"
title = "The manual"

[[primary]]
name = "On"
kind = "active"
evidence = "documented"
sources = ["manual"]

[[primary]]
name = "Off"
kind = "terminal"
evidence = "documented"
sources = ["manual"]

[[secondary]]
name = "Cold"
evidence = "documented"
sources = ["manual"]

[[secondary]]
name = "Boiling"
evidence = "documented"
sources = ["manual"]

[[secondary]]
name = "Poured"
evidence = "documented"
sources = ["manual"]

[[pair]]
primary = "On"
secondary = ["Cold", "Boiling"]
entered = true
evidence = "documented"
sources = ["manual"]

[[pair]]
primary = "Off"
secondary = "Poured"
entered = true
evidence = "documented"
sources = ["manual"]

[[primary_transition]]
before = "On"
after = "Off"
alone = false
evidence = "documented"
sources = ["manual"]

[[initial]]
primary = "On"
secondary = "Cold"
evidence = "documented"
sources = ["manual"]

[[transition]]
before = "Cold"
after = "Boiling"
evidence = "documented"
sources = ["manual"]

[[transition]]
before = "Boiling"
after = ["Cold", "Poured"]
evidence = "documented"
sources = ["manual"]

[[member]]
name = "KettleName"
role = "identity"
type = "string"
evidence = "documented"
sources = ["manual"]

[[member]]
name = "Bought"
role = "identity"
type = "timestamp"
evidence = "documented"
sources = ["manual"]
"""


@pytest.fixture(scope="module")
def kettle() -> Spec:
    return parse_spec(TOY, place="kettle.toml")


def test_states_and_steps_come_from_the_toy(kettle: Spec) -> None:
    """Three states, and the water can cool down again."""
    boiling = next(state for state in states(kettle) if state.position.secondary == "Boiling")

    assert [state.pair for state in states(kettle)] == [
        ("On", "Cold"),
        ("On", "Boiling"),
        ("Off", "Poured"),
    ]
    assert [after.pair for after, _ in successors(kettle, boiling)] == [
        ("On", "Cold"),
        ("Off", "Poured"),
    ]


def test_the_engine_runs_the_toy(kettle: Spec) -> None:
    """The library's machine makes the toy's moves."""
    engine = Engine(kettle)
    engine.move(("On", "Boiling"))
    engine.move(("Off", "Poured"))

    assert engine.next == ()


def test_a_history_of_the_toy_is_traced(kettle: Spec) -> None:
    """A refusal and its witness need no knowledge of SageMaker."""
    refusals = [step.refusal for step in trace(kettle, ("Cold", "Poured"))]

    assert refusals[0] is None
    assert refusals[1] is not None
    assert witness(kettle, ("Cold",), "Poured") == ("Cold", "Boiling", "Poured")


def test_the_toy_is_checked_with_the_same_rules(kettle: Spec) -> None:
    """Rules about members that the toy lacks do not apply; the others do."""
    entries = [
        {"Was": "Cold", "From": 1000, "To": 1010},
        {"Was": "Poured", "From": 1010, "To": 1010},
    ]
    recorded = {
        "KettleName": "blue",
        "Bought": 1000,
        "Power": "Off",
        "Water": "Poured",
        "Log": entries,
    }
    report = judge([read_response(recorded, kettle, origin=Origin())], Checker(spec=kettle))

    assert [finding.name for finding in report if finding.severity == "error"] == [
        "illegal-transition"
    ]
