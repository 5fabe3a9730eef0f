"""Histories as XES (IEEE 1849), the format of process-mining tools: a trace a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from trainstate.history.instants import iso
from trainstate.history.model import Entry
from trainstate.render.plain import plain
from trainstate.stats.survey import Surveyed


def xes_lines(jobs: Iterable[Surveyed]) -> Iterator[str]:
    """The histories of the jobs; an event is an entry, at the time when it was entered."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
    yield '  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>'
    yield '  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>'
    yield '  <classifier name="Status" keys="concept:name"/>'
    for job in jobs:
        if job.entries:
            yield "  <trace>"
            yield f"    {_string('concept:name', job.job)}"
            for entry in job.entries:
                yield from _event(entry)
            yield "  </trace>"
    yield "</log>"


def _event(entry: Entry) -> Iterator[str]:
    yield "    <event>"
    yield f"      {_string('concept:name', entry.status)}"
    moment = entry.stamp if entry.start is None else entry.start
    if moment is not None:
        yield f'      <date key="time:timestamp" value="{_date(moment)}"/>'
    if entry.end is not None:
        yield f'      <date key="left" value="{_date(entry.end)}"/>'
    yield "    </event>"


def _string(key: str, value: str) -> str:
    # What XML cannot hold at all (controls, lone surrogates) is written as an escape.
    legal = "".join("\\ufffe" if c in "\ufffe\uffff" else c for c in plain(value))
    return f"<string key={quoteattr(key)} value={quoteattr(legal)}/>"


def _date(moment: int) -> str:
    return iso(moment).replace("Z", "+00:00")
