"""The report as JUnit XML: each job is a test case, so that any CI shows it."""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from trainstate.checking.report import Finding, JobReport, Report, Verdict
from trainstate.render.plain import plain
from trainstate.render.text import place_of, rule_line
from trainstate.rules.model import Severity

# What XML 1.0 cannot hold, even escaped, and ``plain`` leaves: two noncharacters.
_NO_XML = re.compile("[\ufffe\uffff]")
_LONGEST_NAME = 1000


def report_junit(report: Report, *, fail_on: Severity = Severity.ERROR) -> str:
    """The report as JUnit XML text.

    A job with a finding at or above ``fail_on`` is a failure, an unreadable record or input an
    error; otherwise a job with the verdict UNKNOWN is skipped. Milder findings are the case's
    output.
    """
    by_job: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_job.setdefault(finding.job, []).append(finding)
    suite = Element("testsuite", name="trainstate")
    unread = by_job.pop("", [])
    for job in report.jobs:
        # Epochs of one job share its name; its findings go to the first of them.
        _case(suite, job, by_job.pop(job.job, []), fail_on)
    for finding in unread:
        case = SubElement(suite, "testcase", classname="trainstate.record", name=_place(finding))
        _problem(case, "error", [finding])
    for source in report.unread:
        named = xml_text(source.file, longest=_LONGEST_NAME)
        case = SubElement(suite, "testcase", classname="trainstate.input", name=named)
        SubElement(case, "error", type="unread", message=xml_text(source.detail))
    return suite_text(suite, failures="failure", errors="error", skipped="skipped")


def suite_text(suite: Element, **tags: str) -> str:
    """A suite as a document, with the number of its cases that have each tag."""
    suite.set("tests", str(len(suite)))
    for name, tag in tags.items():
        suite.set(name, str(sum(case.find(tag) is not None for case in suite)))
    suites = Element("testsuites", name="trainstate")
    suites.append(suite)
    indent(suites)
    text: str = tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _case(suite: Element, job: JobReport, found: list[Finding], fail_on: Severity) -> None:
    name = xml_text(job.job, longest=_LONGEST_NAME)
    case = SubElement(suite, "testcase", classname="trainstate.job", name=name)
    failed = [finding for finding in found if finding.severity.rank <= fail_on.rank]
    if failed:
        _problem(case, "failure", failed)
    elif job.verdict is Verdict.UNKNOWN:
        SubElement(case, "skipped", message="the verdict is UNKNOWN")
    milder = [finding for finding in found if finding.severity.rank > fail_on.rank]
    if milder:
        SubElement(case, "system-out").text = "\n".join(_lines(milder))


def _problem(case: Element, tag: str, found: list[Finding]) -> None:
    first = found[0]
    kind = f"{first.code} {first.name}"
    problem = SubElement(case, tag, type=kind, message=xml_text(first.message))
    problem.text = "\n".join(_lines(found))


def _lines(found: Iterable[Finding]) -> Iterator[str]:
    for finding in found:
        yield xml_text(f"{_place(finding)}: {rule_line(finding)}: {finding.message}")
        if finding.pointer:
            yield f"  at {xml_text(finding.pointer)}"
        yield f"  help: {xml_text(finding.help)}"


def _place(finding: Finding) -> str:
    return xml_text(place_of(finding), longest=_LONGEST_NAME)


def xml_text(text: str, *, longest: int = 400) -> str:
    """A recorded text that XML can hold."""
    return _NO_XML.sub("\ufffd", plain(text, longest=longest))
