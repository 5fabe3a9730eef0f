"""Trackers that are saved as JSON, and go on elsewhere."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.following import bare, followed
from tests.lives import BORN, COMPLETED, SPOT, STOPPED, life, poll
from trainstate.errors import InputError
from trainstate.rules.example import poll as example
from trainstate.rules.example import written
from trainstate.track import Tracker
from trainstate.track.packing import Packer
from trainstate.track.snapshot import _checksum

RESTORE = """
import json, sys
from trainstate.track import Tracker
saved, responses = json.load(sys.stdin)
tracker = Tracker.from_json(saved)
changes = [str(change) for one in responses for change in tracker.observe(one).changes]
print(json.dumps([changes, tracker.to_json()]))
"""


def test_a_tracker_goes_on_in_another_process() -> None:
    """What follows there is what follows here."""
    responses = life(*SPOT)
    tracker = followed(*responses[:4])
    done = subprocess.run(
        [sys.executable, "-c", RESTORE],
        input=json.dumps([tracker.to_json(), responses[4:]]),
        capture_output=True,
        text=True,
        check=True,
    )
    here = [str(change) for one in responses[4:] for change in tracker.observe(one).changes]

    assert [here, tracker.to_json()] == json.loads(done.stdout)


def test_a_restored_tracker_tells_what_a_poll_without_a_history_changes() -> None:
    """The state before is the one that was saved."""
    tracker = Tracker.from_json(followed(bare("InProgress", None, BORN)).to_json())
    update = tracker.observe(bare("InProgress", "Starting", BORN))

    assert ["Starting"] == [change.item.status for change in update.changes if change.item]


def test_a_saved_tracker_has_no_secrets() -> None:
    """Of configuration there are only digests."""
    assert "hush" not in followed(poll(*COMPLETED)).to_json()


def test_a_saved_tracker_is_small() -> None:
    """It grows with the changes of a job, not with its polls."""
    once, often = followed(*life(*SPOT)), followed(*life(*SPOT) * 20)

    assert len(often.to_json()) < 1.1 * len(once.to_json()) < 8000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a saved tracker"),
        ('{"trainstate": "report"}', "not a saved tracker"),
        ('{"trainstate": "tracker"}', "version None"),
        ('{"trainstate": "tracker", "version": 2}', "a newer one"),
        ('{"trainstate": "tracker", "version": 0}', "version 0"),
        ('{"trainstate": "tracker", "version": 1, "content": 3}', "damaged"),
    ],
)
def test_what_is_no_saved_tracker_is_refused(text: str, says: str) -> None:
    """The error says what is wrong, and what to do."""
    with pytest.raises(InputError, match=says):
        Tracker.from_json(text)


def test_every_damage_is_refused() -> None:
    """A saved tracker that was cut off, or has another character anywhere, is not gone on with."""
    text = followed(*life(*STOPPED)).to_json()
    for place in range(0, len(text), 7):
        other = "1" if text[place] != "1" else "2"
        for damaged in (text[:place], text[:place] + other + text[place + 1 :]):
            with pytest.raises(InputError):
                Tracker.from_json(damaged)


def test_another_specification_is_refused() -> None:
    """A tracker goes on only with the specification that it was made with."""
    saved = json.loads(followed(poll("Starting")).to_json())
    saved["content"]["tracker"]["spec"] = "other-job"
    with pytest.raises(InputError, match="other-job"):
        Tracker.from_json(resigned(saved))


def resigned(saved: dict[str, Any]) -> str:
    """The text with a checksum that fits: as a newer program of the same version writes it."""
    return json.dumps({**saved, "checksum": _checksum(saved["content"])})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content["tracker"].update(novel=1),
        lambda content: content["tracker"].update(name=7),
        lambda content: content["tracker"].update(jobs={}),
        lambda content: content["epochs"].clear(),
        lambda content: content["epochs"][0].update(ended=3),
        lambda content: content.pop("states"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(spoil: Any) -> None:
    """Fields that are not known, and values of other types, are no tracker of ours."""
    saved = json.loads(followed(poll("Starting")).to_json())
    spoil(saved["content"])

    with pytest.raises(InputError, match="not of this form"):
        Tracker.from_json(resigned(saved))


def test_frozen_sets_and_numbers_are_packed() -> None:
    """What has no class of ours is packed by its kind."""
    packer = Packer(frozenset(), {})

    assert ([1, 2], [["a", [1.5]]], "ff") == (
        packer.pack(frozenset({2, 1})),
        packer.pack({"a": (1.5,)}),
        packer.pack(b"\xff"),
    )


def test_attached_machines_and_billing_are_saved() -> None:
    """A rule's evaluation and a time that went on are judged after the restoration too."""
    first = poll(
        "Starting",
        "Training",
        DebugRuleEvaluationStatuses=[
            {"RuleConfigurationName": "r", "RuleEvaluationStatus": "IssuesFound"}
        ],
        TrainingTimeInSeconds=50,
    )
    second = poll(
        "Starting",
        "Training",
        DebugRuleEvaluationStatuses=[
            {"RuleConfigurationName": "r", "RuleEvaluationStatus": "InProgress"}
        ],
        TrainingTimeInSeconds=40,
        LastModifiedTime=BORN + 100,
    )
    tracker = Tracker.from_json(followed(first).to_json())

    assert {"TS608", "TS701"} <= {finding.code for finding in tracker.observe(second).findings}


@pytest.mark.parametrize("accept", ["deprecated", "documented"])
@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda tracker: pickle.loads(pickle.dumps(tracker))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_goes_on_alone(copied: Callable[[Any], Any], accept: str) -> None:
    """It knows what the tracker knows, with its options, and learns nothing of what comes."""
    first = {"TrainingJobName": "job", "TrainingJobStatus": "InProgress"}
    tracker = Tracker(accept=accept, select=["TS1", "TS6"])
    tracker.observe({**first, "SecondaryStatus": "Starting"})
    twin = copied(tracker)

    assert (twin, twin.to_json()) == (tracker, tracker.to_json())
    tracker.observe({**first, "SecondaryStatus": "Training"})
    assert twin != tracker
    assert twin.observe({**first, "SecondaryStatus": "Nonsense"}).findings


def test_a_tracker_that_an_earlier_program_saved_goes_on() -> None:
    """A file without the fields that came since is as good as a tracker that never stopped."""
    rules = [{"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}]
    shown = {"/DebugRuleEvaluationStatuses": rules}
    seen = [
        written(example("InProgress/Starting: Starting", shown, modified=0)),
        written(example("InProgress/Training: Starting 90, Training", shown, modified=90)),
    ]
    later = written(example("InProgress/Uploading: Starting 90, Training 60, Uploading", shown))
    later |= {"VpcConfig": {"SecurityGroupIds": ["sg-0"], "Subnets": ["subnet-0"]}}

    restored = Tracker.from_json((Path(__file__).parent / "saved_tracker.json").read_text())
    kept = Tracker()
    for response in seen:
        kept.observe(response)

    assert restored == kept
    updates = [tracker.observe(later) for tracker in (restored, kept)]
    assert updates[0] == updates[1]
    assert ["TS606"] == [finding.code for finding in updates[0].findings]


def test_a_tracker_with_a_field_that_is_gone_goes_on() -> None:
    """One version saved the moment of the newest rank, which now follows from the time."""
    tracker = followed(*life(*SPOT)[:4])
    saved = json.loads(tracker.to_json())
    saved["content"]["epochs"][0]["moment"] = 1
    saved["checksum"] = _checksum(saved["content"])

    assert Tracker.from_json(json.dumps(saved)) == tracker
