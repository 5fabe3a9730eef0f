"""The report: the same for the same seed, for machines, with baselines, refused misuse."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from examples.simulators.toy import Toy
from tests.fuzzing.planted import planted
from tests.quality.simulators import ForgetsWhenItEnded
from trainstate.checking.baseline import Baseline, baseline_json, fingerprint
from trainstate.cli import main
from trainstate.errors import InputError, UsageError
from trainstate.rules.index import rules
from trainstate.rules.model import Severity
from trainstate.testing import FuzzReport, Subject, fuzz

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fuzz-report.md"
TOY = "examples.simulators.toy:toy"


def run(**options: Any) -> FuzzReport:
    """A short run on a simulator with one planted bug."""
    asked = {"max_examples": 60, "seconds": None, "select": ["TS504"], **options}
    return fuzz(planted(ForgetsWhenItEnded), **asked)


def told(report: FuzzReport) -> list[tuple[str, str]]:
    return [(str(found.key), str(found.program)) for found in report]


def test_a_seed_always_gives_the_same() -> None:
    """Findings, programs and the number of calls do not depend on the moment."""
    one, other = (run(seed=7, max_examples=100) for _ in range(2))

    assert told(one) == told(other)
    assert one.calls == other.calls


def test_it_can_be_read_by_machines() -> None:
    """JSON has the finding and its program; JUnit a case for each rule."""
    report = run()
    found = json.loads(report.to_json())
    suite = ET.fromstring(report.to_junit(fail_on=Severity.WARNING))[0]
    failed = [case.get("name") for case in suite if case.find("failure") is not None]

    assert (1, "missing-end-time") == (found["schema"], found["findings"][0]["name"])
    assert found["findings"][0]["program"]
    assert found["coverage"]["statuses"]["documented"][0] > 4
    asked = {rule.name for rule in rules() if rule.scope not in ("record", "job", "drift")}
    assert (asked, ["missing-end-time"]) == ({case.get("name") for case in suite}, failed)


def test_the_page_names_every_member() -> None:
    """The reference of the JSON form has each member of a real report, and no other."""
    found = json.loads(run().to_json())
    named = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)

    assert [*found, *found["findings"][0]] == named


def test_every_script_is_python() -> None:
    """Whatever the program, its script can be parsed."""
    report = fuzz(planted(ForgetsWhenItEnded), max_examples=60, seconds=None)

    assert [ast.parse(found.script) for found in report]


def test_what_a_baseline_knows_does_not_count(tmp_path: Path) -> None:
    """The findings of one run are known to the next; without one they are new."""
    report = run()
    file = tmp_path / "known.json"
    baseline = Baseline(frozenset(fingerprint(found.emblem) for found in report))
    file.write_text(baseline_json(baseline), encoding="utf-8")
    again = run(baseline=file)

    known = [(str(found.key), str(found.program)) for found in again.known]

    assert ([], told(report)) == (told(again), known)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"budget": 0}, UsageError),
        ({"max_examples": -1}, UsageError),
        ({"seconds": 0}, UsageError),
        ({"baseline": "nowhere.json"}, InputError),
    ],
)
def test_misuse_is_refused(options: dict[str, Any], error: type[Exception]) -> None:
    """A wrong option is refused before anything is called."""
    with pytest.raises(error):
        run(**options)


def test_a_client_is_no_function() -> None:
    """Who passes a client instead of what makes one is told so."""
    with pytest.raises(UsageError, match="pass the function"):
        fuzz(object())  # type: ignore[arg-type]


def test_the_calls_are_counted() -> None:
    """A budget ends the run, not in the middle of a program."""
    report = run(budget=100)

    assert ("calls", True) == (report.ended, 100 <= report.calls < 200)


def subject_of(client: Toy) -> Subject:
    return Subject(client=client, advance=client.advance)


def test_a_clock_that_nobody_drives_takes_little_time() -> None:
    """Of jobs that never end in real time only the first is waited for."""
    report = fuzz(Toy, seconds=None, max_examples=60, select=["TS912"])

    assert ["never-ends"] == [found.finding.name for found in report]
    assert report.seconds < 30


def test_what_happens_once_is_told_as_such() -> None:
    """A failure that no program brings back is reported with the program that had it."""
    kept: list[Any] = []

    class Once(Toy):
        def describe_training_job(self, **asked: Any) -> dict[str, Any]:
            kept.append(asked)
            if len(kept) == 100:
                raise KeyError("once")
            return super().describe_training_job(**asked)

    report = fuzz(lambda: subject_of(Once()), seconds=None, max_examples=50, select=["TS902"])

    assert [False] == [found.reproducible for found in report]
    assert "seen once" in str(report)


def test_an_interrupted_run_reports_what_it_found() -> None:
    """Whoever loses patience gets the findings so far, with their programs as they were."""
    kept: list[Any] = []

    class Impatient(Toy):
        def describe_training_job(self, **asked: Any) -> dict[str, Any]:
            kept.append(asked)
            if len(kept) > 400:
                raise KeyboardInterrupt
            return super().describe_training_job(**asked)

    report = fuzz(lambda: subject_of(Impatient()), seconds=None)

    assert ("interrupted", {None}) == (report.ended, {found.reproducible for found in report})
    assert "not made smaller" in str(report)
    assert "taken-name-accepted" in {found.finding.name for found in report.at_least("error")}


def fuzzed(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["fuzz", "--max-examples", "40", "--seconds", "0", *arguments])


def test_the_exit_status_tells() -> None:
    """1 with findings, 0 without, 2 for a target that is none."""
    select = ["--select", "taken-name-accepted"]
    statuses = [
        fuzzed("--target", TOY, *select).exit_code,
        fuzzed("--target", TOY, "--select", "listed-twice").exit_code,
        fuzzed("--target", "nowhere", *select).exit_code,
        fuzzed("--target", "nowhere:nothing", *select).exit_code,
        fuzzed("--target", "http://127.0.0.1:9", *select).exit_code,
    ]

    assert [1, 0, 2, 2, 2] == statuses


def test_an_interrupted_command_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reports what was tried, and exits as shells have it: the rest was not tried."""
    asked: list[Any] = []
    describe = Toy.describe_training_job

    def impatient(client: Toy, **request: Any) -> dict[str, Any]:
        asked.append(request)
        if len(asked) > 20:
            raise KeyboardInterrupt
        return describe(client, **request)

    monkeypatch.setattr(Toy, "describe_training_job", impatient)
    done = fuzzed("--target", TOY, "--select", "listed-twice")

    assert 130 == done.exit_code
    assert "0 errors, 0 warnings" in done.stdout
    assert done.stderr.endswith("trainstate: interrupted\n")


def test_the_command_keeps_baselines_and_writes_scripts(tmp_path: Path) -> None:
    """A baseline is written, then compared; each program is a file."""
    known, folder = str(tmp_path / "known.json"), tmp_path / "found"
    asked = ("--target", TOY, "--select", "TS903", "--baseline", known)
    wrote = fuzzed(*asked, "--baseline-mode", "write", "--scripts", str(folder))
    compared = fuzzed(*asked, "--format", "json")

    assert (0, 0) == (wrote.exit_code, compared.exit_code)
    assert [] == json.loads(compared.stdout)["findings"]
    assert ["taken_name_accepted.py"] == [file.name for file in folder.iterdir()]
