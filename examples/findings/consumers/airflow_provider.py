"""What Airflow's Amazon provider gets wrong while it waits for a job."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from claims import Claim, Fact, raised, run

from trainstate.simulator import on_demand, simulate
from trainstate.testing.consumers.adapters import (
    AirflowHook,
    AirflowSensor,
    AirflowTrigger,
    airflow_outcome,
)

STARTING = "InProgress/Starting"
TRAINED = f"{STARTING}, InProgress/Training, InProgress/Uploading"
STOPPED = f"{STARTING}, Stopping/Stopping, Stopped/Stopped"
GROUPS = [
    {"InstanceGroupName": "one", "InstanceType": "ml.m5.large", "InstanceCount": 1},
    {"InstanceGroupName": "two", "InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
]


def instance_groups() -> str | None:
    """The hook, for a job with instance groups."""
    scenario = on_demand().then_completed()
    resources = {"InstanceGroups": GROUPS, "VolumeSizeInGB": 30}
    with simulate(scenario, sleep=True) as running:
        client = running.client()
        client.create_training_job(**scenario.request("job", ResourceConfig=resources))
        return raised(lambda: AirflowHook()(client, "job"), KeyError, "InstanceCount")


def plainly(kind: str, name: str, operation: str = "", **config: Any) -> Callable[..., None]:
    """The hook's wait for a job of another kind, as its operators call it, behind the creation."""
    operation = operation or kind

    def wait(client: Any, job: str) -> None:
        describe = getattr(client, f"describe_{operation}_job")
        calls = {f"create_{operation}_job": lambda **_: {}, f"describe_{operation}_job": describe}
        hook = SageMakerHook(aws_conn_id=None, region_name="us-east-1")
        hook.get_conn = lambda: SimpleNamespace(**calls)
        hook.check_tuning_config = lambda _: None
        getattr(hook, f"create_{kind}_job")({name: job, **config}, wait_for_completion=True)

    return wait


if __name__ == "__main__":
    run(
        ["apache-airflow", "apache-airflow-providers-amazon"],
        [
            Claim(
                "the sensor crashes on every stopped job",
                AirflowSensor(),
                STOPPED,
                kind="crashes",
                shows="KeyError: 'FailureReason'",
            ),
            Claim(
                "so does the sensor without logs",
                AirflowSensor(print_log=False),
                STOPPED,
                kind="crashes",
                shows="KeyError: 'FailureReason'",
            ),
            Claim(
                "the sensor waits for ever where the last message repeats",
                AirflowSensor(),
                f"{TRAINED}, Completed/Completed; same messages",
                kind="hangs",
            ),
            Claim(
                "the sensor waits for ever where the history is missing",
                AirflowSensor(),
                f"{TRAINED}, Completed/Completed; without SecondaryStatusTransitions",
                kind="hangs",
            ),
            Claim(
                "the hook crashes on a completed job where the last message repeats",
                AirflowHook(),
                f"{TRAINED}, Completed/Completed; same messages",
                kind="crashes",
                shows="KeyError",
            ),
            Claim(
                "the hook needs messages, which are optional",
                AirflowHook(),
                f"{TRAINED}, Completed/Completed; without StatusMessage",
                kind="crashes",
                shows="KeyError: 'StatusMessage'",
            ),
            Claim(
                "the hook reports a failed job as a success while its record is being deleted",
                AirflowHook(),
                f"{STARTING}, InProgress/Training, (Failed/Failed), Deleting/Failed, gone",
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "the hook without logs reports a stopped job as a success, with logs as a failure",
                AirflowHook(print_log=False),
                f"{STARTING}, InProgress/Training, Stopping/Stopping, Stopped/Stopped",
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "the hook without logs crashes on a job that was stopped before it trained",
                AirflowHook(print_log=False),
                STOPPED,
                kind="crashes",
                shows="KeyError: 'TrainingStartTime'",
            ),
            Claim(
                "a stopped processing job is a success",
                plainly("processing", "ProcessingJobName"),
                "InProgress, Stopped; processing-job",
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "a stopped transform job is a success",
                plainly("transform", "TransformJobName", TransformInput={"DataSource": {}}),
                "InProgress, Stopped; transform-job",
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "a stopped tuning job is a success",
                plainly("tuning", "HyperParameterTuningJobName", "hyper_parameter_tuning"),
                "InProgress, Stopping, Stopped; tuning-job",
                kind="misreports",
                shows="it returned None",
            ),
            Fact("the hook crashes on a job with instance groups", instance_groups),
            Claim(
                "the trigger takes another job of the same name for its own",
                AirflowTrigger(),
                f"{STARTING}, (Failed/Failed), (gone), (again InProgress/Starting),"
                " (again InProgress/Training), (again InProgress/Uploading),"
                " again Completed/Completed",
                kind="misreports",
                outcome=airflow_outcome,
            ),
        ],
    )
