"""What a user installs: the wheel, its data, its one version."""

from __future__ import annotations

import ast
import configparser
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLUGIN = "trainstate_pytest.py"
SOURCES = ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE", PLUGIN)


def configuration() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def version() -> str:
    return configuration()["metadata"]["version"]


def setuptools_version() -> tuple[int, ...]:
    """The version of setuptools here, as numbers; none where there is no setuptools."""
    try:
        return tuple(int(part) for part in metadata.version("setuptools").split(".")[:2])
    except metadata.PackageNotFoundError:
        return ()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel, built of a copy of the sources."""
    if setuptools_version() < (70, 1):
        pytest.skip("no setuptools >= 70.1 here to build a wheel with: pip install '.[dev]'")
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    shutil.copytree(
        ROOT / "trainstate", copy / "trainstate", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in SOURCES:
        shutil.copy(ROOT / name, copy)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        *options,
        "--wheel-dir",
        str(folder),
        str(copy),
    ]
    built = subprocess.run(command, check=False, capture_output=True, text=True)
    assert 0 == built.returncode, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return set(archive.namelist())


def test_the_wheel_has_every_source_file(wheel: set[str]) -> None:
    """Each module, the facts, examples, the report's assets and all else that is there."""
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "trainstate").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert set() == wanted - wheel


def test_the_wheel_has_nothing_else(wheel: set[str]) -> None:
    """Nothing but the pytest plugin is installed beside the package: no test, no document."""
    tops = {name.partition("/")[0] for name in wheel}

    assert {"trainstate", PLUGIN, f"trainstate-{version()}.dist-info"} == tops


def test_setup_py_is_one_call() -> None:
    """All metadata is in setup.cfg: setup.py calls setup without an argument."""
    body = ast.parse((ROOT / "setup.py").read_text("utf-8")).body[2:]

    assert ["setup()"] == [ast.unparse(node) for node in body]


def test_pyproject_has_no_metadata() -> None:
    """pyproject.toml has the build system and the settings of tools only."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert {"build-system", "tool"} == set(tables)


def test_the_installed_version_is_the_declared_one() -> None:
    """The metadata of the installed package have the version of setup.cfg."""
    assert version() == metadata.version("trainstate")


def test_the_command_is_the_module() -> None:
    """`trainstate` and `python -m trainstate` are one program."""
    ran = subprocess.run(
        [sys.executable, "-m", "trainstate", "--version"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (0, True) == (ran.returncode, version() in ran.stdout)


@pytest.mark.parametrize("folder", ["trainstate", "docs", "examples", "benchmarks", "README.md"])
def test_what_is_to_be_installed_is_in_the_checkout(folder: str) -> None:
    """The package is on no index: an extra is installed from a checkout, by its path."""
    place = ROOT / folder
    files = place.rglob("*") if place.is_dir() else [place]
    shown = {file for file in files if file.suffix in {".py", ".md", ".txt", ".sh", ".toml"}}
    found = {file for file in shown if "trainstate[" in file.read_text(encoding="utf-8")}

    assert set() == found
