"""The simulator inside a process: plain boto3 clients use it, without a server."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import boto3
import botocore.handlers
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel
from botocore.parsers import create_parser

from trainstate.errors import UsageError
from trainstate.simulator.clock import Duration, VirtualClock, seconds
from trainstate.simulator.job import config_of, fields_of
from trainstate.simulator.random_scenario import random_scenario, seeded
from trainstate.simulator.scenario import Scenario, on_demand, parsed
from trainstate.simulator.service import SAGEMAKER, Chooser, Params, Service
from trainstate.simulator.store import Store
from trainstate.simulator.wire import answer, is_known
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec

Plot = Scenario | Mapping[str, Scenario] | Chooser | int
"""One scenario for all jobs, scenarios by name pattern, a function, or a seed."""

_EVENTS = tuple(
    f"before-call.{name}"
    for name in ("sagemaker", "sagemaker-metrics", "cloudwatch-logs", "sts", "iam")
)


class Simulation:
    """A service and its clock, for the code under test."""

    def __init__(self, service: Service, *, region: str, latency: Duration = 0) -> None:
        self.service = service
        self.clock = service.clock
        self._region = region
        self._latency = seconds(latency)
        self._open = True

    def client(self, service: str = SAGEMAKER, **options: Any) -> Any:
        """A boto3 client of this simulation; it needs no credentials and no region."""
        core = botocore.session.get_session()
        # The service's model is large: load it once for all clients.
        core.register_component("data_loader", _loader())
        session = boto3.session.Session(botocore_session=core, region_name=self._region)
        # Explicit credentials stop the search for others. They sign nothing.
        unused = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        return self.attach(session.client(service, **{**unused, **options}))

    def attach(self, client: Any) -> Any:
        """Connects an existing client to this simulation; returns it."""
        reach(client.meta.events, self.serve)
        return client

    def advance(self, by: Duration) -> None:
        """Advances the clock."""
        self.clock.advance(by)

    def serve(
        self, model: OperationModel, params: Mapping[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]] | None:
        """Answers in place of the network; botocore calls it before it signs and sends.

        None for a request to another service about something else.
        """
        if not self._open:
            raise UsageError(
                f"{model.name}: the simulation of this client has ended; make another client."
            )
        api, body = model.service_model.service_name, params["body"]
        body = urlencode(body) if isinstance(body, dict) else body
        body = body if isinstance(body, bytes) else body.encode()
        if api != SAGEMAKER and not is_known(api, model.name, body):
            return None
        if self._latency:
            self.clock.advance(self._latency)
        region = params.get("context", {}).get("client_region")
        reply = answer(self.service, model.name, body, api=api, region=region)
        raw = {"status_code": reply.status, "headers": dict(reply.headers), "body": reply.body}
        parser = _parser(model.service_model.metadata["protocol"])
        parsed: dict[str, Any] = parser.parse(raw, model.output_shape)
        return AWSResponse(params["url"], reply.status, raw["headers"], None), parsed

    def close(self) -> None:
        """Ends the simulation: its clients raise UsageError from now on."""
        self._open = False
        self.service.close()


@lru_cache(maxsize=1)
def _loader() -> Any:
    """A caching loader of botocore's models."""
    return botocore.session.get_session().get_component("data_loader")


@lru_cache(maxsize=8)
def _parser(protocol: str) -> Any:
    """The parser of a service's replies, botocore's own; it has no state."""
    return create_parser(protocol)


def reach(events: Any, serve: Callable[..., Any]) -> None:
    """Makes a function answer a client's or session's requests, through its handlers."""
    for event in _EVENTS:
        events.register_first(event, serve)


def leave(events: Any, serve: Callable[..., Any]) -> None:
    """Removes the function again."""
    for event in _EVENTS:
        events.unregister(event, serve)


@contextmanager
def simulate(
    scenario: Plot | None = None,
    *,
    clock: VirtualClock | None = None,
    sleep: bool = False,
    latency: Duration = 0,
    region: str = "us-east-1",
    store: Store | None = None,
    accept: Evidence = Evidence.INFERRED,
    spec: Spec | None = None,
    quotas: Mapping[str, int] | None = None,
    full_pages: bool = False,
) -> Iterator[Simulation]:
    """A context in which new ``boto3.client("sagemaker")`` objects use a simulator.

    ``scenario`` is what happens to the jobs: one Scenario, a mapping of name patterns to
    scenarios, a function of the request, or a seed for random scenarios, which use no evidence
    weaker than ``accept``. ``sleep`` makes ``time.sleep`` drive the clock, ``latency`` makes each
    call take time. ``quotas`` limits the instances of a type in active jobs; ``full_pages`` filters
    lists before cutting pages, unlike the service. ``attach`` adds existing clients.
    """
    spec = spec or builtin_spec()
    service = Service(
        choose=chooser(scenario, spec=spec, accept=accept),
        clock=clock or VirtualClock(),
        store=store,
        region=region,
        spec=spec,
        quotas=quotas,
        full_pages=full_pages,
    )
    simulation = Simulation(service, region=region, latency=latency)
    try:
        with reached_by_new_clients(simulation.serve, region):
            if not sleep:
                yield simulation
                return
            with service.clock.driven_by_sleep():
                yield simulation
    finally:
        simulation.close()


def chooser(
    plot: Plot | None, *, spec: Spec | None = None, accept: Evidence = Evidence.INFERRED
) -> Chooser:
    """The function that chooses a job's scenario by its request.

    A job that matches no pattern of a mapping completes in the simplest way.
    """
    plain = on_demand().then_completed()
    if plot is None or isinstance(plot, Scenario):
        chosen = plain if plot is None else plot
        return lambda _request: chosen
    if isinstance(plot, int):
        return _by_chance(plot, (spec or builtin_spec()).accepting(accept))
    if isinstance(plot, Mapping):
        patterns = dict(plot)
        return lambda request: next(
            (
                found
                for pattern, found in patterns.items()
                if fnmatchcase(request["TrainingJobName"], pattern)
            ),
            plain,
        )
    return plot


def _by_chance(seed: int, spec: Spec) -> Chooser:
    def choose(request: Mapping[str, Any]) -> Scenario:
        config = config_of(fields_of(request, spec), spec)
        return random_scenario(spec, config, seeded(seed, request["TrainingJobName"]))

    return choose


class Book:
    """A server's scenarios by pattern of job names; the last one added comes first."""

    def __init__(self, otherwise: Chooser) -> None:
        self._otherwise = otherwise
        self._pages: tuple[tuple[str, Chooser], ...] = ()

    def add(self, pattern: str, text: str) -> None:
        """Assigns a scenario to jobs whose names match a pattern; raises UsageError."""
        self._pages = ((pattern, chooser(parsed(text))), *self._pages)

    def __call__(self, request: Params) -> Scenario:
        """The scenario of a job by its request."""
        name = request["TrainingJobName"]
        found = (choose for pattern, choose in self._pages if fnmatchcase(name, pattern))
        return next(found, self._otherwise)(request)


@contextmanager
def reached_by_new_clients(serve: Callable[..., Any], region: str) -> Iterator[None]:
    """Registers a handler where new sessions and clients take theirs from."""
    builtin = [(event, serve) for event in _EVENTS]
    handlers: list[Any] = botocore.handlers.BUILTIN_HANDLERS
    handlers[:0] = builtin
    before = boto3.DEFAULT_SESSION
    if before is not None:
        reach(before.events, serve)
    settings = _settings(region)
    os.environ.update(settings)
    try:
        yield
    finally:
        for handler in builtin:
            handlers.remove(handler)
        # boto3 may have made its default session meanwhile; its later clients are not ours.
        for session in (before, boto3.DEFAULT_SESSION):
            if session is not None:
                leave(session.events, serve)
        for name in settings:
            os.environ.pop(name, None)


def _settings(region: str) -> dict[str, str]:
    """The environment of new clients: a region, and no search for credentials."""
    settings = {} if "AWS_REGION" in os.environ else {"AWS_DEFAULT_REGION": region}
    settings["AWS_EC2_METADATA_DISABLED"] = "true"
    return {name: value for name, value in settings.items() if name not in os.environ}
