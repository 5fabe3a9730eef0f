"""Known forms behind a prefix that all their lines share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trainstate
from tests.lives import poll

LIFE = ("Starting", "Downloading", "Training", "Uploading", "Completed")
JOB = poll(*LIFE, name="tern")
FORMS = {
    "JSON": json.dumps(JOB, indent=2, default=str),
    "NDJSON": "\n\n".join(json.dumps(JOB, default=str) for _ in range(3)),
    "Python": repr(JOB).replace(", '", ",\n '"),
    "log": "".join(f"2020-05-18 10:1{at}:12 {status} - x\n" for at, status in enumerate(LIFE)),
}
PREFIXES = ["# ", "#", "// ", "> ", ">> ", "> > ", "    # ", "-- ", " * ", "app-1  | ", "\t;; "]
STAMPS = [
    "2020-05-18T10:11:12.{:03}Z ",
    "2020-05-18T10:11:12,{:03}+00:00\t",
    "2020-05-18T10:11:{:02} ",
]


def prefixed(text: str, prefix: str, end: str = "\n") -> str:
    lines = (prefix.format(at % 60) + line for at, line in enumerate(text.split("\n")))
    return end.join(line.rstrip() if at % 2 else line for at, line in enumerate(lines))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("prefix", PREFIXES + STAMPS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_shared_prefix_is_not_the_text(tmp_path: Path, form: str, prefix: str, end: str) -> None:
    """The report is that of the text without it, with the same lines."""
    plain, path = tmp_path / "plain", tmp_path / "prefixed"
    plain.write_text(FORMS[form].replace("Uploading", "Starting"))
    path.write_text(prefixed(plain.read_text(), prefix, end))
    expected, actual = trainstate.check(plain), trainstate.check(path)

    assert len(expected.findings) > 0
    assert expected.summary == actual.summary
    assert [(one.code, one.line) for one in expected] == [(one.code, one.line) for one in actual]


def test_a_line_without_the_prefix_is_left_as_it_is(tmp_path: Path) -> None:
    """It may come far behind the beginning."""
    path = tmp_path / "job"
    path.write_text(f"# {json.dumps(JOB, default=str)}\n" * 200 + json.dumps(JOB, default=str))

    assert 201 == trainstate.check(path).summary.responses


@pytest.mark.parametrize("text", ["# only a comment\n", "> quoted\n> text\n", "#\n#\n"])
def test_what_is_behind_a_prefix_may_be_nothing(tmp_path: Path, text: str) -> None:
    """It is refused as it would be without."""
    path = tmp_path / "job"
    path.write_text(text)

    with pytest.raises(trainstate.TrainstateError, match=r"no format that is known|is empty"):
        trainstate.check(path)
