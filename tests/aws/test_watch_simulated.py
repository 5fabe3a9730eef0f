"""A watch of the simulator's jobs, in virtual time."""

from __future__ import annotations

import threading
import time

import pytest

from trainstate.aws import Pace, wait, watch
from trainstate.aws.pace import Timing
from trainstate.simulator import simulate, spot

SCENARIO = spot().interrupted(after="10m").then_completed()
PATIENCE = 20.0


def test_a_clock_sleeps_as_time_sleeps_when_it_is_made() -> None:
    """What replaces `time.sleep` for a while is what a watch sleeps by in that while."""
    with simulate(SCENARIO, sleep=True):
        assert Timing().sleep is time.sleep

    assert Timing().sleep is time.sleep


@pytest.mark.parametrize("stoppable", [False, True])
def test_a_watch_lets_virtual_time_pass(stoppable: bool) -> None:
    """With `sleep=True` a job is followed to its end at once, with a stop and without."""
    stop = threading.Event() if stoppable else None
    begun = time.monotonic()
    with simulate(SCENARIO, sleep=True) as running:
        client = running.client()
        client.create_training_job(**SCENARIO.request("job-1"))
        seen = [
            c for u in watch(client, "job-1", pace=Pace(longest=60), stop=stop) for c in u.changes
        ]
        ended = wait(client, "job-1")

    assert ("Completed", "Completed") == (seen[-1].after.primary, seen[-1].after.secondary)
    assert "Interrupted" in {change.after.secondary for change in seen}
    assert "succeeded" == ended.outcome
    assert time.monotonic() - begun < PATIENCE
