"""Settings in files and in the environment: where they are found, what beats what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.render.recordings import bad, good, run, write


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    """A recording of a good and a bad job, in a folder of a folder."""
    (tmp_path / "recorded" / "old").mkdir(parents=True)
    return write(tmp_path / "recorded" / "old" / "jobs.jsonl", [good(), bad()])


def shown(*args: Any) -> dict[str, list[str]]:
    """What `trainstate config` says of each setting: its value and its place."""
    lines = run("config", *map(str, args)).stdout.splitlines()
    return {
        name: [value, place] for name, value, place in (line.split(None, 2) for line in lines[1:])
    }


def codes(*args: Any) -> set[str]:
    """The codes that a check reports."""
    report = json.loads(run("check", *map(str, args), "--format", "json").stdout)
    return {finding["code"] for finding in report["findings"]}


def test_the_first_that_says_something_decides(jobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line beats the environment, that the file, and that the default."""
    file = jobs.parent.parent / "trainstate.toml"
    file.write_text("fail-on = 'warning'\norder = 'free'\naccept = 'inferred'\n")
    monkeypatch.setenv("TRAINSTATE_CHECK_ACCEPT", "inferred")
    monkeypatch.setenv("TRAINSTATE_CHECK_ORDER", "arrival")
    said = shown(jobs, "--accept", "recorded")

    assert said["accept"] == ["recorded", "command line"]
    assert said["order"] == ["arrival", "TRAINSTATE_CHECK_ORDER"]
    assert said["fail-on"] == ["warning", str(file)]
    assert said["format"] == ["text", "default"]


def test_the_nearest_file_upwards_of_the_input_is_taken(jobs: Path, tmp_path: Path) -> None:
    """A project's file without a table of ours is passed; --isolated and --config overrule."""
    (tmp_path / "pyproject.toml").write_text("[tool.trainstate]\nselect = ['TS3', 'TS4']\n")
    (jobs.parent / "pyproject.toml").write_text("[tool.other]\nselect = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("select = 'TS1'\n")

    assert shown(jobs)["select"] == ["TS3,TS4", str(tmp_path / "pyproject.toml")]
    assert shown(jobs.parent)["select"] == ["TS3,TS4", str(tmp_path / "pyproject.toml")]
    assert shown(jobs, "--isolated")["select"] == ["-", "default"]
    assert shown(jobs, "--config", str(other))["select"] == ["TS1", str(other)]
    assert "TS301" in codes(jobs)
    assert "TS301" not in codes(jobs, "--config", str(other))


def test_files_are_named_from_where_the_settings_stand(jobs: Path, tmp_path: Path) -> None:
    """A baseline lies beside its settings, wherever the command is run."""
    (tmp_path / "trainstate.toml").write_text("baseline = 'known.json'\n")
    assert run("check", str(jobs), "--baseline-mode", "write").exit_code == 0

    assert (tmp_path / "known.json").is_file()
    assert run("check", str(jobs)).exit_code == 0


@pytest.mark.parametrize("spec", ["own.toml", "training-job"])
def test_a_spec_is_a_name_or_a_file_beside_its_settings(
    jobs: Path, tmp_path: Path, spec: str
) -> None:
    """Wherever the command is run, the file is found; a name stays one."""
    (tmp_path / "own.toml").write_text("extends = 'builtin'\n")
    (tmp_path / "trainstate.toml").write_text(f"spec = '{spec}'\n")

    assert "TS301" in codes(jobs)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fail_on = 'error'", "'fail_on' is not a setting; did you mean 'fail-on'?"),
        ("selct = ['TS3']", "'selct' is not a setting; did you mean 'select'?"),
        ("nonsense = 1", "'nonsense' is not a setting; there are: format, select"),
        ("output = 'x'", "'output' is not a setting; give --output on the command line."),
        ("max-ratio = 1e9", "'max-ratio' is not a setting; give --max-ratio on the command line."),
        ("workers = 9999", "'workers' is not a setting; give --workers on the command line."),
        ("fail-on = 'never'", "'never' is not one of 'error', 'warning', 'info'. It is set in"),
        ("statistics = 'yes'", "statistics: expected true or false but got 'yes'"),
        ("select = [1]", "select: expected a text or a list of texts but got [1]"),
        ("accept = ['recorded']", "accept: expected one value but got ['recorded']"),
        ("[tolerances]\ngrac = 1", "There is no tolerance 'grac'; did you mean 'grace'?"),
        ("[tolerances]\ngrace = 'long'", "number of seconds, 0 or more, but got 'long'"),
        ("per-job-ignores = ['TS3']", "Expected PATTERN=RULES"),
        ("select = ['TS9999']", "'--select': Expected a rule's code or name but got 'TS9999'"),
        ("ignore = 'nonsense'", "'--ignore': Expected a rule's code or name but got 'nonsense'"),
        ("[per-file-ignores]\n'*' = 'TS9999'", "'--per-file-ignores': Expected a rule's code"),
        ("[per-job-ignores]\n'*' = 'TS9999'", "'--per-job-ignores': Expected a rule's code"),
        ("spec = 'absent'", "absent' cannot be read"),
        ("select =", "is not TOML"),
    ],
)
def test_what_is_no_setting_is_refused_with_the_remedy(jobs: Path, text: str, says: str) -> None:
    """Every mistake in a file names what is wrong, and the nearest right thing."""
    (jobs.parent / "trainstate.toml").write_text(text)
    result = run("check", str(jobs))

    assert result.exit_code == 2
    assert says in result.stderr
    assert str(jobs.parent / "trainstate.toml") in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "[per-file-ignores]\n'old/*' = ['TS3', 'TS4']",
        "[per-job-ignores]\n'*' = 'TS3,TS4'",
    ],
)
def test_rules_are_ignored_in_some_files_and_for_some_jobs(jobs: Path, text: str) -> None:
    """Ignored findings are neither shown nor counted."""
    found = codes(jobs)
    (jobs.parent.parent / "trainstate.toml").write_text(text)

    assert {code for code in found if code[:3] not in ("TS3", "TS4")} == codes(jobs)
    assert "TS301" in found


def test_tolerances_are_settings_too(tmp_path: Path) -> None:
    """An order that is wrong by less than the tolerance is none of the findings."""
    late = good()
    late["LastModifiedTime"] = late["TrainingEndTime"] - 5
    path = write(tmp_path / "late.jsonl", [late])

    assert "TS404" in codes(path)
    assert "TS404" not in codes(path, "--tolerances", "order=10")


def test_help_needs_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads how settings are written may have wrong ones."""
    (tmp_path / "trainstate.toml").write_text("nonsense = 1")
    monkeypatch.chdir(tmp_path)

    assert "--isolated" in run("check", "--help").stdout
    assert run("check").exit_code == 2
