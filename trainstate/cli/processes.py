"""Work in processes that end with what began them, and whose end is told."""

from __future__ import annotations

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
    """A process ended before it gave what it was begun for."""


def at_once(work: Callable[..., T], given: Sequence[tuple[Any, ...]]) -> list[T]:
    """What a function gives for each of some arguments, each in a process of its own.

    Raises what the function raises, and ProcessLost where a process was ended from outside.
    None of them outlives the call, nor the process that called.
    """
    context = _context()
    begun: list[tuple[Any, Any]] = []
    found: dict[Any, T] = {}
    try:
        with _no_interruption():
            begun.extend(_begun(context, work, arguments) for arguments in given)
        waiting = {receiver: process for process, receiver in begun}
        while waiting:
            ready: list[Any] = wait(list(waiting))
            for receiver in ready:
                found[receiver] = _received(receiver, waiting.pop(receiver))
    finally:
        for process, receiver in begun:
            process.terminate()
            process.join()
            receiver.close()
    return [found[receiver] for _, receiver in begun]


def _begun(context: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """A process, and where its result is received."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()
    return process, receiver


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Ctrl-C waits until the processes have begun, and never reaches them: they inherit this.

    It goes to all processes of a terminal; the one that began the others answers it.
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
    """How processes are begun: a fork has imported everything, but may hang beside threads.

    The threads of polars are none of Python's.
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
            f"A worker was ended before it was done ({_ending(process.exitcode)}), perhaps for want"
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
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # with nothing to put away
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        told = (work(*arguments), None)
    except Exception as error:  # noqa: BLE001 - raised again where it is received
        sender.send((None, error))
    else:
        sender.send(told)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
