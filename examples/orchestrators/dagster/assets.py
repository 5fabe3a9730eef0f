"""A Dagster asset whose material is a trained model, with the job's times as its metadata.

Where the policy says *retry* the asset asks Dagster for another try, under another name.
Given the ARN of a job of any kind that somebody else has started, the asset only waits.

    python assets.py            rehearses it: two tries, without an account
    dagster dev -f assets.py    with JOB_FILE in the environment, which has the arguments
                                of a create_training_job as JSON, or JOB_ARN: a live one
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import dagster

from trainstate.aws import JobFailed, Pace, wait
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class Training(dagster.ConfigurableResource):
    """Where jobs run, and which one; the account of the environment by default."""

    def client(self) -> Any:
        """A client of SageMaker."""
        import boto3

        return boto3.client("sagemaker")

    def request(self) -> dict[str, Any] | str:
        """The arguments of a create_training_job, or the ARN of a job."""
        if "JOB_ARN" in os.environ:
            return os.environ["JOB_ARN"]
        request: dict[str, Any] = json.loads(Path(os.environ["JOB_FILE"]).read_text("utf-8"))
        return request

    def pace(self) -> Pace:
        """How often to ask."""
        return Pace()


@dagster.asset
def trained_model(
    context: dagster.AssetExecutionContext, training: Training
) -> dagster.MaterializeResult:
    """Starts the training job and waits for it; its end is what the policy makes of it."""
    client, request = training.client(), training.request()
    if isinstance(request, str):
        name = request
    else:
        name = f"{request['TrainingJobName']}-{context.retry_number + 1}"
        client.create_training_job(**{**request, "TrainingJobName": name})
    tracker = Tracker(job=name)
    try:
        ended = wait(client, name, policy=POLICY, tracker=tracker, pace=training.pace())
    except JobFailed as error:
        raise dagster.Failure(str(error), allow_retries=False) from error
    if ended.action is Action.RETRY:
        if name == request:
            raise dagster.Failure(f"{name} ended {ended.outcome}", allow_retries=False)
        context.log.warning("%s ended %s", name, ended.outcome)
        raise dagster.RetryRequested(max_retries=2)
    seconds = {
        f"{took.status} (attempt {took.attempt})": took.seconds for took in tracker.durations
    }
    return dagster.MaterializeResult(
        metadata={
            "job": name,
            "outcome": str(ended.outcome),
            "attempts": tracker.attempts,
            "interruptions": tracker.interruptions,
            "savings (%)": tracker.savings or 0.0,
            **seconds,
        }
    )


defs = dagster.Definitions(assets=[trained_model], resources={"training": Training()})

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from rehearsal import PACE, rehearsed

    with rehearsed(*sys.argv[1:]) as (service, wanted):

        class Rehearsal(Training):
            """The simulated service."""

            def client(self) -> Any:
                """A client of the simulation."""
                return service

            def request(self) -> dict[str, Any] | str:
                """The job of the rehearsal."""
                return wanted

            def pace(self) -> Pace:
                """Often: an hour lasts half a second."""
                return PACE

        result = dagster.materialize(
            [trained_model], resources={"training": Rehearsal()}, raise_on_error=False
        )
        print("succeeded" if result.success else "failed")
