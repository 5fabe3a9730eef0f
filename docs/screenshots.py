"""Takes the pictures of the HTML report: `python docs/screenshots.py`.

Needs Playwright, Debian's Chromium and the package with its extra `testing`. The recordings are
generated, always the same.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from trainstate.cli import main

IMAGES = Path(__file__).parent / "images"
READY = "html[data-ready]"


def take() -> None:
    """Writes the pictures in the place of the old ones."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        os.chdir(folder)
        run("generate", "--jobs", "400", "--polls", "6", "--faults", "0.08", "--seed", "7")
        run("check", "recordings.ndjson", "--format", "html", "--output", "report.html")
        chromium = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme, name in (("light", "html-report.png"), ("dark", "html-report-dark.png")):
            page = opened(chromium, scheme, Path("report.html"))
            page.click("[data-code=TS603]")
            page.click(".row >> nth=0")
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=IMAGES / name, full_page=scheme == "light")
        chromium.close()


def run(command: str, *arguments: str) -> None:
    """Runs a command of the program; its output is a file."""
    output = ("--output", "recordings.ndjson") if command == "generate" else ()
    CliRunner().invoke(main, [command, *arguments, *output])


def opened(browser: Any, scheme: str, file: Path) -> Any:
    """The report in a window."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1200, "height": 1810})
    page.goto(file.resolve().as_uri())
    page.wait_for_selector(READY)
    return page


if __name__ == "__main__":
    take()
