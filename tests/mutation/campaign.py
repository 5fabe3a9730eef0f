"""Runs tests on mutants: each in a fork of a process that has imported and collected all.

One fork first runs every test without a mutant, and notes which lines it reaches and how
long it takes. A mutant gets only the tests that reach its statement, the cheapest and the
most successful ones first, until one of them fails.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol
from attrs import define, field, frozen

from tests.mutation.mutants import Mutant
from tests.mutation.planting import Functions, forgetful, functions, plant

_MEMORY = 4 << 30
_PATIENCE = 5  # CPU seconds that a test may take besides ten times its usual


@frozen(kw_only=True)
class Planted:
    """A mutant and where it is: the module's path below the package."""

    name: str
    file: Path
    mutant: Mutant

    @property
    def module(self) -> str:
        """The name by which the module is imported."""
        path = self.name.removesuffix(".py").removesuffix("/__init__")
        return "trainstate." + path.replace("/", ".")

    def __str__(self) -> str:
        return f"{self.name}:{self.mutant.place}: {self.mutant.change}"


@define
class Reached:
    """Which tests reach a line, the CPU seconds of each test, and the mutants that it killed."""

    tests: dict[tuple[str, int], set[str]] = field(factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(factory=dict)
    kills: Counter[str] = field(factory=Counter)

    def chosen(self, planted: Planted, most: float) -> list[str]:
        """The tests that reach a mutant, the likeliest first; so many seconds of them."""
        file, mutant = str(planted.file), planted.mutant
        lines = [(file, line) for line in range(mutant.line, mutant.last + 1)]
        return self.ordered({test for line in lines for test in self.tests.get(line, ())}, most)

    def ordered(self, tests: Iterable[str], most: float) -> list[str]:
        """Tests, the cheapest and most successful first; so many seconds of them."""
        kept: list[str] = []
        spent = 0.0
        for test in sorted(tests, key=lambda one: (self.seconds[one] / (1 + self.kills[one]), one)):
            spent += self.seconds[test]
            if spent <= most or not kept:
                kept.append(test)
        return kept


def forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """What a fork of this process returns, as JSON, and its status; None if it did not end well."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reading)
            _muted()
            with os.fdopen(writing, "w") as answer:
                json.dump(work(), answer)
            status = 0
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    return status, json.loads(text) if status == 0 and text else None


def _muted() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def first_failure(items: Iterable[pytest.Item], seconds: dict[str, float]) -> str | None:
    """The first test that fails; None where all pass. One that takes too long ends the process."""
    for item in items:
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE + 10 * seconds.get(item.nodeid, 1))
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            return item.nodeid
    return None


@define(eq=False)
class Campaign:
    """A pytest plugin that, instead of running the tests once, runs them on mutants."""

    mutants: Sequence[Planted]
    files: Sequence[Path]
    package: Path
    most: float
    until: float
    tell: Callable[[Planted, str, Reached], None]
    reached: Reached = field(factory=Reached)
    _caches: list[Any] = field(factory=list)
    _live: Functions = field(factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measures the tests, then runs them on one mutant after the other."""
        for name in {planted.module for planted in self.mutants}:
            importlib.import_module(name)  # what nothing has imported yet cannot be changed
        self._caches = forgetful()
        if not self.reached.seconds:
            _, found = forked(lambda: self._measured(session.items))
            if found is None or found["failed"]:
                sys.exit(f"without any mutant: {found and found['failed']}")
            self._learn(found)
        items = {item.nodeid: item for item in session.items}
        self._live = functions()
        gc.freeze()  # the collector would touch, and so copy, all that the forks share
        for planted in self.mutants:
            if time.monotonic() > self.until:
                break
            self.tell(planted, self._outcome(planted, items), self.reached)
        return True

    def _measured(self, items: list[pytest.Item]) -> dict[str, Any]:
        measure = coverage.Coverage(
            data_file=None, config_file=False, include=[str(file) for file in self.files]
        )
        seconds: dict[str, float] = {}
        measure.start()
        for item in items:
            _forget(self._caches)
            measure.switch_context(item.nodeid)
            begun = time.process_time()
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
                return {"failed": item.nodeid}
            seconds[item.nodeid] = time.process_time() - begun
        measure.stop()
        data = measure.get_data()
        lines = {file: data.contexts_by_lineno(file) for file in data.measured_files()}
        return {"failed": None, "seconds": seconds, "lines": lines}

    def _learn(self, found: dict[str, Any]) -> None:
        self.reached.seconds = found["seconds"]
        for file, contexts in found["lines"].items():
            for line, tests in contexts.items():
                self.reached.tests[file, int(line)] |= {test for test in tests if test}

    def _outcome(self, planted: Planted, items: dict[str, pytest.Item]) -> str:
        chosen = self.reached.chosen(planted, self.most)
        if not chosen:
            return "not reached"

        def work() -> str | None:
            if not plant(self._live, planted.file, planted.mutant):
                return "not planted"
            _forget(self._caches)
            tests = [items[name] for name in chosen]
            return first_failure(tests, self.reached.seconds) or "survived"

        status, said = forked(work)
        if status != 0:
            return "killed: timeout" if os.WIFSIGNALED(status) else "killed: crash"
        if said in ("survived", "not planted"):
            return str(said)
        self.reached.kills[said] += 1
        return f"killed: {said}"


def _forget(caches: Iterable[Any]) -> None:
    for cache in caches:
        cache.cache_clear()


def spread(mutants: Sequence[Planted], number: int) -> Iterator[Planted]:
    """So many of the mutants, evenly spread over the modules."""
    step = max(1.0, len(mutants) / number)
    yield from (mutants[int(at * step)] for at in range(min(number, len(mutants))))
