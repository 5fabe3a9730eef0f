"""The simulators with planted bugs, as clients: what a user of the fuzzer would write.

The reference service decides what happens to the jobs; a planted simulator is told so, and
answers the descriptions.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field
from botocore.exceptions import ClientError

from tests.quality.simulators import Simulator
from tests.quality.test_planted_bugs import tell
from trainstate.machine.record import Record, moment
from trainstate.simulator import ApiError, Service, VirtualClock, chooser
from trainstate.testing.fuzzing import Subject


@define
class PlantedClient:
    """A client of a service whose descriptions come from a planted simulator."""

    kind: type[Simulator]
    service: Service
    jobs: dict[str, Simulator] = field(factory=dict)

    def take(self, before: Record | None, after: Record) -> None:
        """Lets a change of the service happen to the planted simulator."""
        if before is None or after.created != before.created:
            job = self.kind(after.name, after.arn, dict(after.fields), moment(after.created))
            job.enters(*after.state.pair, moment(after.created))
            self.jobs[after.name] = job
        else:
            tell(self.jobs[after.name], before, after)

    def describe_training_job(self, **params: Any) -> dict[str, Any]:
        """What the planted simulator says of a job that the service has."""
        self._call("DescribeTrainingJob", params)
        return self.jobs[params["TrainingJobName"]].describe()

    def create_training_job(self, **params: Any) -> dict[str, Any]:
        """The service's answer."""
        return self._call("CreateTrainingJob", params)

    def stop_training_job(self, **params: Any) -> dict[str, Any]:
        """The service's answer."""
        return self._call("StopTrainingJob", params)

    def delete_training_job(self, **params: Any) -> dict[str, Any]:
        """The service's answer."""
        return self._call("DeleteTrainingJob", params)

    def update_training_job(self, **params: Any) -> dict[str, Any]:
        """The service's answer."""
        return self._call("UpdateTrainingJob", params)

    def list_training_jobs(self, **params: Any) -> dict[str, Any]:
        """The service's answer."""
        return self._call("ListTrainingJobs", params)

    def _call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.service.call(operation, params)
        except ApiError as error:
            said = {"Error": {"Code": error.code, "Message": error.message}}
            raise ClientError(said, operation) from error


def planted(kind: type[Simulator]) -> Any:
    """The function that makes clients of a planted simulator, for the fuzzer."""

    def make(seed: int) -> Subject:
        clock = VirtualClock()
        service = Service(choose=chooser(seed), clock=clock)
        client = PlantedClient(kind, service)
        service.listen(client.take)
        return Subject(client=client, advance=clock.advance)

    return make
