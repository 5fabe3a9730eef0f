"""What the folders promise: who imports whom, where names may stand, how large things are."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import trainstate
from trainstate.spec.statuses import PrimaryStatus, SecondaryStatus

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "trainstate"
FACTS: dict[str, Any] = tomllib.loads((PACKAGE / "data" / "training_job.toml").read_text("utf-8"))

LINE = (
    "errors",
    "version",
    "data",
    "spec",
    "history",
    "machine",
    "rules",
    "checking",
    "track",
    "stats",
    "render",
)
BESIDE = frozenset({"simulator", "testing", "aws", "backends"})
# The façade is what users import; the command line may, the folders may not.
FACADE = "__init__"
CLI = frozenset({"cli", "__main__"})
REACH = {
    **{part: frozenset(LINE[: place + 1]) for place, part in enumerate(LINE)},
    **{part: frozenset({*LINE, FACADE, part}) for part in BESIDE},
    **{part: frozenset({*LINE, FACADE, *CLI}) for part in CLI},
    FACADE: frozenset({*LINE, FACADE}),
    # The test kit fuzzes the reference simulator.
    "testing": frozenset({*LINE, FACADE, "testing", "simulator"}),
}
# Libraries that only some places may import.
FENCED = {
    "transitions": ("machine/engine.py",),
    "hypothesis": ("testing/",),
    "boto3": ("aws/", "simulator/", "testing/"),
    "botocore": ("aws/", "simulator/", "testing/"),
    "polars": ("backends/",),
    "pyarrow": ("backends/",),
    "pyspark": ("backends/",),
    "fsspec": ("history/readers/remote.py",),
    "aiohttp": ("history/readers/remote.py",),
}
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "transitions"}
SPEAKS_STATUSES = ("spec/statuses.py", "simulator/", "testing/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def part_of(path: Path) -> str:
    """The folder, or top-level module, that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def is_part(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The dotted names that a module imports, absolute, each with its line."""
    package = ["trainstate", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def parts_imported(path: Path) -> Iterator[tuple[str, int]]:
    """The parts of this package that a module imports, each with its line."""
    for name, line in imported(path):
        top, _, rest = name.partition(".")
        if top == "trainstate":
            first = rest.partition(".")[0]
            yield (first if first and is_part(first) else FACADE), line


def top_level_lines(path: Path) -> set[int]:
    """The lines of imports that run when the module is imported."""
    later = {
        node.lineno
        for function in ast.walk(tree(path))
        if isinstance(function, Function)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return {line for _, line in imported(path)} - later


def definitions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """The functions, classes and methods of a module, by qualified name; no local ones."""
    for node in body:
        if isinstance(node, Function):
            yield owner + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield owner + node.name, node
            yield from definitions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from definitions(node.body + node.orelse, owner)


def docstring_nodes(path: Path) -> set[int]:
    """The ids of the constants that are docstrings, of attributes too."""
    return {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def example_nodes(path: Path) -> set[int]:
    """The ids of everything inside the ``bad`` and ``good`` of a rule."""
    return {
        id(node)
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "rule"
        for keyword in call.keywords
        if keyword.arg in ("bad", "good")
        for node in ast.walk(keyword.value)
    }


def status_names() -> set[str]:
    """Every status of the facts: primaries, secondaries, aliases, attached machines."""
    return {
        *(row["name"] for row in (*FACTS["primary"], *FACTS["secondary"])),
        *(row["written"] for row in FACTS["alias"]),
        *(status for machine in FACTS["machine"] for status in machine["statuses"]),
    }


def test_every_module_has_its_place_in_the_order() -> None:
    """Each folder and top-level module of the package stands in the line or beside it."""
    unplaced = sorted({part_of(path) for path in modules()} - REACH.keys())

    assert [] == unplaced


def test_folders_import_from_the_left_only() -> None:
    """No module imports from a folder that stands right of its own."""
    wrong = [
        f"{inside(path)}:{line} imports {part}"
        for path in modules()
        for part, line in parts_imported(path)
        if part not in REACH.get(part_of(path), frozenset())
        and not (part_of(path) == "cli" and part in BESIDE)
    ]

    assert [] == wrong


def test_the_command_line_imports_what_stands_beside_only_when_called() -> None:
    """Starting the program imports no simulator, no test kit, no cloud client, no backend."""
    eager = [
        f"{inside(path)}:{line} imports {part}"
        for path in modules()
        if part_of(path) == "cli"
        for part, line in parts_imported(path)
        if part in BESIDE and line in top_level_lines(path)
    ]

    assert [] == eager


@pytest.mark.parametrize("library", FENCED)
def test_heavy_libraries_stay_behind_their_fence(library: str) -> None:
    """A library that is wrapped, or that is an extra, is imported only where it belongs."""
    outside = [
        f"{inside(path)}:{line}"
        for path in modules()
        for name, line in imported(path)
        if name.partition(".")[0] == library and not inside(path).startswith(FENCED[library])
    ]

    assert [] == outside


def test_no_status_is_named_outside_the_facts() -> None:
    """No string of the package is a status, but for enums, rule examples, simulator, test kit."""
    names = status_names()
    named = [
        f"{inside(path)}:{node.lineno} {node.value}"
        for path in modules()
        if not inside(path).startswith(SPEAKS_STATUSES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and node.value in names
        and id(node) not in docstring_nodes(path) | example_nodes(path)
    ]

    assert [] == named


def test_no_status_is_reached_through_the_enumerations() -> None:
    """The enums are for users: a status written as a member of one is still written in Python."""
    reached = [
        f"{inside(path)}:{node.lineno} {node.value.id}.{node.attr}"
        for path in modules()
        if not inside(path).startswith(SPEAKS_STATUSES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("PrimaryStatus", "SecondaryStatus")
        and node.attr in status_names()
    ]

    assert [] == reached


@pytest.mark.parametrize(
    ("enumeration", "table"), [(PrimaryStatus, "primary"), (SecondaryStatus, "secondary")]
)
def test_the_enumerations_are_the_facts(
    enumeration: type[PrimaryStatus | SecondaryStatus], table: str
) -> None:
    """An enum has the statuses of the facts, under their own names."""
    facts = {row["name"]: row["name"] for row in FACTS[table]}

    assert facts == {name: str(member) for name, member in enumeration.__members__.items()}


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    """No module or folder is a drawer for leftovers, and none is called `transitions`."""
    bad = [
        inside(path)
        for path in modules()
        if NO_NAMES & {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}
    ]

    assert [] == bad


def test_every_module_has_a_docstring() -> None:
    """Each module says what it is for."""
    silent = [inside(path) for path in modules() if not ast.get_docstring(tree(path))]

    assert [] == silent


def test_every_public_definition_has_a_docstring() -> None:
    """Each public definition has a docstring whose first line ends in a full stop."""
    silent = [
        f"{inside(path)}:{node.lineno} {name}"
        for path in modules()
        for name, node in definitions(tree(path).body)
        if isinstance(node, Function | ast.ClassDef)
        and not any(step.startswith("_") for step in name.split("."))
        and not (ast.get_docstring(node) or "").partition("\n")[0].endswith(".")
    ]

    assert [] == silent


def test_the_facade_is_small() -> None:
    """A name once out costs a year: the package exports at most 25, and each is there."""
    missing = [name for name in trainstate.__all__ if not hasattr(trainstate, name)]

    assert (True, []) == (len(trainstate.__all__) <= 25, missing)


def test_modules_are_short() -> None:
    """No module has more than 400 lines."""
    long = {
        inside(path): count
        for path in modules()
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert {} == long


def test_functions_are_short() -> None:
    """No function has more than 50 lines, its decorators not counted."""
    long = [
        f"{inside(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, Function) and (node.end_lineno or node.lineno) - node.lineno >= 50
    ]

    assert [] == long
