"""What can be fuzzed by name: servers, functions, local mode, the simulator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
import uvicorn
from botocore.exceptions import ClientError

import trainstate
from tests.fuzzing.test_operation_bugs import Broken, right
from trainstate.errors import UsageError
from trainstate.simulator import Service, VirtualClock, chooser
from trainstate.simulator.server import App, bound
from trainstate.testing.fuzzing import fuzz
from trainstate.testing.fuzzing.targets import local_mode, named


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """A server of a service in a thread, and its address."""
    listening = bound("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(App(service), log_level="warning"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def test_a_server_of_ours_has_a_clock() -> None:
    """The fuzzer finds the clock of `trainstate serve`, and nothing else is wrong."""
    with serving(Service(choose=chooser(5), clock=VirtualClock())) as url:
        report = fuzz(named(url), budget=120, seconds=None)

    assert [] == [str(found.finding) for found in report]
    assert report.visits.statuses & trainstate.SPEC.terminal_secondaries


def test_our_own_simulator_has_no_finding() -> None:
    """A thousand calls with scenarios by chance; the nightly run has a hundred thousand."""
    report = fuzz(named("simulator"), budget=1_000, seconds=None)

    assert [] == [str(found.finding) for found in report]


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A stand-in for the SDK's module: its client runs a container and keeps jobs in its class."""

    class LocalSagemakerClient:
        _training_jobs: ClassVar[dict[str, Any]] = {}

        def create_training_job(self, **request: Any) -> None:
            container = module._SageMakerContainer("ml.m5.large", 1, "image")
            container.train()
            self._training_jobs[request["TrainingJobName"]] = request

        def describe_training_job(self, **asked: Any) -> dict[str, Any]:
            if asked["TrainingJobName"] not in self._training_jobs:
                said = {"Error": {"Code": "ValidationException", "Message": "Could not find it"}}
                raise ClientError(said, "describe_training_job")
            kept = self._training_jobs[asked["TrainingJobName"]]
            arn = f"arn:any:{asked['TrainingJobName']}"
            return {**kept, "TrainingJobArn": arn, "TrainingJobStatus": "Completed"}

    module: Any = ModuleType("sagemaker.local.local_session")
    module.LocalSagemakerClient = LocalSagemakerClient
    module._SageMakerContainer = SimpleNamespace
    for name in ("sagemaker", "sagemaker.local"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    yield module
    assert module._SageMakerContainer is SimpleNamespace


def test_local_mode_runs_without_docker(sdk: ModuleType) -> None:
    """The container is ours while a program runs, fails for odd seeds, and is put back."""
    assert sdk.__name__
    report = fuzz(local_mode(), max_examples=70, seconds=None)
    names = {found.finding.name for found in report}

    assert {"missing-member", "unimplemented-operation", "undocumented-error"} <= names


def test_local_mode_without_the_sdk_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package."""
    monkeypatch.setitem(sys.modules, "sagemaker", None)
    with pytest.raises(UsageError, match="pip install"):
        named("local-mode")


@pytest.mark.parametrize(
    "text", ["", "moto5", "nowhere:f", "trainstate:nothing", ":", "ftp://example.com/"]
)
def test_no_other_text_is_a_target(text: str) -> None:
    """What cannot be a target is refused, with the forms that there are."""
    with pytest.raises(UsageError, match="target"):
        named(text)


def test_aws_is_no_target() -> None:
    """A URL of AWS is refused before anything is sent there."""
    with pytest.raises(UsageError, match="is AWS"):
        named("https://api.sagemaker.us-east-1.amazonaws.com")


def test_a_client_of_one_service_gets_new_names() -> None:
    """Where all programs meet one service, no job of one is taken for another's."""
    clock = VirtualClock()
    client = Broken(Service(choose=chooser(3), clock=clock), right)
    report = fuzz(lambda: client, advance=clock.advance, budget=300, seconds=None)

    assert [] == [str(found.finding) for found in report]
