"""Recordings come from strangers: what they say comes out harmless and valid in every format."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.render.recordings import HOSTILE, SURROGATES, bad, hostile, run, write
from trainstate.checking.report import Report
from trainstate.checking.stream import Checker, judge
from trainstate.cli.running import streamed_line, whole_report
from trainstate.history.readers import read_values
from trainstate.render.plain import plain
from trainstate.render.text import finding_lines
from trainstate.rules.model import Severity

# What this report uses of SARIF 2.1.0, stated member by member; nothing else may be there.
TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string"}},
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
NAME = {"type": "string", "minLength": 1}
BAG = {"type": "object"}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """The schema of an object that has no other members."""
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


RULE = closed(
    ["id"],
    id=NAME,
    name=NAME,
    shortDescription=TEXT,
    fullDescription=TEXT,
    help=TEXT,
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=closed([], level=LEVEL),
    properties=BAG,
)
LOCATION = closed(
    [],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=closed(["uri"], uri={"type": "string", "pattern": r"^[!#-;=?-Z_a-z~%]+$"}),
        region=closed(["startLine"], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations={
        "type": "array",
        "items": closed([], name=NAME, fullyQualifiedName=NAME, kind=NAME),
    },
)
RESULT = closed(
    ["message"],
    ruleId=NAME,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=TEXT,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    properties=BAG,
)
DRIVER = closed(
    ["name"],
    name=NAME,
    version=NAME,
    semanticVersion=NAME,
    informationUri={"type": "string", "pattern": "^https://"},
    rules={"type": "array", "items": RULE, "uniqueItems": True},
    properties=BAG,
)
SARIF = closed(
    ["version", "runs"],
    **{
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": closed(
                ["tool"],
                tool=closed(["driver"], driver=DRIVER),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                results={"type": "array", "items": RESULT},
                invocations={
                    "type": "array",
                    "items": closed(
                        ["executionSuccessful"],
                        executionSuccessful={"type": "boolean"},
                        toolExecutionNotifications={"type": "array"},
                    ),
                },
                properties=BAG,
            ),
        },
    },
)


FORMS = ("text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "html")
Reports = Mapping[str, str]


def from_file(folder: Path) -> Reports:
    """The command's reports on a file whose own name is hostile too."""
    file = write(folder / "::error::a,b %0A [x](y) <b>.jsonl", hostile())
    results = {form: run("check", str(file), "--format", form, "--verbose") for form in FORMS}

    assert {1} == {result.exit_code for result in results.values()}
    return {form: result.stdout for form, result in results.items()}


def from_mappings() -> Reports:
    """The reports on mappings in memory, which can hold what no file can."""
    checker = Checker()
    report = judge(read_values(hostile(SURROGATES), checker.spec), checker)
    reports = {form: "\n".join(written(form, report, checker)) for form in FORMS}
    reports["text"] = "\n".join(
        line for finding in report for line in finding_lines(finding, checker.spec)
    )
    return reports


def written(form: str, report: Report, checker: Checker) -> Iterator[str]:
    """A report in a format, as the command puts it together."""
    yield from filter(None, (streamed_line(form, finding) for finding in report))
    yield from whole_report(
        form,
        report,
        checker,
        shown=Severity.INFO,
        fail_on=Severity.ERROR,
        jobs_detail=True,
    )


@pytest.fixture(scope="module", params=["file", "mappings"])
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The reports, by format, on hostile text in every string member."""
    if request.param == "file":
        return from_file(tmp_path_factory.mktemp("hostile"))
    return from_mappings()


@pytest.mark.parametrize("form", FORMS)
def test_the_text_reaches_the_report(reports: Reports, form: str) -> None:
    """What was planted is shown: the other tests look at it, not at its absence."""
    assert reports[form].count("window.pwned") > 20


def is_harmless(text: str) -> bool:
    """Holds if no character controls a terminal, hides or reorders text, or is half of one."""
    return not any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character != "\n"
        for character in text
    )


def strings(value: Any) -> list[str]:
    """Every string of a JSON value, names of members too."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def test_text_holds_no_control_and_no_command(reports: Reports) -> None:
    """No control or escape sequence, and no line that a CI service takes for a command."""
    text = reports["text"]

    assert is_harmless(text)
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


@pytest.mark.parametrize("command", ["check", "stats", "discover", "align"])
def test_an_error_about_a_file_holds_no_control(command: str, tmp_path: Path) -> None:
    """The name that a stranger gave a file controls no terminal and no CI service."""
    file = tmp_path / "a\x1b[31mred\x1b]0;title\x07\n::error::pwned\u202e.json"
    file.write_text("junk", encoding="utf-8")
    result = run(command, str(file))

    assert 2 == result.exit_code
    assert is_harmless(result.stderr)
    assert not re.search(r"^\s*::|##\[", result.stderr, re.MULTILINE)


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif"])
def test_json_is_ascii_and_parses(reports: Reports, form: str) -> None:
    """JSON reports are ASCII, so that every reader decodes them, and each text parses."""
    text = reports[form]
    lines = text.splitlines() if form == "jsonl" else [text]

    assert text.isascii()
    assert all(json.loads(line) for line in lines)


def test_sarif_has_the_form_of_2_1_0(reports: Reports) -> None:
    """SARIF has the members that the standard names, and no recorded control, link or pattern."""
    value = json.loads(reports["sarif"])
    run_ = value["runs"][0]
    messages = [result["message"]["text"] for result in run_["results"]]

    assert [] == [error.message for error in Draft202012Validator(SARIF).iter_errors(value)]
    assert all(map(is_harmless, strings(run_["results"])))
    assert not [text for text in messages if "](" in text or re.search(r"(?<!\{)\{0", text)]
    rules = run_["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run_["results"])


def test_junit_is_well_formed_for_any_text(reports: Reports) -> None:
    """JUnit parses as XML, and holds a case for each job with counts that agree."""
    suite = ElementTree.fromstring(reports["junit"])[0]
    failures = suite.findall("testcase/failure")

    assert (len(suite), len(failures)) == (
        int(suite.get("tests", 0)),
        int(suite.get("failures", 0)),
    )
    assert all(is_harmless(text) for text in suite.itertext())
    assert [] == suite.findall(".//script")


def test_github_has_one_command_a_line(reports: Reports) -> None:
    """Each line is one annotation of ours; recorded text neither ends it nor sets a property."""
    lines = reports["github"].splitlines()
    form = re.compile(
        r"::(error|warning|notice) (file=[^:,\s][^:,]*,line=\d+,)?title=TS\d{3} [a-z-]+::[^\r\n]+"
    )

    assert lines
    assert [] == [line for line in lines if not form.fullmatch(line)]
    assert is_harmless("\n".join(lines))


def test_gitlab_has_an_entry_a_finding_with_a_fingerprint_of_its_own(reports: Reports) -> None:
    """GitLab drops one of two entries with the same fingerprint."""
    entries = json.loads(reports["gitlab"])

    assert len(json.loads(reports["json"])["findings"]) == len(entries)
    assert len(entries) == len({entry["fingerprint"] for entry in entries})
    assert {"check_name", "description", "severity", "fingerprint", "location"} == {*entries[0]}
    assert all(map(is_harmless, strings(entries)))


class Page(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps an element."""
        self.elements.append((tag, dict(attrs)))


def page_of(text: str) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of a page."""
    page = Page()
    page.feed(text)
    return page.elements


def test_html_has_the_same_elements_whatever_was_recorded(reports: Reports, tmp_path: Path) -> None:
    """Recorded text adds no element and no attribute to the page: it stays inside the data."""
    plain = write(tmp_path / "plain.jsonl", [bad()])

    assert page_of(run("check", str(plain), "--format", "html").stdout) == page_of(reports["html"])


def test_html_data_is_harmless(reports: Reports) -> None:
    """The data parses, holds no character of markup and no control or reordering mark."""
    text = reports["html"]
    data = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)

    assert data is not None
    assert data[1].isascii()
    assert not set("<>&") & set(data[1])
    assert all(map(is_harmless, strings(json.loads(data[1]))))


def test_html_loads_nothing_and_runs_only_its_own_scripts(reports: Reports) -> None:
    """The policy forbids everything that it does not name, and names a hash for each script."""
    elements = page_of(reports["html"])
    policy = next(e["content"] or "" for t, e in elements if "content-security" in str(e).lower())
    scripts = [attributes for tag, attributes in elements if tag == "script"]

    assert "default-src 'none'; script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "unsafe-eval" not in policy
    assert len(scripts) - 1 == policy.count("'sha256-")
    assert not any({"src", "href"} & attributes.keys() for _, attributes in elements)


def test_the_text_is_hostile() -> None:
    """The planted text has what the other tests look for."""
    assert not is_harmless(HOSTILE)


@pytest.mark.parametrize(
    "written", ["::error::x", " \t::warning x=y::z", "a ##[error]b", "c ##vso[task.complete]d"]
)
def test_commands_of_ci_services_are_disarmed(written: str) -> None:
    """What a CI service reads in a log as a command is not one in the text of a finding."""
    shown = plain(written)

    assert not re.search(r"^\s*::|##\[|##vso\[", shown)
    assert written.strip()[-1] == shown[-1]


LOGGED = (
    *(("check", "--verbose", "--format", form) for form in FORMS),
    *(("stats", "--reasons", "--format", form) for form in ("table", "json", "csv")),
    *(
        ("discover", "--format", form)
        for form in ("table", "json", "mermaid", "dot", "xes", "toml")
    ),
    *(("align",), ("align", "--format", "json")),
)
COMMANDS = "##[error]pwned", "::error::pwned", "##vso[task.complete]pwned", "\n::error::pwned"


@pytest.mark.parametrize("words", LOGGED, ids=" ".join)
def test_no_command_writes_a_command_of_a_ci_service(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    """Every format can reach a log: no line of it is a command, wherever the text stood."""
    for number, text in enumerate(COMMANDS):
        file = tmp_path / f"{number}.jsonl"
        lines = [json.dumps(job) for job in hostile(text)]
        file.write_text("\n".join([*lines, f"{text} {text}"]), encoding="utf-8")
        result = run(words[0], str(file), *words[1:])
        written = result.stdout + result.stderr
        if words[-1] == "github":  # its own, one a line
            written = re.sub(
                r"^::(error|warning|notice) [^:]*::(?!error::)", "", written, flags=re.MULTILINE
            )

        assert result.exit_code in (0, 1)
        assert [] == re.findall(r"(?m)^.*##\[.*$|^.*##vso\[.*$|^\s*::.*$", written)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_what_is_disarmed_in_json_is_read_as_it_was(form: str, tmp_path: Path) -> None:
    """The escape is one of JSON: a reader gets the name of the job, to the letter."""
    name = "a ##[error]b"
    file = write(
        tmp_path / "named.jsonl", [{**bad(), "TrainingJobName": name, "TrainingJobArn": name}]
    )
    text = run("check", str(file), "--format", form).stdout
    read = [json.loads(line) for line in text.splitlines()] if form == "jsonl" else json.loads(text)

    assert name in strings(read)
