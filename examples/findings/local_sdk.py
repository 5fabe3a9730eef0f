"""What the scripts on local mode share: the SDK's modules of v2 or v3, and a container of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from types import MethodType, ModuleType
from typing import Any

from trainstate.testing.fuzzing.requests import creation

REQUEST = creation("plain", "job-a")


class Container:
    """Stands for the SDK's container: runs a function in the place of Docker."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.instance_count = 1
        self.container_entrypoint: Any = None
        self.container_arguments: Any = None

    def train(self, *_: Any, **__: Any) -> str:
        self.work()
        return "file:///tmp/model.tar.gz"


def module(name: str) -> ModuleType:
    """A module of local mode, of the version that is installed."""
    warnings.simplefilter("ignore")
    print(f"sagemaker {version('sagemaker')}")
    try:
        return import_module(f"sagemaker.local.{name}")
    except ModuleNotFoundError:
        return import_module(f"sagemaker.core.local.{name}")


def client(session: ModuleType, work: Callable[[], None]) -> Any:
    """A client of local mode whose containers do some work; it reports nothing to anybody."""
    session._SageMakerContainer = lambda *_, **__: Container(work)  # type: ignore[attr-defined] # noqa: SLF001
    kind = session.LocalSagemakerClient
    made = object.__new__(kind)
    made.sagemaker_session = None
    plain = getattr(kind.create_training_job, "__wrapped__", kind.create_training_job)
    made.create_training_job = MethodType(plain, made)
    return made


def verdict(reproduced: bool) -> None:
    """Prints the last line."""
    print("reproduced" if reproduced else "not reproduced")
