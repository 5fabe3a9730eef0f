"""What is fuzzed: a client of a service, and how to advance time there."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

from attrs import evolve, field, frozen

from trainstate.errors import UsageError

Advance = Callable[[float], object]


@frozen(kw_only=True)
class Subject:
    """A service for one program.

    ``client`` has the methods of a boto3 SageMaker client. ``advance`` advances time by seconds,
    None if impossible; ``still``: time stands still otherwise. ``close`` is called after the
    program. ``beside`` are clients for the other calls, by service; empty if there are none.
    """

    client: Any
    advance: Advance | None = None
    still: bool = True
    close: Callable[[], object] | None = None
    beside: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Script:
    """How a program against a service becomes a script that anyone can run.

    ``setup`` are lines of Python that make a ``client``; ``block`` is a with statement around the
    rest, if any; ``advance`` is the text of a call with ``{seconds}``. ``unique``: a second run of
    the script would meet the jobs of the first.
    """

    setup: tuple[str, ...] = ()
    block: str = ""
    inner: tuple[str, ...] = ()
    advance: str = ""
    unique: bool = False


@frozen(kw_only=True)
class Target:
    """Something that can be fuzzed.

    ``open`` returns a Subject for a program's seed. ``patience`` is the real seconds to wait for an
    end if time cannot be advanced; ``shared``: the programs of a run meet the same service, so
    their jobs need other names; None lets the fuzzer find out. ``wide``: tuning jobs, search,
    tags, logs and metrics are called too. ``only`` is the one machine of its jobs, empty if it has
    several.
    """

    label: str
    open: Callable[[int], AbstractContextManager[Subject]]
    script: Script = field(factory=Script)
    patience: float = 2.0
    shared: bool | None = None
    wide: bool = False
    only: str = ""


Maker = Callable[..., Any]


def target_of(make: Maker | Target, *, advance: Advance | None = None) -> Target:
    """The target that a function makes.

    It returns a client, a Subject, or a context manager of either; a parameter ``seed`` receives
    the seed of each program. ``advance`` advances every client by seconds.
    Raises UsageError for anything but a function.
    """
    if isinstance(make, Target):
        return make
    if not callable(make):
        raise UsageError(
            f"Expected a function that makes a client but got {make!r}; pass the function"
            " itself, not a client, so that each program can have a fresh one."
        )
    seeded = False
    with suppress(TypeError, ValueError):  # some callables have no signature
        seeded = "seed" in inspect.signature(make).parameters

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        made = make(seed=seed) if seeded else make()
        with ExitStack() as stack:
            inner = stack.enter_context(made) if _is_context(made) else made
            subject = inner if isinstance(inner, Subject) else Subject(client=inner)
            if inner is made and subject.close is not None:
                stack.callback(subject.close)
            yield subject if advance is None else evolve(subject, advance=advance)

    return Target(label=_label(make), open=opened, script=script_of(make))


def script_of(make: Maker) -> Script:
    """How a script uses a function, if it can be imported."""
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


def _label(make: Maker) -> str:
    name = getattr(make, "__qualname__", type(make).__name__)
    return f"{getattr(make, '__module__', '')}:{name}"


def _is_context(made: Any) -> bool:
    # Ask the class: a client with dynamic methods has every attribute.
    return all(hasattr(type(made), name) for name in ("__enter__", "__exit__"))
