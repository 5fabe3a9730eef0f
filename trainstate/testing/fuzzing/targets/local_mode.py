"""Local mode of the SageMaker Python SDK, v2 or v3: its client, with containers that run nothing.

A job is created in a call that returns when it has run. The container is replaced by
one that succeeds, or for the creations of odd seeds fails, so that no Docker is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import MethodType
from typing import Any

from trainstate.errors import UsageError
from trainstate.testing.fuzzing.performing import METHODS
from trainstate.testing.fuzzing.subject import Script, Subject, Target

# The SDK has no other way to run without Docker than to replace what is private to it.
_CONTAINER, _JOBS = "_SageMakerContainer", "_training_jobs"
_MODULES = ("sagemaker.local.local_session", "sagemaker.core.local.local_session")


class Container:
    """Stands for a container: has what the SDK asks of one, and runs nothing."""

    fails = False

    def __init__(self, instance_type: str, instance_count: int, image: str, **_: Any) -> None:
        self.instance_type, self.instance_count, self.image = instance_type, instance_count, image
        self.container_entrypoint: Any = None
        self.container_arguments: Any = None

    def train(self, *_: Any, **__: Any) -> str:
        """The place of the model, or what the SDK raises for a container that failed."""
        if self.fails:
            raise RuntimeError("Failed to run: docker compose up, the container ended with 1")
        return "file:///tmp/model.tar.gz"


def local_mode() -> Target:
    """The target. Raises UsageError where the SDK is not installed."""
    module = _session_module()

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        kept = getattr(module, _CONTAINER)
        failing = type("Failing", (Container,), {"fails": True})
        setattr(module, _CONTAINER, failing if seed % 2 else Container)
        # The SDK keeps the jobs of all clients of a process in one place.
        setattr(module.LocalSagemakerClient, _JOBS, {})
        try:
            yield Subject(client=_bare(module.LocalSagemakerClient))
        finally:
            setattr(module, _CONTAINER, kept)

    script = Script(
        setup=("from trainstate.testing.fuzzing.targets.local_mode import local_mode",),
        block="with local_mode().open({seed}) as subject:",
        inner=("client = subject.client",),
    )
    return Target(label="local-mode", open=opened, script=script, patience=0.0, shared=False)


def _bare(kind: Any) -> Any:
    """A client without a session: making one asks AWS for an account and a bucket.

    Nor does it report each call to the makers of the SDK: what they wrapped is unwrapped.
    """
    client = object.__new__(kind)
    client.sagemaker_session = None
    for name in METHODS.values():
        plain = getattr(getattr(kind, name, None), "__wrapped__", None)
        if plain is not None:
            setattr(client, name, MethodType(plain, client))
    return client


def _session_module() -> Any:
    for name in _MODULES:
        try:
            module = import_module(name)
        except ImportError:
            continue
        if hasattr(module, "LocalSagemakerClient"):
            return module
    raise UsageError(
        "Fuzzing local mode needs the SageMaker Python SDK:"
        " pip install 'sagemaker[local]', or 'sagemaker<3' for version 2."
    )
