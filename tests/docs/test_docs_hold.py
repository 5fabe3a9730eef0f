"""The documentation is complete, fresh, short, and its links lead somewhere."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
from click.testing import CliRunner

from trainstate.cli import main
from trainstate.render.diagram import dot_lines
from trainstate.rules.index import rules
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence
from trainstate.version import HOME

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TOP = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
HERE = re.compile(rf"{re.escape(HOME)}/(?:blob|raw)/main/")
SITES = ("docs.aws.amazon.com", "github.com")
SCHEMA, OUTPUTS = (
    json.loads((resources.files("trainstate") / "render" / file).read_text("utf-8"))
    for file in ("json-report.schema.json", "outputs.schema.json")
)
TOY = ("--target", "examples.simulators.toy:toy", "--max-examples", "5", "--seconds", "0")
PLAYED = ("tests.consumers.planted:hangs_on_stopped", "--longest", "3", "--random", "0")


def generator() -> ModuleType:
    """The script that writes the generated pages."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_generated_page_is_stale() -> None:
    """Every generated page is what `python docs/generate.py` would write now."""
    script = generator()
    kept = {
        page.relative_to(script.REFERENCE).as_posix(): page.read_text("utf-8")
        for folder in script.FOLDERS
        for page in (script.REFERENCE / folder).rglob("*.md")
    }
    pages = script.pages()
    stale = sorted(name for name in {*pages, *kept} if pages.get(name) != kept.get(name))

    assert [] == stale, "run `python docs/generate.py`"


@pytest.mark.parametrize("level", ["recorded", "deprecated"])
def test_no_picture_of_the_machine_is_stale(level: str) -> None:
    """The drawn nodes, boxes and lines are those of the facts, whatever Graphviz drew them."""
    script = generator()
    lines = "\n".join(dot_lines(builtin_spec().accepting(Evidence(level))))
    drawn = (DOCS / "images" / script.PICTURES[Evidence(level)]).read_text("utf-8")
    titles = [html.unescape(title) for title in re.findall(r"<title>(.*?)</title>", drawn)]
    arrows = re.findall(r"^  (\w+) -> (\w+) \[", lines, re.MULTILINE)
    nodes = re.findall(r"^ +(\w+) \[(?:shape=circle, )?label=", lines, re.MULTILINE)

    assert sorted(f"{before}->{after}" for before, after in arrows) == sorted(
        title for title in titles if "->" in title
    ), "run `python docs/generate.py --pictures`"
    assert set(nodes) <= set(titles)


def test_the_page_of_relations_names_every_rule_and_member_of_times_and_amounts() -> None:
    """No rule about times or amounts, and no such member, is left out; no reason is missing."""
    page, spec = (DOCS / "reference" / "relations.md").read_text("utf-8"), builtin_spec()
    held = [rule.name for rule in rules() if rule.category == "TS4"]
    told = [m.name for role in ("time", "billing") for m in spec.members_with(role)]
    told += [row.pointer.rpartition("/")[2] for row in spec.bounds if "Time" in row.pointer]
    ends = [line.rstrip("| ").rpartition("| ")[2] for line in page.splitlines() if "|" in line]

    assert [] == [name for name in held if f"(rules/{name}.md)" not in page]
    assert [] == [name for name in told if f"`{name}`" not in page]
    assert [] == [end for end in ends if end.startswith("none") and ": " not in end]


def test_every_theorem_has_its_test() -> None:
    """The tests that the formal model names are there."""
    text = (DOCS / "explanation" / "model.md").read_text("utf-8")
    named = re.findall(r"`(\w+_[\w*]+\.py)`", text)
    absent = [name for name in named if not list((ROOT / "tests").rglob(name))]

    assert len(named) >= 12
    assert [] == absent


def test_pages_are_short() -> None:
    """No page has more than 200 lines."""
    long = [str(p.relative_to(ROOT)) for p in PAGES if len(p.read_text("utf-8").splitlines()) > 200]

    assert [] == long


def anchors(page: Path) -> set[str]:
    """The fragments that lead to the headings of a page, as Sphinx and hosting sites make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("page", [*TOP, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    """Each relative link of a page is to a file that exists, and to a heading that it has."""
    broken = []
    for match in LINK.finditer(FENCED.sub("", page.read_text("utf-8"))):
        target, _, fragment = match["target"].partition("#")
        # The README stands in the package's metadata too: it has whole addresses.
        inside = HERE.match(target)
        if ("://" in target and not inside) or target.startswith("mailto:"):
            continue
        file = page.parent / target if target else page
        file = ROOT / target[inside.end() :] if inside else file
        if not file.exists() or (fragment and fragment not in anchors(file)):
            broken.append(match["target"])

    assert [] == broken


def test_links_to_the_outside_are_known() -> None:
    """Each external link is to a site that is meant; `sphinx -b linkcheck` asks whether it answers.

    Nothing is asked here: the tests need no network.
    """
    found = {
        match["target"]
        for page in [*TOP, *PAGES]
        for match in LINK.finditer(FENCED.sub("", page.read_text("utf-8")))
        if "://" in match["target"]
    }
    found |= {source.url for source in builtin_spec().sources if source.url}
    odd = sorted(url for url in found if not re.match(rf"https://({'|'.join(SITES)})/", url))

    assert [] == odd


def test_every_written_page_is_in_a_kind() -> None:
    """A page is a tutorial, a how-to, reference or explanation; two older ones stand at the top."""
    top = {page.name for page in DOCS.glob("*.md")}

    assert {"index.md", "findings.md"} == top


@pytest.mark.parametrize("detail", ["all", "none"])
@pytest.mark.parametrize("folder", ["recordings", "broken"])
def test_a_real_report_is_valid(folder: str, detail: str) -> None:
    """The JSON report of the examples has the form that the schema declares."""
    arguments = ["check", str(ROOT / "examples" / folder), "--format", "json"]
    result = CliRunner().invoke(main, [*arguments, "--jobs-detail", detail])
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(result.stdout))

    assert ("jobs" in json.loads(result.stdout)) == (detail == "all")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rule", ["rule", "TS301"]),
        ("rules", ["rule"]),
        ("next", ["next", "InProgress/Training"]),
        ("drift", ["drift", "--spec", "job"]),
        ("stats", ["stats", str(ROOT / "examples")]),
        ("stats --per-job", ["stats", "--per-job", str(ROOT / "examples")]),
        ("align", ["align", str(ROOT / "examples" / "broken")]),
        ("discover", ["discover", str(ROOT / "examples")]),
        ("fuzz", ["fuzz", *TOY]),
        ("consumer", ["consumer", *PLAYED]),
    ],
)
def test_what_other_commands_write_is_valid(name: str, arguments: list[str]) -> None:
    """Each has the form that its schema declares, and nothing else has it."""
    text = CliRunner().invoke(main, [*arguments, "--format", "json"]).stdout
    values = map(json.loads, text.splitlines()) if name == "align" else [json.loads(text)]
    form = jsonschema.Draft202012Validator({**OUTPUTS, "$ref": f"#/$defs/{name}"})

    assert not form.is_valid({"schema": 2})
    for value in values:
        form.validate(value)


def test_json_lines_have_the_rows_of_the_report() -> None:
    """Each line is a finding, a job or the summary, in the form that the schema declares."""
    arguments = ["check", str(ROOT / "examples"), "--format", "jsonl"]
    lines = [json.loads(line) for line in CliRunner().invoke(main, arguments).stdout.splitlines()]
    kinds = [line.pop("type") for line in lines]
    for kind, line in zip(kinds, lines, strict=True):
        if kind != "summary":
            form = {**SCHEMA, "$ref": f"#/$defs/{kind}"}
            for member in ("type", "required", "properties", "additionalProperties"):
                form.pop(member, None)
            jsonschema.Draft202012Validator(form).validate(line)

    assert kinds == sorted(kinds, key=["finding", "job", "summary"].index)
    assert ("summary", 1) == (kinds[-1], kinds.count("summary"))
    assert kinds.count("finding") > 2


def test_a_report_of_unreadable_input_is_valid(tmp_path: Path) -> None:
    """A finding without a job has the declared form, too."""
    file = tmp_path / "bad.ndjson"
    file.write_text('{"TrainingJobStatus": "InProgress", "TrainingJobName": "a"}\n{"Trainin\n')
    result = CliRunner().invoke(main, ["check", str(file), "--format", "json"])
    report = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)

    assert "unreadable-record" in {finding["name"] for finding in report["findings"]}


def test_the_schema_is_strict() -> None:
    """A report of another version, and one without findings, are refused."""
    validator = jsonschema.Draft202012Validator(SCHEMA)

    assert not validator.is_valid({"schema": 2})
    assert not validator.is_valid({"schema": 1})


def test_the_settings_that_the_docs_need_are_an_extra() -> None:
    """What Sphinx needs is installed by the extra `docs`."""
    extra = (ROOT / "setup.cfg").read_text("utf-8").partition("\ndocs =")[2].partition("\n#")[0]
    needed = {"sphinx", "furo", "myst-parser"}

    assert needed <= {re.split(r"[<>=\[]", line.strip())[0] for line in extra.splitlines()}
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
