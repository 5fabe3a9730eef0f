"""The target that a text names: moto, simulator, local-mode, a URL, or module:function."""

from __future__ import annotations

import sys
from importlib import import_module

from trainstate.errors import UsageError
from trainstate.testing.fuzzing.subject import Target, target_of

MOTO, SIMULATOR, LOCAL_MODE = "moto", "simulator", "local-mode"


def named(text: str) -> Target:
    """The target for the text of ``--target``. Raises UsageError where there is none."""
    if text == MOTO:
        from trainstate.testing.fuzzing.targets.moto import moto  # noqa: PLC0415

        return moto()
    if text == SIMULATOR:
        from trainstate.testing.fuzzing.targets.simulator import simulator  # noqa: PLC0415

        return simulator()
    if text == LOCAL_MODE:
        from trainstate.testing.fuzzing.targets.local_mode import local_mode  # noqa: PLC0415

        return local_mode()
    if text.startswith(("http://", "https://")):
        from trainstate.testing.fuzzing.targets.served import served  # noqa: PLC0415

        return served(text)
    return _imported(text)


def _imported(text: str) -> Target:
    module, colon, name = text.partition(":")
    if not colon or not module or not name:
        raise UsageError(
            f"Expected {MOTO}, {SIMULATOR}, {LOCAL_MODE}, a URL or module:function as the target"
            f" but got {text!r}."
        )
    # As `python -m` does: what lies in the current folder can be imported.
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = import_module(module)
    except ImportError as error:
        raise UsageError(f"The target {text!r} cannot be imported: {error}.") from error
    for step in name.split("."):
        if not hasattr(found, step):
            raise UsageError(f"The target {text!r} is not there: {module} has no {name}.")
        found = getattr(found, step)
    return target_of(found)  # type: ignore[arg-type]


def missing(what: str, package: str, error: ImportError) -> UsageError:
    """The error of a target whose package is not installed."""
    return UsageError(f"Fuzzing {what} needs {error.name}: pip install {package!r}.")
