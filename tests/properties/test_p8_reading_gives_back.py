"""P8: reading what was written gives it back, for every format.

Independent of the package's own writers: each form is written by ``forms.py``, with the
standard library alone. What is expected comes from the drawn values, not from a reader;
only the strategies, which draw the jobs, are the package's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import trainstate
from tests.properties.forms import CLOCKS, FORMS, PACKINGS, Form, told
from trainstate.aws.journal import Journal
from trainstate.history.model import Response, Unreadable
from trainstate.history.readers import FORMATS, read_paths, read_values
from trainstate.history.readers.settings import SourceReport
from trainstate.testing import jobs, logs, polls
from trainstate.testing.observations import written

SPEC = trainstate.SPEC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ENTRY = {"Status": "written", "StartTime": "start", "EndTime": "end", "StatusMessage": "message"}


def instant(time: datetime) -> int:
    """Microseconds since 1970."""
    passed = time - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def given_back(record: Response | Unreadable, response: dict[str, Any]) -> dict[str, Any]:
    """Where a record differs from the response that was written: what it has and what it should."""
    assert isinstance(record, Response), record
    moments = {name: instant(v) for name, v in response.items() if isinstance(v, datetime)}
    entries = response.get("SecondaryStatusTransitions")
    expected = {
        "name": response.get("TrainingJobName"),
        "arn": response.get("TrainingJobArn"),
        "created": moments.get("CreationTime"),
        "modified": moments.get("LastModifiedTime"),
        "written_primary": response.get("TrainingJobStatus"),
        "written_secondary": response.get("SecondaryStatus"),
        "instants": moments,
        "problems": (),
        "naive": (),
        "history": entries and [_entry(entry) for entry in entries],
    }
    shown = [{name: getattr(e, name) for name in ENTRY.values()} for e in record.history or ()]
    actual = {name: getattr(record, name) for name in expected} | {"history": shown or None}
    return {n: (actual[n], value) for n, value in expected.items() if actual[n] != value}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    read = {short: entry.get(name) for name, short in ENTRY.items()}
    return {n: instant(v) if isinstance(v, datetime) else v for n, v in read.items()}


def plain(value: Any, *, exact: bool = True) -> Any:
    """A value without what is null or empty, and, where that is lost, without capitals."""
    if isinstance(value, dict):
        kept = {name: plain(item, exact=exact) for name, item in value.items()}
        return {
            name if exact else re.sub("_", "", name).lower(): item
            for name, item in kept.items()
            if item not in (None, {}, [])
        }
    return [plain(item, exact=exact) for item in value] if isinstance(value, list) else value


def read(
    data: bytes, input_format: str = "auto"
) -> tuple[list[Response | Unreadable], list[SourceReport]]:
    """The records of an input, and what is said of how it was read."""
    reports: list[SourceReport] = []
    records = read_values(data, SPEC, input_format=input_format, on_source=reports.append)
    return list(records), reports


def wrong(form: Form, clock: str, responses: Sequence[dict[str, Any]], data: bytes) -> list[Any]:
    """What an input does not give back, read as what it looks like and as what it is."""
    found: list[Any] = []
    for input_format in ("auto", form.declared):
        records, reports = read(data, input_format)
        found += [] if len(reports) == 1 else [reports]
        found += [] if len(records) == len(responses) else [records]
        for record, response in zip(records, responses, strict=False):
            found += given_back(record, response).items()
            assert isinstance(record, Response)
            shown_as = CLOCKS[clock] if form.clocked else form.read_as
            members = response if shown_as is None else told(response, shown_as)
            if plain(dict(record.members), exact=form.exact) != plain(members, exact=form.exact):
                found.append((record.members, members))
            found += [] if record.kind == form.kind else [record.kind]
    return found


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_gives_back_what_was_written(form: Form) -> None:
    """Every member, time and entry is read as it was, however it was written and packed."""
    most = 1 if form.alone else 4

    @given(polls(most=most), st.sampled_from(sorted(CLOCKS)), st.sampled_from(sorted(PACKINGS)))
    def gives_back(responses: list[dict[str, Any]], clock: str, packing: str) -> None:
        data = PACKINGS[packing](form.write(responses, CLOCKS[clock]))

        assert [] == wrong(form, clock, responses, data)

    gives_back()


@given(jobs(history=False, most=3), st.sampled_from(sorted(CLOCKS)))
def test_a_page_of_a_list_gives_back_its_summaries(
    responses: list[dict[str, Any]], clock: str
) -> None:
    """A page of ListTrainingJobs is read as summaries of its jobs, in their order."""
    page = {"TrainingJobSummaries": [told(one, CLOCKS[clock]) for one in responses]}
    records, _ = read(json.dumps(page).encode())

    assert [{}] * len(responses) == [
        given_back(record, response) for record, response in zip(records, responses, strict=True)
    ]
    assert {"summary"} == {record.kind for record in records if isinstance(record, Response)}


@given(jobs(history=None, most=4), st.sampled_from(FORMS), st.sampled_from(sorted(CLOCKS)))
def test_the_report_is_of_what_was_written(
    responses: list[dict[str, Any]], form: Form, clock: str
) -> None:
    """The verdicts on the values and on any form of them are the same.

    What a listing shows of a job is a summary wherever it is, but not as an event.
    """
    if form.kind == "event":
        responses = [one for one in responses if not set(one) <= set(SPEC.layout.summary)]
        assume(responses)
    shown = responses[:1] if form.alone else responses
    order = "free" if form.kind == "event" else "arrival"
    values = trainstate.check(shown, order=order)
    report = trainstate.check(form.write(shown, CLOCKS[clock]), order=order)

    assert values.jobs == report.jobs
    assert [f.code for f in values] == [f.code for f in report]


@given(logs(least=2))
def test_a_log_gives_back_what_was_printed(text: str) -> None:
    """The statuses, times and numbers of a printed log are those of the text.

    A log names no job: a status that begins a job may begin another history.
    """
    lines = re.findall(r"^(\S+ \S+) (\w+) - (.*)\.\.\.$", text, re.MULTILINE)
    totals = dict(re.findall(r"^(Training|Billable) seconds: (\d+)$", text, re.MULTILINE))
    records = [record for record in read(text.encode())[0] if isinstance(record, Response)]
    history = [entry for record in records for entry in record.history or ()]

    # Neighbouring lines of one status are one entry, with the first time, the last message.
    starts = [at for at, line in enumerate(lines) if not at or lines[at - 1][1] != line[1]]
    assert [lines[at][1] for at in starts] == [entry.written for entry in history]
    assert [
        instant(datetime.strptime(lines[at][0] + "+0000", "%Y-%m-%d %H:%M:%S%z")) for at in starts
    ] == [entry.stamp for entry in history]
    assert {f"{name}TimeInSeconds": int(value) for name, value in totals.items()} == records[
        -1
    ].members


@given(jobs(most=4))
def test_a_recording_of_pull_gives_back_what_was_pulled(
    tmp_path_factory: pytest.TempPathFactory, responses: list[dict[str, Any]]
) -> None:
    """The file that ``trainstate pull`` writes is read as the responses that it was given."""
    file = tmp_path_factory.mktemp("pull") / "jobs.ndjson"
    shown = [written(response, "iso") for response in responses]
    identity = ("TrainingJobArn", "LastModifiedTime", "SecondaryStatus", "TrainingJobStatus")
    with Journal(file, identity) as journal:
        kept = [r for r, one in zip(responses, shown, strict=True) if journal.add(one)]
    records = list(read_paths([file], SPEC))

    assert [{}] * len(kept) == [
        given_back(record, response) for record, response in zip(records, kept, strict=True)
    ]


def test_every_format_that_can_be_declared_is_written_here() -> None:
    """A reader without a form in this file fails."""
    assert {form.declared for form in FORMS} | {"auto", "log"} == set(FORMATS)
