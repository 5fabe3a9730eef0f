"""What `import trainstate` brings: every public name, at the price of none until it is used."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import trainstate
from trainstate.track.machine import TrainingJobMachine

HEAVY = ("boto3", "hypothesis", "numpy", "pyarrow", "transitions", "rich", "click", "asyncio")


def run(program: str) -> str:
    """What a program prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def test_an_import_loads_no_library() -> None:
    """The bare import reads no facts and loads neither a dependency nor an optional library."""
    wanted = (*HEAVY, "attrs", "attr", "msgspec", "trainstate.spec.load", "trainstate.checking.run")
    loaded = run(
        f"import sys, trainstate; print(sorted(set({wanted!r}) & set(sys.modules)))",
    )

    assert "[]" == loaded


def test_the_core_loads_no_optional_library() -> None:
    """Checking and tracking load no numpy, pyarrow, hypothesis or boto3 either."""
    loaded = run(
        "import sys, trainstate as ts; ts.check([]); ts.Tracker();"
        f" print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )

    assert "[]" == loaded


@pytest.mark.parametrize("name", trainstate.__all__)
def test_a_public_name_is_there(name: str) -> None:
    """Each name of `__all__` can be had, also after the folder of the same name was imported."""
    shown = run(
        "import trainstate.track.tracker, trainstate.rules.index, trainstate.checking.run;"
        f"import trainstate; print(callable(trainstate.{name}), type(trainstate.{name}).__name__)"
    )

    assert "module" not in shown


def test_star_gives_the_public_names() -> None:
    """`from trainstate import *` and `dir` know every public name."""
    program = "from trainstate import *; import trainstate; print(set(trainstate.__all__) <= {})"

    assert "True" == run(program.format("set(globals())"))
    assert "True" == run(program.format("set(dir(trainstate))"))


def test_what_checkers_of_types_see_is_what_there_is() -> None:
    """The imports for type checkers name the homes that the names are fetched from."""
    source = Path(trainstate.__file__ or "").read_text("utf-8")
    seen = {
        alias.name: node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trainstate")
        for alias in node.names
    }
    names = {name for name in trainstate.__all__ if name not in {"SPEC", "__version__"}}

    assert names == names & set(seen)
    for name in names:
        assert getattr(trainstate, name) is getattr(importlib.import_module(seen[name] or ""), name)


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    """A misspelt name raises AttributeError, and the interpreter knows the right one."""
    command = [sys.executable, "-c", "import trainstate; trainstate.Trakcer"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)

    says = "module 'trainstate' has no attribute 'Trakcer'. Did you mean: 'Tracker'?"
    assert f"AttributeError: {says}" == done.stderr.splitlines()[-1]


def test_what_an_interpreter_shows_fits_into_a_line() -> None:
    """A report, the specification and a machine tell what they are, not all that they hold."""
    report = trainstate.check(Path(__file__).parents[2] / "examples" / "broken")
    shown = [repr(report), repr(trainstate.SPEC), repr(TrainingJobMachine())]

    assert "<Report INCONSISTENT: responses=3, jobs=2, errors=2, warnings=1, infos=0>" == shown[0]
    assert shown[1].startswith("<Spec training-job 20")
    assert "<TrainingJobMachine at no state yet>" == shown[2]
