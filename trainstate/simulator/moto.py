"""Puts legal lives of training jobs behind moto's own service, in process.

with mock_aws(), legal_jobs() as jobs:
    boto3.client("sagemaker").create_training_job(...)
    jobs.clock.advance("10m")
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

from trainstate.errors import needing
from trainstate.simulator.clock import VirtualClock
from trainstate.simulator.inprocess import Plot, Simulation, chooser
from trainstate.simulator.service import LOGS, SAGEMAKER, Service
from trainstate.simulator.wire import answer, is_known


@contextmanager
def legal_jobs(
    scenario: Plot | None = None,
    *,
    speed: float = 0.0,
    sleep: bool = False,
    full_pages: bool = False,
) -> Iterator[Simulation]:
    """A context and decorator in which moto's training jobs live like the service's.

    It works inside or outside of ``mock_aws``; clients may be created before either. What is not
    about training and tuning jobs stays moto's. ``scenario`` is what ``simulate`` takes;
    ``speed`` is virtual seconds a real one, ``sleep`` makes ``time.sleep`` drive the clock.
    moto's reset, which each ``mock_aws`` starts with, removes the jobs. Raises UsageError if
    moto is not installed.
    """
    choose, clock = chooser(scenario), VirtualClock(speed=speed)

    def made() -> Service:
        return Service(choose=choose, clock=clock, full_pages=full_pages)

    simulation = Simulation(made(), region="us-east-1")
    driven = clock.driven_by_sleep() if sleep else nullcontext()
    try:
        with _behind_moto(simulation, made), driven:
            yield simulation
    finally:
        simulation.close()


@contextmanager
def _behind_moto(simulation: Simulation, made: Callable[[], Service]) -> Iterator[None]:
    """Makes moto ask the simulation about training; its reset makes a new service."""
    with needing("trainstate.simulator.moto", ": pip install 'moto[sagemaker]'"):
        from moto.core.responses import BaseResponse  # noqa: PLC0415 - an optional package
        from moto.sagemaker.models import SageMakerModelBackend  # noqa: PLC0415
    responses, backends = cast(Any, BaseResponse), cast(Any, SageMakerModelBackend)
    call, reset = responses.call_action, backends.reset

    def called(response: Any) -> Any:
        api, body = response.service_name, response.body
        operation = response._get_action()  # noqa: SLF001 - moto has no other
        body = body if isinstance(body, bytes) else str(body or "").encode()
        if api not in (SAGEMAKER, LOGS) or not is_known(api, operation, body):
            return call(response)
        region = response.region
        reply = answer(simulation.service, operation, body, api=api, region=region)
        return reply.status, dict(reply.headers), reply.body.decode()

    def renewed(backend: Any) -> None:
        simulation.service.close()
        simulation.service = made()
        reset(backend)

    responses.call_action, backends.reset = called, renewed
    try:
        yield
    finally:
        responses.call_action, backends.reset = call, reset
