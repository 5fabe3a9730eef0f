"""What a text names: ``module:function``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from trainstate.errors import UsageError


def imported(text: str, *, what: str = "") -> Any:
    """What ``module:function`` names; raises UsageError where there is no such thing.

    ``what`` begins what is said of it then.
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
        raise UsageError(f"{what}{text!r} cannot be imported: {error}.") from error
    for step in path.split("."):
        if not hasattr(found, step):
            raise UsageError(f"{what}{text!r} is not there: {module} has no {path}.")
        found = getattr(found, step)
    return found
