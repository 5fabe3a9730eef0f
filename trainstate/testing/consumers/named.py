"""A consumer, or a reading of its reports, that a text names: ``module:function``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from trainstate.errors import UsageError


def named(text: str) -> Any:
    """What ``module:function`` names; of a class (an adapter) the object with its defaults.

    Raises UsageError where there is no such thing.
    """
    module, _, path = text.partition(":")
    if not module or not path:
        raise UsageError(f"Expected module:function but got {text!r}.")
    # As `python -m` does: what lies in the current folder can be imported.
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise UsageError(f"{text!r} cannot be imported: {error}.") from error
    for step in path.split("."):
        if not hasattr(found, step):
            raise UsageError(f"{text!r} is not there: {module} has no {path}.")
        found = getattr(found, step)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise UsageError(f"Expected {text!r} to be a function but it is {found!r}.")
    return found
