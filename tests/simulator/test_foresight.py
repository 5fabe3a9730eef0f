"""What will happen to a job by itself can be replaced while the job is there."""

from __future__ import annotations

import pytest

from trainstate.errors import IllegalMoveError
from trainstate.history.instants import Instant
from trainstate.simulator import ApiError, Service, VirtualClock, chooser, on_demand
from trainstate.simulator.plan import ENTER, PlannedStep

SCENARIO = on_demand().then_completed()


@pytest.fixture
def service() -> Service:
    made = Service(choose=chooser(SCENARIO), clock=VirtualClock())
    made.call("CreateTrainingJob", SCENARIO.request("job"))
    return made


def status(service: Service) -> str:
    return str(service.call("DescribeTrainingJob", {"TrainingJobName": "job"})["SecondaryStatus"])


def test_a_new_plan_replaces_what_the_scenario_would_bring(service: Service) -> None:
    """What is due of it happens at once, what was planned does not."""
    service.foresee("job", [PlannedStep(at=Instant(service.clock.now), kind=ENTER, value="Failed")])
    service.clock.advance("1d")

    assert "Failed" == status(service)


def test_without_a_plan_nothing_happens(service: Service) -> None:
    """The job stays where it is, whatever time passes."""
    service.foresee("job", [])
    service.clock.advance("30d")

    assert "Starting" == status(service)


def test_a_step_that_cannot_be_is_refused_and_changes_nothing(service: Service) -> None:
    """The job goes on by its old plan."""
    step = PlannedStep(at=Instant(service.clock.now), kind=ENTER, value="Uploading")
    with pytest.raises(IllegalMoveError):
        service.foresee(
            "job", [PlannedStep(at=step.at, kind=ENTER, value="Downloading"), step, step]
        )
    service.clock.advance("1d")

    assert "Completed" == status(service)


def test_a_job_that_is_not_there_is_refused(service: Service) -> None:
    """As by every operation."""
    with pytest.raises(ApiError):
        service.foresee("other", [])
