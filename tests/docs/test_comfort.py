"""Comfort: completion, near names, the hook, the action, the module as a program."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from trainstate.cli import main

ROOT = Path(__file__).parents[2]


def completions(*typed: str) -> list[str]:
    """What bash offers after the words."""
    complete = BashComplete(main, {}, "trainstate", "_TRAINSTATE_COMPLETE")
    return [item.value for item in complete.get_completions(list(typed[:-1]), typed[-1])]


def test_commands_complete() -> None:
    """The commands are offered."""
    assert ["discover"] == completions("disc")


@pytest.mark.parametrize("name", sorted(main.list_commands(click.Context(main))))
def test_help_names_what_an_option_takes(name: str) -> None:
    """No help shows the types of the library of the command line, or breaks an example."""
    shown = CliRunner().invoke(main, [name, "--help"]).output

    assert [] == [word for word in ("RANGE", "INTEGER", "FLOAT", "%Y") if word in shown]
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_rules_complete() -> None:
    """Names and codes of rules are offered, in any case."""
    assert "illegal-transition" in completions("rule", "ille")
    assert "TS301" in completions("rule", "ts30")


def test_lists_of_rules_complete() -> None:
    """The last of several rules is completed, and what stands before it is kept."""
    assert "TS301,TS302" in completions("check", "--select", "TS301,TS302")
    assert ["TS1,illegal-transition"] == completions("check", "--ignore", "TS1,illegal-t")


@pytest.mark.parametrize("words", [("check", "exam"), ("stats", "-o", "re"), ("align", "x")])
def test_files_complete(words: tuple[str, ...]) -> None:
    """Where a file is wanted, the shell completes files."""
    complete = BashComplete(main, {}, "trainstate", "_TRAINSTATE_COMPLETE")
    offered = complete.get_completions(list(words[:-1]), words[-1])

    assert ["file"] == [item.type for item in offered]


SHELLS = {
    "bash": (
        'eval "$(_TRAINSTATE_COMPLETE=bash_source trainstate)"; COMP_WORDS=(trainstate rule ille);'
        " COMP_CWORD=2; _trainstate_completion trainstate; printf '%s\\n' \"${COMPREPLY[@]}\""
    ),
    "fish": (
        "_TRAINSTATE_COMPLETE=fish_source trainstate | source; complete -C 'trainstate rule ille'"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str) -> None:
    """The script that a shell is given works in that shell."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    if shutil.which("trainstate", path=path) is None:
        pytest.skip("the program is not on the path")
    done = subprocess.run(
        [program, "-c", SHELLS[shell]],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "illegal-transition" in done.stdout.split()


def test_pairs_complete() -> None:
    """Legal pairs are offered."""
    assert ["InProgress/Training"] == completions("next", "InProgress/T")


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["chekc"], "'check'"),
        (["rule", "ilegal-transition"], "'illegal-transition'"),
        (["rule", "T301"], "'TS301'"),
        (["next", "InProgress/Trainig"], "'InProgress/Training'"),
        (["check", "examples/recording"], "'examples/recordings'"),
    ],
)
def test_a_misspelt_name_gets_the_near_one(
    arguments: list[str], near: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands, rules, pairs and files are asked back for, with exit status 2."""
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, arguments)

    assert (2, True) == (result.exit_code, f"id you mean {near}?" in result.output)


def test_a_file_that_is_like_no_other_gets_the_remedy(tmp_path: Path) -> None:
    """Where nothing is near, the error says what a path may be."""
    result = CliRunner().invoke(main, ["check", str(tmp_path / "nothing" / "here")])

    assert (2, True) == (result.exit_code, "a file, a folder, or -" in result.output)


def test_the_help_shows_the_main_job_first() -> None:
    """`check` is the first command, and an example is shown."""
    listed = main.list_commands(click.Context(main))
    result = CliRunner().invoke(main, ["--help"])

    assert ("check", True) == (listed[0], "  trainstate check" in result.output)


def test_every_command_has_help() -> None:
    """Each command says in its help what it does."""
    names = main.list_commands(click.Context(main))
    silent = [name for name in names if CliRunner().invoke(main, [name, "--help"]).exit_code]

    assert [] == silent


def test_the_module_is_the_program() -> None:
    """`python -m trainstate` works."""
    asked = [sys.executable, "-m", "trainstate", "--version"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("trainstate")


def yaml_of(name: str) -> Any:
    yaml = pytest.importorskip("yaml", reason="reads YAML")
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_every_help_ends_with_examples_that_the_command_takes(name: str) -> None:
    """Their words are arguments and options that there are."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    _, found, lines = CliRunner().invoke(main, [name, "--help"]).output.partition("Examples:\n")

    assert found
    for line in lines.strip().splitlines():
        program, called, *words = shlex.split(line)
        assert ("trainstate", name) == (program, called)
        command.make_parser(click.Context(command)).parse_args(words)


def test_the_hook_runs_the_check() -> None:
    """The hook's entry is a command of the program."""
    (hook,) = yaml_of(".pre-commit-hooks.yaml")

    program, *words = hook["entry"].split()
    package = str(ROOT / ".pre-commit-hooks.yaml")

    assert ("trainstate", "python") == (program, hook["language"])
    assert CliRunner().invoke(main, [*words, package]).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="the step is a bash script")
@pytest.mark.parametrize(("folder", "status"), [("recordings", 0), ("broken", 1)])
@pytest.mark.parametrize("sarif", ["", "report.sarif"])
def test_the_action_checks(folder: str, status: int, sarif: str, tmp_path: Path) -> None:
    """The script of the action exits as the check does, and writes SARIF where asked."""
    script = yaml_of("action.yml")["runs"]["steps"][-1]["run"]
    target = str(tmp_path / sarif) if sarif else ""
    program = Path(sys.executable).parent
    environment = {
        "PATH": f"{program}:{os.environ['PATH']}",
        "PATHS": str(ROOT / "examples" / folder),
        "SARIF": target,
        "FAIL_ON": "error",
        "ARGUMENTS": "--ignore naive-timestamp",
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], env=environment, capture_output=True, check=False
    )

    assert (status, bool(sarif)) == (done.returncode, bool(target) and Path(target).is_file())


def test_the_action_passes_inputs_as_variables_only() -> None:
    """No expression of an input stands inside a script, where it could add commands."""
    scripts = [step.get("run", "") for step in yaml_of("action.yml")["runs"]["steps"]]

    assert [] == [script for script in scripts if "${{" in script]
