"""A Prefect task that starts a training job, waits for it, and starts it again where need be.

Prefect's retries do the starting again: only a job of which the policy says *retry* is
tried again, each time under another name. An error is one at once. Given the ARN of a job
of any kind that somebody else has started, the task only waits.

    python flow.py            rehearses it: two tries, without an account
    python flow.py JOB.json   the arguments of a create_training_job: a live one
    python flow.py ARN        a live job of any kind
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from trainstate.aws import Pace, watch
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class StartAgain(RuntimeError):
    """The policy wants the job to be started again: Prefect's retries do it."""


def _is_retry(_task: Any, _run: Any, state: Any) -> bool:
    """Holds if the task failed because the policy says *retry*, and for no other reason."""
    return isinstance(state.result(raise_on_failure=False), StartAgain)


# A client is no key of a cache, and a job that ran is not to be had from one.
@task(retries=2, retry_condition_fn=_is_retry, cache_policy=NO_CACHE)
def train(client: Any, request: dict[str, Any] | str, *, pace: Pace) -> str:
    """The outcome of the job; raises where the policy calls it an error or wants a retry."""
    if isinstance(request, str):
        name = request
    else:
        name = f"{request['TrainingJobName']}-{task_run.run_count}"
        client.create_training_job(**{**request, "TrainingJobName": name})
    logger, tracker = get_run_logger(), Tracker(job=name)
    for update in watch(client, name, tracker=tracker, pace=pace):
        for change in update.changes:
            logger.info("%s: %s", name, change)
        for finding in update.findings:
            logger.warning("%s: %s", name, finding.message)
        if POLICY.action(update.outcome) is not Action.WAIT:
            break
    action = POLICY.action(tracker.outcome)
    if action is Action.DONE:
        return str(tracker.outcome)
    if action is Action.RETRY and name != request:
        raise StartAgain(f"{name} ended {tracker.outcome}")
    raise RuntimeError(f"{name} ended {tracker.outcome}: {tracker.failure_reason}")


@flow
def training(client: Any, request: dict[str, Any] | str, *, pace: Pace) -> str:
    """One job, trained."""
    return train(client, request, pace=pace)


if __name__ == "__main__":
    given = "".join(sys.argv[1:])
    if given.startswith("arn:") or given.endswith(".json"):
        import boto3

        is_arn = given.startswith("arn:")
        wanted = given if is_arn else json.loads(Path(given).read_text("utf-8"))
        print(training(boto3.client("sagemaker"), wanted, pace=Pace()))
    else:
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from rehearsal import PACE, rehearsed

        with rehearsed(*sys.argv[1:]) as (service, wanted):
            print(training(service, wanted, pace=PACE))
