"""Work in child processes that end with their parent, and whose death is reported."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from trainstate.errors import TrainstateError

T = TypeVar("T")


class ProcessLost(TrainstateError):
    """A process ended before it returned its result."""


def at_once(
    work: Callable[..., T],
    given: Sequence[tuple[Any, ...]],
    *,
    patience: float | None = None,
    waited: Callable[[], None] = lambda: None,
) -> list[T]:
    """The results of a function for several arguments, each in a process of its own.

    Calls ``waited`` whenever no result has come for ``patience`` seconds. Raises what the function
    raises, and ProcessLost if a process was killed from outside. No process outlives the call or
    the calling process.
    """
    context = _context()
    begun: list[tuple[Any, Any]] = []
    found: dict[Any, T] = {}
    try:
        with _no_interruption():
            begun.extend(_begun(context, work, arguments) for arguments in given)
        waiting = {receiver: process for process, receiver in begun}
        while waiting:
            ready: list[Any] = wait(list(waiting), patience)
            if not ready:
                waited()
            for receiver in ready:
                found[receiver] = _received(receiver, waiting.pop(receiver))
    finally:
        for process, receiver in begun:
            process.terminate()
            process.join()
            receiver.close()
    return [found[receiver] for _, receiver in begun]


def _begun(context: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """A process, and the connection that receives its result."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()
    return process, receiver


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Ctrl-C waits until the processes have started, and never reaches them: they inherit this.

    A terminal sends it to all its processes; the parent handles it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """How processes start: a fork has everything imported, but may hang beside threads.

    The threads of polars are not Python's.
    """
    alone = threading.active_count() == 1 and "polars" not in sys.modules
    alone &= sys.platform == "linux"
    return get_context("fork" if alone else "spawn")


def _received(receiver: Any, process: Any) -> Any:
    try:
        result, error = receiver.recv()
    except EOFError:
        process.join()
        raise ProcessLost(
            f"A worker was killed ({_ending(process.exitcode)}), perhaps for lack"
            " of memory; use fewer --workers."
        ) from None
    if error is not None:
        raise error
    return result


def _ending(code: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit status {code}"


def _work(sender: Connection, work: Callable[..., T], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing to clean up
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        told = (work(*arguments), None)
    except Exception as error:  # noqa: BLE001 - raised again by the receiver
        sender.send((None, error))
    else:
        sender.send(told)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
