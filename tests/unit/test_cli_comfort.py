"""The small comforts of the command line, each tried as a user would."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import trainstate
from tests.render.recordings import HOSTILE, bad, entry, good, response, run, write
from trainstate.cli import check, main, progress
from trainstate.errors import UsageError
from trainstate.render.spec import spec_tables
from trainstate.spec.load import builtin_spec


@pytest.fixture
def jobs(tmp_path: Path) -> str:
    """A recording of a good and a bad job."""
    return str(write(tmp_path / "jobs.jsonl", [good(), bad()]))


@pytest.mark.parametrize(
    ("options", "variables", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_as_asked_for(
    jobs: str, options: list[str], variables: dict[str, str], coloured: bool
) -> None:
    """The option beats the environment, and NO_COLOR beats FORCE_COLOR."""
    bare: dict[str, str | None] = {"NO_COLOR": None, "FORCE_COLOR": None}
    result = CliRunner(env={**bare, **variables}).invoke(
        main, ["check", jobs, *options], color=True
    )

    assert coloured == ("\x1b[1;31m" in result.stdout)


def test_rules_and_next_pairs_are_json_too() -> None:
    """What the terminal shows, for programs."""
    rule = json.loads(run("rule", "illegal-transition", "--format", "json").stdout)
    listed = json.loads(run("rule", "--format", "json").stdout)
    pairs = json.loads(run("next", "InProgress/Training", "--format", "json").stdout)
    assert json.loads(run("next", "Completed/Completed", "--format", "json").stdout) != pairs

    assert rule in listed
    assert rule["code"] == "TS301"
    assert {"primary": "InProgress", "secondary": "Uploading"}.items() <= pairs[0].items()


def test_the_beginning_of_codes_lists_their_rules() -> None:
    """A rule that is alone has its page; what begins no code is refused."""
    listed = run("rule", "ts7").stdout.splitlines()
    objects = json.loads(run("rule", "TS7", "--format", "json").stdout)

    assert [line.split()[0] for line in listed] == [rule["code"] for rule in objects]
    assert {code[:3] for code in (rule["code"] for rule in objects)} == {"TS7"}
    assert run("rule", "TS99").exit_code == 2


def test_the_spec_fits_the_terminal() -> None:
    """Cells are folded, and nothing is cut off."""
    narrow = list(spec_tables(builtin_spec(), width=80))
    wide = list(spec_tables(builtin_spec()))

    assert max(map(len, narrow)) <= 80 < max(map(len, wide))
    assert sorted("".join("".join(narrow).split())) == sorted("".join("".join(wide).split()))


def test_an_unknown_status_gets_the_nearest_known_one() -> None:
    """A slip of the finger is named as one, also where a name is too long to compare."""
    slip = good() | {"TrainingJobStatus": "Complete", "SecondaryStatus": "Downlaoding"}
    messages = {finding.code: finding.message for finding in trainstate.check(slip)}
    assert messages["TS101"].endswith("; did you mean `Completed`?")
    assert messages["TS102"].endswith("; did you mean `Downloading`?")
    odd = trainstate.check(good() | {"SecondaryStatus": "Warming" * 10_000})
    assert "did you mean" not in next(f.message for f in odd if f.code == "TS102")


def test_sarif_names_the_project_and_the_page_of_each_rule(jobs: str) -> None:
    """Code scanning links to both, and the pages are there."""
    sarif = json.loads(run("check", jobs, "--format", "sarif").stdout)
    driver = sarif["runs"][0]["tool"]["driver"]
    pages = Path(__file__).parents[2] / "docs" / "reference" / "rules"

    assert driver["informationUri"].startswith("https://")
    assert all((pages / rule["helpUri"].rpartition("/")[2]).is_file() for rule in driver["rules"])


def test_an_annotation_of_standard_input_names_no_file() -> None:
    """GitHub would look for a file of that name."""
    result = CliRunner().invoke(main, ["check", "-", "--format", "github"], input=json.dumps(bad()))

    assert result.stdout.startswith("::error title=TS")
    assert "stdin" not in result.stdout


def test_a_check_is_repeated_when_an_input_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is new, changed or gone; what the check itself writes is none."""
    written: list[Callable[[], object]] = [
        lambda: None,
        lambda: (tmp_path / "report.json").write_text("{}"),
        lambda: (tmp_path / "new.jsonl").write_text(json.dumps(good())),
        (tmp_path / "new.jsonl").unlink,
    ]
    turns = iter(written)
    monkeypatch.setattr(check, "sleep", lambda _: next(turns)())
    seen = check.changes([str(tmp_path)], but=[str(tmp_path / "report.json"), None])
    assert [None, None, None] == list(islice(seen, 3))
    with pytest.raises(RuntimeError):  # no turn is left
        next(seen)
    with pytest.raises(UsageError):
        next(check.changes(["-"], but=[]))


def test_watching_goes_on_behind_what_cannot_be_read(
    jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is one line, and the next change is another try."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "sleep", interrupted)
    gone = run("check", str(tmp_path / "gone"), "--watch")
    found = run("check", jobs, "--watch")

    assert [gone.exit_code, found.exit_code] == [130, 130]
    assert "cannot be read" in gone.stderr
    assert "TS301" in found.stdout


def test_only_recordings_are_taken_of_the_files_of_a_commit(jobs: str, tmp_path: Path) -> None:
    """What pre-commit passes: whatever was changed."""
    package = tmp_path / "package.json"
    package.write_text("{}")
    alone = run("check", "--only-recordings", str(package))
    both = run("check", "--only-recordings", str(package), jobs)

    assert alone.exit_code == 0
    assert both.exit_code == 1
    assert "1 file skipped" in both.stdout


def test_a_job_summary_is_appended_where_github_asks_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded text makes no link, no picture and no cell of its own."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    odd = response(
        f"{HOSTILE} ` | [x](y)", entry("Wa`r|m", 0, None), primary="InProgress", secondary="Wa`r|m"
    )
    path = write(tmp_path / "odd.jsonl", [odd, bad()])
    run("check", str(path), str(tmp_path / "gone"), "--format", "github")
    run("check", str(path))
    text = summary.read_text()

    assert text.startswith("before\n### trainstate check: INCONSISTENT\n")
    assert text.count("### trainstate check") == 1
    assert "| error | [TS301 illegal-transition](https://" in text
    assert "Not read: `" in text
    assert all(line.count("|") in (0, 5) for line in text.splitlines())
    assert all(line.count("`") in (0, 2) for line in text.splitlines())


def test_the_hint_stands_beside_what_is_hidden(tmp_path: Path) -> None:
    """An input that was not read is not hidden."""
    log, other = tmp_path / "sdk.log", tmp_path / "other.json"
    log.write_text("2020-05-18 10:11:12 Starting - Starting the training job...\n")
    other.write_text('{"name": "x"}')
    result = run("check", str(log), str(other))

    assert result.exit_code == 2
    assert "1 info (hidden; --verbose shows them); 1 input not read\n" in result.stdout


def test_progress_gives_way_to_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown after two seconds, taken off for a line, and off at the end."""
    moments: Iterator[float] = iter(range(0, 10_000, 3))
    monkeypatch.setattr(progress, "monotonic", lambda: next(moments))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    shown: list[Any] = []
    for number in progress.watched(range(1100)):
        shown.append(len(progress._shown))
        if number == 600:
            progress.hide()

    assert max(shown) == 1
    assert shown[601] == 0
    assert progress._shown == []
