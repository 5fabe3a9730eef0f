"""Each format looks as it did: run with UPDATE_SNAPSHOTS=1 after a change that is meant."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.render.recordings import bad, good, run, write
from trainstate.spec.load import builtin_spec
from trainstate.version import installed_version

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
NAMES = {
    "text": "report.txt",
    "json": "report.json",
    "jsonl": "report.jsonl",
    "sarif": "report.sarif.json",
    "junit": "report.junit.xml",
    "github": "report.github.txt",
    "gitlab": "report.gitlab.json",
    "html": "report.html.json",
}


def shown(form: str, text: str) -> str:
    """A report without what changes with every version, and without texts of the rules' pages."""
    if form == "html":
        data = re.search(r'<script id="data" type="application/json">(.*?)</script>', text)
        assert data is not None
        value = json.loads(data[1])
        for rule in value["rules"].values():
            rule["why"] = "…"
        value["made"]["at"] = "…"
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if form == "sarif":
        value = json.loads(text)
        driver = value["runs"][0]["tool"]["driver"]
        driver["rules"] = [rule for rule in driver["rules"] if rule["id"] == "TS301"]
        driver["rules"][0]["help"]["markdown"] = "…"
        for result in value["runs"][0]["results"]:
            result["ruleIndex"] = "…"
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return text.replace(installed_version(), "VERSION").replace(builtin_spec().version, "SPEC")


@pytest.mark.parametrize("form", NAMES)
def test_a_report_looks_as_it_did(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report on a good and a bad job is the snapshot, in each format."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "jobs.jsonl", [good(), bad()])
    snapshot = SNAPSHOTS / NAMES[form]

    found = shown(form, run("check", "jobs.jsonl", "--format", form).stdout)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(found, encoding="utf-8")

    assert snapshot.read_text("utf-8") == found
