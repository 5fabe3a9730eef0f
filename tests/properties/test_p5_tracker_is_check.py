"""P5: the tracker after n responses says what the check of the first n responses says."""

from __future__ import annotations

import copy
import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dateutil.tz import tzlocal
from hypothesis import given
from hypothesis import strategies as st

from tests.walks import observations, polls
from trainstate.checking.report import Finding
from trainstate.checking.run import check
from trainstate.track import Tracker

Said = tuple[str, str, str, str, str]


def said(finding: Finding) -> Said:
    return (
        finding.code,
        str(finding.severity),
        finding.message,
        finding.pointer,
        str(finding.index),
    )


def as_boto3(response: dict[str, Any]) -> dict[str, Any]:
    """The response as boto3 gives it: local datetimes, and its own metadata."""

    def moment(value: Any) -> Any:
        return datetime.fromtimestamp(value, tzlocal()) if isinstance(value, float) else value

    own = {key: moment(value) for key, value in response.items()}
    history = own.get("SecondaryStatusTransitions")
    if isinstance(history, list):
        own["SecondaryStatusTransitions"] = [
            {key: moment(value) for key, value in entry.items()} for entry in history
        ]
    return {**own, "ResponseMetadata": {"RequestId": str(id(own))}}


def agree(observed: list[Any]) -> None:
    tracker = Tracker()
    found: list[Said] = []
    for one in observed:
        found += map(said, tracker.observe(one).findings)
    report = check(copy.deepcopy(observed))

    assert [said(finding) for finding in report] == found
    assert (report.jobs, report.verdict) == (tracker.epochs, tracker.verdict)


@given(observations())
def test_the_tracker_is_the_check(observed: list[Any]) -> None:
    """Findings, verdict and epochs are those of the check, whatever was observed."""
    agree(observed)


@given(observations())
def test_the_tracker_is_the_check_of_a_prefix(observed: list[Any]) -> None:
    """The same holds before the last observation, so that nothing is known too early."""
    agree(observed[:-1])


@given(observations(), st.data())
def test_repeated_polls_of_boto3_are_judged_as_the_check_judges_them(
    observed: list[Any], data: st.DataObject
) -> None:
    """Recognising a repeat changes nothing that the tracker says."""
    times = data.draw(st.lists(st.integers(1, 4), min_size=len(observed), max_size=len(observed)))
    repeated = [
        as_boto3(one) if "detail" not in one else one
        for one, count in zip(observed, times, strict=True)
        for _ in range(count)
    ]
    agree(repeated)


@given(observations())
def test_observing_changes_no_input(observed: list[Any]) -> None:
    """What is observed stays as it was."""
    before = copy.deepcopy(observed)
    tracker = Tracker()
    for one in observed:
        tracker.observe(one)

    assert before == observed


@given(observations(), st.data())
def test_a_restored_tracker_goes_on_as_if_it_had_never_stopped(
    observed: list[Any], data: st.DataObject
) -> None:
    """Saving and restoring between two observations changes nothing that follows."""
    cut = data.draw(st.integers(0, len(observed)))
    whole, first = Tracker(), Tracker()
    updates = [whole.observe(one) for one in observed]
    for one in observed[:cut]:
        first.observe(one)
    second = Tracker.from_json(first.to_json())

    assert updates[cut:] == [second.observe(one) for one in observed[cut:]]
    assert whole.to_json() == second.to_json()


@given(polls(), st.data())
def test_every_permutation_with_duplicates_ends_the_same(
    drawn: tuple[Any, list[Any]], data: st.DataObject
) -> None:
    """Late, repeated and reordered responses of a run give one state and one timeline."""
    _, responses = drawn
    again = data.draw(st.lists(st.sampled_from(responses), max_size=4))
    shuffled = data.draw(st.permutations([*responses, *again]))

    assert followed(responses) == followed(shuffled)


def followed(observed: list[Any]) -> Tracker:
    tracker = Tracker()
    for one in observed:
        tracker.observe(one)
    return tracker


def prefixes(response: dict[str, Any]) -> list[dict[str, Any]]:
    """The polls that a recorded response with its history could have been preceded by."""
    history = response.get("SecondaryStatusTransitions") or []
    ended = ("TrainingEndTime", "FailureReason", "BillableTimeInSeconds", "TrainingTimeInSeconds")
    found = []
    for count in range(1, len(history)):
        cut = {key: value for key, value in response.items() if key not in ended}
        last = {**history[count - 1]}
        last.pop("EndTime", None)
        stopping = any(entry.get("Status") == "Stopping" for entry in history[:count])
        cut |= {
            "SecondaryStatusTransitions": [*history[: count - 1], last],
            "SecondaryStatus": last.get("Status"),
            "TrainingJobStatus": "Stopping" if stopping else "InProgress",
            "LastModifiedTime": last.get("StartTime"),
        }
        found.append(cut)
    return [*found, response]


@pytest.mark.parametrize("seed", range(3))
def test_recorded_histories_in_any_order_end_the_same(corpus: Path, seed: int) -> None:
    """Each recorded history, cut into polls, shuffled and repeated, gives one timeline."""
    rows = [json.loads(line) for line in (corpus / "responses.jsonl").read_text().splitlines()]
    chance = random.Random(seed)
    for row in rows:
        if row["provenance"] != "recorded" or row["partial"]:
            continue
        responses = prefixes(row["response"])
        shuffled = [*responses, *chance.sample(responses, len(responses) // 2)]
        chance.shuffle(shuffled)

        assert followed(responses) == followed(shuffled), row["id"]
