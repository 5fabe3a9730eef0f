"""What a release promises: a changelog that says what changed, under headings that are known."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
HEADINGS = {
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
    "Spec",
    "Rules",
}


def sections() -> list[tuple[str, str]]:
    """The versions of the changelog, newest first, each with its text."""
    pieces = re.split(r"^## (.+)$", CHANGELOG, flags=re.MULTILINE)[1:]
    return list(zip(pieces[::2], pieces[1::2], strict=True))


def parts(text: str) -> dict[str, list[str]]:
    """The entries of a version under each of its headings."""
    pieces = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(r"^- .+$", body, re.MULTILINE)
        for heading, body in zip(pieces[::2], pieces[1::2], strict=True)
    }


def test_the_top_of_the_changelog_is_the_version() -> None:
    """The newest section of the changelog is the version that setup.cfg declares."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")

    assert parser["metadata"]["version"] == sections()[0][0]


def test_versions_are_in_order() -> None:
    """Each version stands once, the newest first."""
    versions = [tuple(map(int, name.split("."))) for name, _ in sections()]

    assert sorted(set(versions), reverse=True) == versions


def test_headings_are_known() -> None:
    """Every heading says what kind of change it lists."""
    unknown = {heading for _, text in sections() for heading in parts(text)} - HEADINGS

    assert set() == unknown


def test_no_heading_is_empty() -> None:
    """Every heading of every version lists at least one change."""
    empty = [
        f"{name} {heading}"
        for name, text in sections()
        for heading, entries in parts(text).items()
        if not entries
    ]

    assert [] == empty


def test_the_newest_version_has_entries() -> None:
    """The newest section of the changelog is not empty."""
    assert parts(sections()[0][1])


@pytest.mark.skipif(shutil.which("git") is None, reason="makes a repository with git")
@pytest.mark.parametrize(
    ("files", "message", "status"),
    [
        (["trainstate/a.py"], "Change", 1),
        (["trainstate/a.py"], "Change\n\nChangelog: none", 1),
        (["trainstate/a.py"], "Change\n\nChangelog: none, the outside is the same", 0),
        (["trainstate/a.py", "CHANGELOG.md"], "Change", 0),
        (["tests/a.py"], "Change", 0),
    ],
)
def test_a_commit_of_the_package_has_a_line_in_the_changelog(
    files: list[str], message: str, status: int, tmp_path: Path
) -> None:
    """Or says why it needs none; what came before the check is let alone."""

    def commit(names: list[str], message: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(message)
        for words in (["add", "--all"], ["commit", "--quiet", f"--message={message}"]):
            subprocess.run(
                ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
                cwd=tmp_path,
                check=True,
            )

    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    commit(["trainstate/old.py"], "Before")
    (tmp_path / ".ci").mkdir()
    check = shutil.copy(ROOT / ".ci" / "changelog", tmp_path / ".ci")
    commit([], "The check")
    commit(files, message)
    done = subprocess.run([str(check)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (status, "Change" in done.stdout) == (done.returncode, bool(status))
