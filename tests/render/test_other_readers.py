"""Reports and diagrams pass the validators that others wrote, where these are installed.

What npm has is looked for in ``build/npm`` (or in the folder that TRAINSTATE_NPM names):
`npm install --prefix build/npm @microsoft/jest-sarif@1.0.0-beta.0 mermaid@11 axe-core@4`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from tests.render.recordings import bad, good, hostile, run, write

ROOT = Path(__file__).parents[2]
NPM = Path(os.environ.get("TRAINSTATE_NPM", ROOT / "build" / "npm")) / "node_modules"
SARIF = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
MERMAID = "mermaid/dist/mermaid.min.js"
AXE = "axe-core/axe.min.js"
INPUTS = ("plain", "hostile", "examples", "faultless")


def from_npm(path: str) -> Path:
    """A file of an npm package; skips where the package is not installed."""
    file = NPM / path
    if not file.is_file():
        pytest.skip(f"not installed: {path} (see the first lines of this file)")
    return file


@pytest.fixture(scope="module", params=INPUTS)
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings: good and bad jobs, hostile text in every string, the examples, no fault."""
    if request.param == "examples":
        return ROOT / "examples"
    jobs = {"plain": [good(), bad()], "hostile": hostile(), "faultless": [good()]}[request.param]
    return write(tmp_path_factory.mktemp("recording") / "jobs.jsonl", jobs)


def report(recording: Path, form: str) -> str:
    """The report on recordings in a format, with every severity."""
    return run("check", str(recording), "--format", form, "--verbose").stdout


def test_sarif_passes_the_schema_of_the_standard(recording: Path) -> None:
    """The report is valid against the schema that OASIS publishes with SARIF 2.1.0."""
    schema = json.loads(from_npm(SARIF).read_text("utf-8-sig"))
    validator = validator_for(schema)(schema)

    assert [] == [e.message for e in validator.iter_errors(json.loads(report(recording, "sarif")))]


def test_the_schema_of_the_standard_refuses_what_is_wrong() -> None:
    """The validator of the test above is no rubber stamp."""
    schema = json.loads(from_npm(SARIF).read_text("utf-8-sig"))
    validator = validator_for(schema)(schema)
    value = json.loads(run("check", str(ROOT / "examples" / "broken"), "--format", "sarif").stdout)
    value["runs"][0]["results"][0]["level"] = "dreadful"

    assert not validator.is_valid(value)


def is_failure(result: Any) -> bool:
    """Holds if the reader calls a case's result a failure."""
    return type(result).__name__ == "Failure"


def test_junit_is_read_back(recording: Path) -> None:
    """A reader of JUnit XML finds a case a job, and the failures that the report counts."""
    junitparser = pytest.importorskip("junitparser", reason="pip install junitparser")
    summary = json.loads(report(recording, "json"))
    suites = junitparser.JUnitXml.fromstring(report(recording, "junit").encode())
    cases = [case for suite in suites for case in suite]
    failed = {case.name for case in cases if any(map(is_failure, case.result))}
    bad_jobs = {f["job"] for f in summary["findings"] if f["severity"] == "error" and f["job"]}

    assert (suites.tests or 0) == len(cases)
    assert len(bad_jobs) == len(failed)


def diagrams(folder: Path, form: str) -> Iterator[str]:
    """The model at each level of evidence, and the graph of plain and hostile recordings."""
    for level in ("documented", "recorded", "inferred", "deprecated"):
        yield run("spec", "--format", form, "--accept", level).stdout
    for jobs in ([good(), bad()], hostile()):
        file = write(folder / "jobs.jsonl", jobs)
        yield run("discover", str(file), "--format", form).stdout


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_every_diagram(tmp_path: Path) -> None:
    """`dot` makes a picture of each diagram, and warns of nothing."""
    for text in diagrams(tmp_path, "dot"):
        done = subprocess.run(
            ["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=False
        )

        assert (0, "") == (done.returncode, done.stderr)
        assert "</svg>" in done.stdout


@pytest.fixture
def browser() -> Iterator[Any]:
    """Debian's Chromium; skips where it or Playwright is not installed."""
    reason = "Playwright is not installed: pip install playwright"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mermaid_draws_every_diagram(tmp_path: Path, browser: Any) -> None:
    """Mermaid itself parses and draws each diagram, in the browser."""
    library = from_npm(MERMAID)
    draw = """async ([number, text]) => {
        mermaid.initialize({startOnLoad: false});
        try { return (await mermaid.render(`m${number}`, text)).svg.length; }
        catch (error) { return String(error); }
    }"""
    page = browser.new_page()
    page.set_content("<p></p>")
    page.add_script_tag(path=str(library))
    texts = list(diagrams(tmp_path, "mermaid"))
    drawn = [page.evaluate(draw, [number, text]) for number, text in enumerate(texts)]

    assert [] == [answer for answer in drawn if not isinstance(answer, int)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("folder", ["examples", "examples/recordings"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_for_everybody(
    tmp_path: Path, browser: Any, scheme: str, width: int, folder: str
) -> None:
    """axe finds no barrier in the HTML report: contrast, names, roles, order, with all open."""
    library = from_npm(AXE)
    file = tmp_path / "report.html"
    run("check", str(ROOT / folder), "--format", "html", "-o", str(file))
    window = {"width": width, "height": 900}
    page = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport=window).new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.click(".row >> nth=0")
    page.click(".jobrow >> nth=0")
    page.click("summary")
    page.hover('svg [aria-label="bar"] rect >> nth=0', force=True)
    page.add_script_tag(path=str(library))
    barriers = page.evaluate("axe.run()")["violations"]

    assert [] == [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in barriers]
