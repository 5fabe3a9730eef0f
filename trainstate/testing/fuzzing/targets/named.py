"""The target that a text names: moto, simulator, local-mode, a URL, or module:function."""

from __future__ import annotations

from trainstate.errors import UsageError
from trainstate.testing.fuzzing.subject import Target, target_of
from trainstate.testing.imported import imported

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
    if not all(text.partition(":")):
        raise UsageError(
            f"Expected {MOTO}, {SIMULATOR}, {LOCAL_MODE}, a URL or module:function as the target"
            f" but got {text!r}."
        )
    return target_of(imported(text, what="The target "))
