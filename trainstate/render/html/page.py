"""The page: style, data, libraries and script in one file, under a strict security policy."""

from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from trainstate.checking.report import Report
from trainstate.checking.stream import Checker
from trainstate.render.html.gather import report_data
from trainstate.render.plain import json_text, plain

# Layout of the machine, drawing, plots; then the report's own scripts, in the order of use.
SCRIPTS = (
    "dagre.min.js",
    "d3.min.js",
    "plot.umd.min.js",
    "pictures.js",
    "list.js",
    "jobs.js",
    "report.js",
)
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def report_html(report: Report, checker: Checker, *, command: str = "", files: int = 0) -> str:
    """The report as one HTML document; its head has the command and the number of files.

    Nothing is loaded from anywhere: the policy allows only the scripts whose hashes it
    names. Styles are allowed inline, because the plots bring their own.
    """
    scripts = [_asset(name) for name in SCRIPTS]
    made = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "command": plain(command, longest=1000),
        "files": files,
    }
    data = {"made": made, **report_data(report, checker)}
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            "<title>trainstate report</title>\n",
            f"<style>{_asset('report.css')}</style>\n</head>\n<body>\n",
            _asset("report.html"),
            f'<script id="data" type="application/json">{_embedded(data)}',
            "</script>\n",
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>",
        )
    )


def _embedded(value: Any) -> str:
    """JSON that ends no script element and begins no comment: ASCII, three characters escaped."""
    text = json_text(value, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")


@cache
def _asset(name: str) -> str:
    return files("trainstate.render.html").joinpath("assets", name).read_text(encoding="utf-8")
