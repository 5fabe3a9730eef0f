"""What Airflow's Amazon provider gets wrong while it waits for a training job."""

from __future__ import annotations

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
