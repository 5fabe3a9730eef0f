"""P1: the specification is well formed.

Independent of the lint: what the lint checks on the graph is computed again here from
the TOML alone, and the lint itself must find each defect that is planted.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from trainstate.errors import SpecError
from trainstate.spec.lint import lint
from trainstate.spec.load import build_spec, builtin_spec, load_spec, parse_spec
from trainstate.spec.statuses import PrimaryStatus, SecondaryStatus

TEXT = (resources.files("trainstate.data") / "training_job.toml").read_text(encoding="utf-8")
FACTS = tomllib.loads(TEXT)


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def edges() -> set[tuple[str, str]]:
    return {
        (before, after)
        for row in FACTS["transition"]
        for before in as_list(row["before"])
        for after in as_list(row["after"])
    }


def closure(starts: set[str], pairs: set[tuple[str, str]]) -> set[str]:
    found = set(starts)
    while True:
        more = {after for before, after in pairs if before in found} - found
        if not more:
            return found
        found |= more


TERMINAL = {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}
SECONDARIES = {row["name"] for row in FACTS["secondary"]}


def test_the_built_in_spec_has_no_defect() -> None:
    """The lint finds nothing in the facts that come with the package."""
    assert lint(builtin_spec()) == ()


def test_every_status_is_reachable() -> None:
    """A history leads to each secondary status."""
    starts = {status for row in FACTS["initial"] for status in as_list(row["secondary"])}

    assert closure(starts, edges()) == SECONDARIES


@pytest.mark.parametrize("status", sorted(SECONDARIES - TERMINAL))
def test_every_active_status_can_end(status: str) -> None:
    """From each active status some terminal status can be reached."""
    assert closure({status}, edges()) & TERMINAL


def test_terminal_statuses_have_no_exit() -> None:
    """No transition leaves a terminal status."""
    assert {before for before, _ in edges()} & TERMINAL == set()


def test_every_row_has_evidence_and_sources() -> None:
    """Each row of each table names its evidence and at least one known source."""
    known = {row["id"] for row in FACTS["source"]}
    tables = [name for name, rows in FACTS.items() if isinstance(rows, list) and name != "source"]
    unsourced = [
        (name, row)
        for name in tables
        for row in FACTS[name]
        if not row.get("sources") or set(row["sources"]) - known or "evidence" not in row
    ]

    assert unsourced == []


def test_enumerations_equal_the_facts() -> None:
    """The StrEnums list the statuses of the TOML, in its order."""
    assert [status.value for status in PrimaryStatus] == [row["name"] for row in FACTS["primary"]]
    assert [status.value for status in SecondaryStatus] == [
        row["name"] for row in FACTS["secondary"]
    ]


def test_documented_pairs_are_the_twelve_of_the_api() -> None:
    """Twelve pairs are documented, as the API's prose lists them."""
    documented = [pair for pair in builtin_spec().pairs if pair.evidence == "documented"]

    assert len(documented) == 12


Plant = Callable[[dict[str, Any]], object]


def _row(facts: dict[str, Any], table: str, **wanted: str) -> dict[str, Any]:
    return next(
        row for row in facts[table] if all(row.get(key) == value for key, value in wanted.items())
    )


def _unreachable(facts: dict[str, Any]) -> None:
    facts["secondary"].append(
        {"name": "Lost", "evidence": "inferred", "sources": ["model"], "says": "never"}
    )


def _no_way_to_end(facts: dict[str, Any]) -> None:
    _unreachable(facts)
    edge = {"before": "Starting", "after": "Lost", "evidence": "inferred", "sources": ["model"]}
    facts["transition"].append(edge)


def _ambiguous_edge(facts: dict[str, Any]) -> None:
    facts["transition"].append(copy.deepcopy(facts["transition"][0]))


def _ambiguous_entry(facts: dict[str, Any]) -> None:
    pair = {"primary": "Failed", "secondary": "Stopped", "entered": True}
    facts["pair"].append({**pair, "evidence": "inferred", "sources": ["model"]})


def _unpaired_primary(facts: dict[str, Any]) -> None:
    row = {"name": "Paused", "kind": "active", "evidence": "inferred", "sources": ["model"]}
    facts["primary"].append(row)


def _exit(facts: dict[str, Any]) -> None:
    edge = {"before": "Completed", "after": "Training"}
    facts["transition"].append({**edge, "evidence": "inferred", "sources": ["model"]})


def _primary_exit(facts: dict[str, Any]) -> None:
    change = {"before": "Completed", "after": "InProgress", "alone": True}
    facts["primary_transition"].append({**change, "evidence": "inferred", "sources": ["model"]})


PLANTED: dict[str, tuple[str, Plant]] = {
    "unreachable status": ("unreachable", _unreachable),
    "primary without a pair": ("unreachable", _unpaired_primary),
    "status without an end": ("no-way-to-end", _no_way_to_end),
    "edge declared twice": ("ambiguous", _ambiguous_edge),
    "entry under two primaries": ("ambiguous", _ambiguous_entry),
    "exit from a terminal status": ("exit-from-terminal", _exit),
    "exit from a terminal primary": ("exit-from-terminal", _primary_exit),
    "row without a source": ("unsourced", lambda f: f["pair"][0].update(sources=[])),
    "unknown source": ("unknown-name", lambda f: f["pair"][0].update(sources=["hearsay"])),
    "unknown status in an edge": ("unknown-name", lambda f: f["transition"][0].update(after="X")),
    "unknown status in a pair": ("unknown-name", lambda f: f["pair"][0].update(secondary="X")),
    "unknown primary in a pair": ("unknown-name", lambda f: f["pair"][0].update(primary="X")),
    "unknown initial status": ("unknown-name", lambda f: f["initial"][0].update(secondary="X")),
    "unknown guard": ("unknown-name", lambda f: f["transition"][0].update(guard="X")),
    "unknown guard of a status": ("unknown-name", lambda f: f["secondary"][0].update(guard="X")),
    "unknown primary under": ("unknown-name", lambda f: f["transition"][0].update(under="X")),
    "unknown alias target": ("unknown-name", lambda f: f["alias"][0].update(status="X")),
    "unknown primary change": (
        "unknown-name",
        lambda f: f["primary_transition"][0].update(before="X"),
    ),
    "unknown primary of a member": (
        "unknown-name",
        lambda f: f["member"][0].update(present_at=["X"]),
    ),
    "unknown clock status": ("unknown-name", lambda f: f["time"].update(clock_starts=["X"])),
    "unknown status of a machine": (
        "unknown-name",
        lambda f: f["machine"][0].update(transitions=[["InProgress", "X"]]),
    ),
    "unknown member of a machine": ("unknown-name", lambda f: f["machine"][0].update(member="X")),
    "unknown outcome": ("unknown-name", lambda f: f["outcome"][0].update(primary="X")),
    "unknown beginning": ("unknown-name", lambda f: f["attempts"].update(begins=["X"])),
    "unknown limit": ("unknown-name", lambda f: f["time"]["limits"].update(X="/StoppingCondition")),
    "unknown span": ("unknown-name", lambda f: f["time"]["spans"].update(X="CreationTime")),
    "unknown start of a span": (
        "unknown-name",
        lambda f: f["time"]["spans"].update(MaxRuntimeExceeded="X"),
    ),
    "unknown guard of savings": ("unknown-name", lambda f: f["time"].update(savings_guard="X")),
    "status declared twice": (
        "repeated",
        lambda f: f["secondary"].append(copy.deepcopy(f["secondary"][0])),
    ),
    "source declared twice": (
        "repeated",
        lambda f: f["source"].append(copy.deepcopy(f["source"][0])),
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_lint_finds_a_planted_defect(planted: str) -> None:
    """Each kind of defect, planted alone, is found by its own name."""
    code, plant = PLANTED[planted]
    facts = copy.deepcopy(FACTS)
    plant(facts)

    assert code in {defect.code for defect in lint(build_spec(facts))}


@pytest.mark.parametrize(
    "table", [name for name, rows in FACTS.items() if isinstance(rows, list) and name != "source"]
)
def test_the_lint_finds_a_row_without_a_source(table: str) -> None:
    """A row of any table that says nothing of its source is found, and called by its name."""
    facts = copy.deepcopy(FACTS)
    facts[table][0]["sources"] = []

    assert {"unsourced"} == {defect.code for defect in lint(build_spec(facts))}


BROKEN = {
    "[[transitoin]]\nbefore = 1": "unknown table",
    "[spec]\nname = 3": "needs a text",
    "not toml": "is not TOML",
    TEXT.replace("evidence = ", "evidnece = ", 1): "unknown key",
    TEXT.replace('evidence = "documented"', 'evidence = "rumoured"', 1): "rumoured",
    TEXT.replace('kind = "active"', "kind = 3", 1): "str",
    TEXT + "\n[[pair]]\n": "missing",
    TEXT.replace('[[initial]]\nprimary = "InProgress"', '[[initial]]\nprimary = "X"'): "defect",
    TEXT.replace("[[guard]]", "[guard]", 1).split("[[guard]]")[0]: "array of tables",
}


@pytest.mark.parametrize("text", BROKEN, ids=BROKEN.values())
def test_a_broken_spec_is_refused_with_its_reason(text: str) -> None:
    """What cannot be loaded is refused, and the message says what is wrong."""
    with pytest.raises(SpecError, match=BROKEN[text]):
        parse_spec(text)


def test_a_missing_spec_is_refused(tmp_path: Any) -> None:
    """A path without a file is an error that names the path."""
    with pytest.raises(SpecError, match=r"nowhere\.toml"):
        load_spec(tmp_path / "nowhere.toml")
