"""The report as SARIF 2.1.0, for code scanning services."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from trainstate.checking.baseline import fingerprint
from trainstate.checking.report import Finding, Report
from trainstate.history.readers.remote import is_url
from trainstate.render.plain import json_text, plain
from trainstate.render.rule import rule_address, rule_page
from trainstate.rules.model import Rule, Severity
from trainstate.spec.model import Spec
from trainstate.version import HOME, installed_version

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report_sarif(report: Report, rules: Iterable[Rule], spec: Spec) -> str:
    """The report as SARIF text: one run, its rules with their help, one result a finding."""
    listed = tuple(rules)
    places = {rule.code: number for number, rule in enumerate(listed)}
    driver = {
        "name": "trainstate",
        "version": installed_version(),
        "semanticVersion": installed_version(),
        "informationUri": HOME,
        "rules": [_rule(rule, spec) for rule in listed],
        "properties": {"spec": report.spec_version},
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places.get(finding.code)) for finding in report.findings],
        "invocations": [_invocation(report)],
        "properties": {"verdict": str(report.verdict)},
    }
    return json_text({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}, indent=1)


def _invocation(report: Report) -> dict[str, Any]:
    """How the run went: an unreadable input is a notification."""
    unread = [
        {
            "level": "error",
            "message": {"text": _unlinked(f"{source.file}: {source.detail}")},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(source.file)}}}],
        }
        for source in report.unread
    ]
    return {"executionSuccessful": not unread, "toolExecutionNotifications": unread}


def _rule(rule: Rule, spec: Spec) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(rule.why.split()) or rule.title},
        "help": {
            "text": f"{rule.help[:1].upper()}{rule.help[1:]}.",
            "markdown": "\n".join(rule_page(rule, spec)),
        },
        "helpUri": rule_address(rule),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.category]},
    }


def _result(finding: Finding, place: int | None) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        **({} if place is None else {"ruleIndex": place}),
        "level": _LEVELS[finding.severity],
        "message": {"text": _unlinked(f"{finding.message}; {finding.help}")},
        "locations": [_location(finding)],
        "partialFingerprints": {"trainstate/v1": plain(str(fingerprint(finding)), longest=2000)},
        "properties": {
            "job": plain(finding.job),
            "index": finding.index,
            "pointer": plain(finding.pointer),
            "witness": [plain(status) for status in finding.witness],
            **({"impliedBy": finding.implied_by} if finding.implied_by else {}),
        },
    }


def _unlinked(text: str) -> str:
    """A text in which recorded characters make no link and no SARIF placeholder."""
    shown = plain(text).replace("](", "] (")
    return re.sub(r"\{(\d+)\}", r"{{\1}}", shown)


def _location(finding: Finding) -> dict[str, Any]:
    """Where a finding is: file and line, if there is a file, and the member of the job."""
    name = plain(finding.pointer or finding.job or "input")
    full = plain(f"{finding.job}{finding.pointer}" or "input")
    location: dict[str, Any] = {
        "logicalLocations": [{"name": name, "fullyQualifiedName": full, "kind": "member"}]
    }
    if finding.file is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {"startLine": max(finding.line or 1, 1)},
        }
    return location


def _uri(file: str) -> str:
    """A URL; a relative path as a relative reference; an absolute one as ``file:``."""
    named = file.replace("\\", "/").encode("utf-8", "surrogatepass")
    path = quote(named, safe="/:" if is_url(file) else "/")
    return f"file://{path}" if path.startswith("/") else path.removeprefix("./")
