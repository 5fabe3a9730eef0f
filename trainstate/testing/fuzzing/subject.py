"""What is fuzzed: a client that calls a service, and how to let time pass there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from attrs import field, frozen

from trainstate.errors import UsageError

Advance = Callable[[float], object]


@frozen(kw_only=True)
class Subject:
    """A service as one program meets it.

    ``client`` has the methods of a boto3 SageMaker client. ``advance`` lets so many
    seconds pass, None where nobody can; ``still`` tells whether time stands still
    otherwise. ``close`` is called when the program is over. ``beside`` are clients of what is
    asked for beside, by the names of their services; empty where nothing is.
    """

    client: Any
    advance: Advance | None = None
    still: bool = True
    close: Callable[[], object] | None = None
    beside: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Script:
    """How a program against a service is written down, so that anybody can run it.

    ``setup`` are lines of Python that leave a ``client``; ``block`` is a with statement
    around the rest, if any; ``advance`` is the text of a call with ``{seconds}``.
    ``unique`` holds where a second run of the script would meet the jobs of the first.
    """

    setup: tuple[str, ...] = ()
    block: str = ""
    inner: tuple[str, ...] = ()
    advance: str = ""
    unique: bool = False


@frozen(kw_only=True)
class Target:
    """Something that can be fuzzed.

    ``open`` gives a Subject for the seed of a program. ``patience`` is the real seconds
    for which an end is waited where nobody can let time pass; ``shared`` tells whether
    the programs of a run meet the same service, so that their jobs need other names:
    None lets the fuzzer try it out. ``wide`` holds where tuning jobs, search, tags, logs and
    metrics are asked for, too.
    """

    label: str
    open: Callable[[int], AbstractContextManager[Subject]]
    script: Script = field(factory=Script)
    patience: float = 2.0
    shared: bool | None = None
    wide: bool = False


Maker = Callable[..., Any]


def target_of(make: Maker | Target, *, advance: Advance | None = None) -> Target:
    """The target that a function makes.

    It returns a client, a Subject, or a context manager of either; a parameter called
    ``seed`` gets the seed of each program. ``advance`` lets seconds pass on every client.
    Raises UsageError for anything but a function.
    """
    if isinstance(make, Target):
        return make
    if not callable(make):
        raise UsageError(
            f"Expected a function that makes a client but got {make!r}; pass the function"
            " itself, not a client, so that each program can have a fresh one."
        )
    seeded = "seed" in _parameters(make)

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        made = make(seed=seed) if seeded else make()
        if _is_context(made):
            with made as inner:
                yield _subject(inner, advance)
            return
        subject = _subject(made, advance)
        try:
            yield subject
        finally:
            if subject.close is not None:
                subject.close()

    return Target(label=_label(make), open=opened, script=script_of(make))


def script_of(make: Maker) -> Script:
    """How a function is used from a script, where it can be imported."""
    name, module = getattr(make, "__qualname__", ""), getattr(make, "__module__", "")
    found = f"from {module} import {name}"
    if not name.isidentifier():
        found, name = f"make_client = ...  # {_label(make)}", "make_client"
    return Script(
        setup=("from trainstate.testing.fuzzing import target_of", "", found),
        block=f"with target_of({name}).open({{seed}}) as subject:",
        inner=("client = subject.client",),
        advance="subject.advance({seconds})",
    )


def _parameters(make: Maker) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(make).parameters)
    except (TypeError, ValueError):
        return frozenset()


def _label(make: Maker) -> str:
    name = getattr(make, "__qualname__", type(make).__name__)
    return f"{getattr(make, '__module__', '')}:{name}"


def _is_context(made: Any) -> bool:
    # Of the class: a client that makes its methods as they are asked for has every attribute.
    return all(hasattr(type(made), name) for name in ("__enter__", "__exit__"))


def _subject(made: Any, advance: Advance | None) -> Subject:
    subject = made if isinstance(made, Subject) else Subject(client=made)
    if advance is None:
        return subject
    return Subject(client=subject.client, advance=advance, still=subject.still, close=subject.close)
