"""What the HTML report is given to show, without a browser: counts, limits, timelines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.render.recordings import bad, entry, good, response, write
from trainstate.checking.stream import Checker, judge
from trainstate.history.readers import read_records, read_values
from trainstate.history.readers.lines import whole
from trainstate.render.html import page, picture
from trainstate.render.html.page import report_data, report_html

FAILED = {"primary": "Failed", "secondary": "Failed"}


def data_of(*responses: dict[str, Any]) -> dict[str, Any]:
    """The data of the report on responses."""
    checker = Checker()
    return report_data(judge(read_values(list(responses), checker.spec), checker), checker)


def named(job: dict[str, Any], name: str) -> dict[str, Any]:
    """A job under another name."""
    text = json.dumps(job).replace(f'"{job["TrainingJobName"]}"', f'"{name}"')
    renamed: dict[str, Any] = json.loads(text.replace(f"/{job['TrainingJobName']}", f"/{name}"))
    return renamed


def edges(data: dict[str, Any]) -> dict[tuple[str, str], list[Any]]:
    """The transitions, by their ends."""
    return {(row[0], row[1]): row[2:] for row in data["edges"]}


def test_transitions_are_counted_with_times_and_evidence() -> None:
    """Each edge has how often it was seen, how often illegally, the median before, the evidence."""
    found = edges(data_of(good(), named(good(), "more"), bad()))

    assert [2, 0, 90.0, "documented"] == found["Starting", "Downloading"]
    assert [1, 1, 90.0, ""] == found["Starting", "Uploading"]
    assert 0 == found["Training", "Interrupted"][0]


def test_every_transition_of_the_facts_is_drawn() -> None:
    """What was never seen is in the data, to be drawn in grey."""
    checker = Checker()
    rows = {(row.before, row.after) for row in checker.spec.transitions}

    assert rows <= edges(data_of(good())).keys()


def test_a_flagged_job_has_bars_polls_and_marks() -> None:
    """The timeline has a bar an entry, a tick a state that was polled, a mark a finding."""
    data = data_of(good(), bad())
    (number, shown) = next(iter(data["timelines"].items()))
    (_, bars) = shown["rows"][0]

    assert "bad" in data["named"][int(number)]
    assert ["Starting", "Uploading", "Failed"] == [data["texts"][status] for status, _, _ in bars]
    assert [(0, 90_000), (90_000, 120_000), (120_000, 120_000)] == [(b, e) for _, b, e in bars]
    assert len(shown["polls"]) >= 1
    assert {mark[2] for mark in shown["marks"]} == set(range(len(data["findings"])))


def test_a_job_without_findings_has_a_timeline_of_bars_alone() -> None:
    """Whoever looks at a job that is right sees how it went."""
    (shown,) = data_of(good())["timelines"].values()

    assert ([], []) == (shown["polls"], shown["marks"])
    assert 5 == len(shown["rows"][0][1])


def test_a_second_history_is_a_second_row() -> None:
    """Of a forked job both histories are drawn."""
    other = {
        **response(
            "bad",
            entry("Starting", 0, 90),
            entry("Downloading", 90, 100),
            entry("Training", 100, None),
            primary="InProgress",
            secondary="Training",
        ),
        "LastModifiedTime": 1_700_000_100,
    }
    (shown,) = data_of(other, bad())["timelines"].values()

    assert 2 == len(shown["rows"])


def test_of_too_many_findings_the_mildest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors stay, the totals count all, and the page says how many are missing."""
    monkeypatch.setattr(page, "MOST_FINDINGS", 2)
    monkeypatch.setattr(page, "MOST_TIMELINES", 1)
    jobs = [good(), bad(), *(named(bad(), f"bad-{number}") for number in range(3))]
    data = data_of(*jobs)
    errors = data["severities"].index("error")

    assert (2, {errors}) == (len(data["findings"]), {row[1] for row in data["findings"]})
    assert data["left_out"] == sum(rule["count"] for rule in data["rules"].values()) - 2
    assert 2 == len(data["timelines"])  # of a flagged job, and of another


def test_statuses_without_number_become_one() -> None:
    """Of the statuses that no fact knows the commonest have a node, the others share one."""
    jobs = [
        named(json.loads(json.dumps(bad()).replace("Uploading", f"S{n}")), f"j{n}")
        for n in range(40)
    ]
    data = data_of(*jobs)
    unknown = [row for row in data["statuses"] if row[2] == "unknown"]

    assert picture.MOST_UNKNOWN + 1 == len(unknown)
    assert (picture.OTHERS, 40 - picture.MOST_UNKNOWN) in {(row[0], row[1]) for row in unknown}
    assert 40 == sum(row[1] for row in unknown)


def test_a_status_without_a_letter_has_a_name() -> None:
    """An empty status is called so; nothing on the page is without a label."""
    data = data_of(json.loads(json.dumps(bad()).replace("Uploading", "")))

    assert picture.EMPTY in {row[0] for row in data["statuses"]}
    assert "" not in data["durations"]


def test_the_page_holds_the_licences_of_what_it_carries() -> None:
    """Each library is in the page with its version and its licence."""
    checker = Checker()
    page = report_html(judge(read_values([good()], checker.spec), checker), checker)

    for library in ("@dagrejs/dagre", "d3", "@observablehq/plot"):
        assert f"/*! {library} " in page
    assert page.count("Permission") >= 3


def test_every_job_has_a_row_and_a_timeline() -> None:
    """Flagged or not: outcome, whole, waiting and billable seconds, how many findings."""
    data = data_of(good() | {"TrainingTimeInSeconds": 220, "BillableTimeInSeconds": 220}, bad())
    rows = {data["named"][row[0]].rpartition("/")[2]: row[5:] for row in data["jobs"]}
    outcome, *measures = rows["good"]

    assert data["outcomes"][outcome] == "succeeded"
    assert measures[1:] == [90, 220, 0]
    assert rows["bad"][-1] == sum(
        data["named"][finding[2]].endswith("bad") for finding in data["findings"]
    )
    assert {str(row[0]) for row in data["jobs"]} == set(data["timelines"])


def test_the_box_has_the_quartiles_of_what_was_recorded() -> None:
    """Of 0 and 90 seconds the median is 45, on whatever axis it is drawn."""
    data = data_of(
        response("a", entry("Starting", 0, 0), entry("Failed", 0, 0), **FAILED),
        response("b", entry("Starting", 0, 90), entry("Failed", 90, 90), **FAILED),
    )

    assert {"count": 2, "box": [0, 22.5, 45, 67.5, 90], "beyond": []} == data["durations"][
        "Starting"
    ]


def test_a_job_that_needed_no_epoch_has_the_polls_of_one_that_did(tmp_path: Path) -> None:
    """The first and the last poll of each state, whichever way they were kept."""
    entries = [entry("Pending", 0, 60), entry("Starting", 60, None)]
    waiting = response("job", entry("Pending", 0, None), primary="InProgress", secondary="Pending")
    begun = response("job", *entries, primary="InProgress", secondary="Starting")
    polls = [
        {**shown, "LastModifiedTime": 1_700_000_000 + moment}
        for shown, moment in ((waiting, 0), (waiting, 20), (waiting, 40), (begun, 60), (begun, 70))
    ]
    records = list(read_records([str(write(tmp_path / "jobs.jsonl", polls))], Checker().spec))

    def polled(records: list[Any]) -> list[tuple[int, str]]:
        checker = Checker()
        data = report_data(judge(records, checker), checker)
        (shown,) = data["timelines"].values()
        return [(moment, data["texts"][pair]) for moment, pair in shown["polls"]]

    found = polled(records)

    assert [0, 40_000, 60_000, 70_000] == [moment for moment, _ in found]
    assert found == polled([*map(whole, records)])


@pytest.mark.parametrize("groups", [False, True])
def test_waiting_is_told_by_instance_type(groups: bool, tmp_path: Path) -> None:
    """Of a job that was counted as of one that was judged, and of one with instance groups."""
    other: dict[str, Any] = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1}
    if groups:
        other = {"InstanceGroups": [{**other, "InstanceGroupName": "one"}]}
    slow = named(good(), "slow") | {"ResourceConfig": {**other, "VolumeSizeInGB": 1}}
    judged = data_of(good(), slow)["waits"]
    checker = Checker()
    file = str(write(tmp_path / "jobs.jsonl", [good(), slow]))
    counted = report_data(judge(read_records([file], checker.spec), checker), checker)["waits"]

    assert {"ml.m5.large", "ml.p5.48xlarge"} == set(judged)
    assert [90] * 5 == judged["ml.p5.48xlarge"]["box"]
    assert judged == counted


def test_a_status_has_the_colour_of_its_meaning() -> None:
    """Waiting, working, closing; ended well, badly, stopped; none for what no fact knows."""
    meanings = {name: meaning for name, *_, meaning in data_of(good())["statuses"]}

    assert ("waiting", "waiting", "working") == tuple(
        meanings[name] for name in ("Pending", "Interrupted", "Training")
    )
    assert ("closing", "well", "badly", "stopped") == tuple(
        meanings[name] for name in ("Uploading", "Completed", "Failed", "Stopped")
    )
