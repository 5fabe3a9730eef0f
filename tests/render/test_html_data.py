"""What the HTML report is given to show, without a browser: counts, limits, timelines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.render.recordings import bad, entry, good, response
from trainstate.checking.stream import Checker, judge
from trainstate.history.readers import read_values
from trainstate.render.html import gather, picture
from trainstate.render.html.gather import report_data
from trainstate.render.html.page import report_html


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


def test_a_job_without_findings_has_no_timeline() -> None:
    """Only what is wrong is drawn one by one."""
    assert {} == data_of(good())["timelines"]


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
    monkeypatch.setattr(gather, "MOST_FINDINGS", 2)
    monkeypatch.setattr(gather, "MOST_TIMELINES", 1)
    jobs = [good(), bad(), *(named(bad(), f"bad-{number}") for number in range(3))]
    data = data_of(*jobs)
    errors = data["severities"].index("error")

    assert (2, {errors}) == (len(data["findings"]), {row[1] for row in data["findings"]})
    assert data["left_out"] == sum(rule["count"] for rule in data["rules"].values()) - 2
    assert 1 == len(data["timelines"])


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
