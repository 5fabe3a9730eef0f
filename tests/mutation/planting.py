"""How a mutant gets into a running process: as code of live functions, or as it is imported."""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from tests.mutation.mutants import Mutant

Functions = dict[str, list[FunctionType]]


def functions() -> Functions:
    """The live functions of the package by the file of their code."""
    found: Functions = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and "trainstate" in one.__code__.co_filename:
            found.setdefault(one.__code__.co_filename, []).append(one)
    return found


def plant(live: Functions, file: Path, mutant: Mutant) -> int:
    """Gives the functions of an imported module the code of the mutant; how many changed."""
    original = compile(mutant.original, str(file), "exec")
    faulty = compile(mutant.tree(), str(file), "exec")
    changed = {
        one: two
        for one, two in zip(_codes(original), _codes(faulty), strict=False)
        if one != two and one.co_qualname == two.co_qualname
    }
    planted = 0
    for function in live.get(str(file), ()):
        code = changed.get(function.__code__)
        if code is not None:
            function.__code__ = code
            planted += 1
    return planted


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all inside it, in the order of the source."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def forgetful() -> list[functools._lru_cache_wrapper[object]]:
    """The caches of the package, without those of the specification: its object stays one."""
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, functools._lru_cache_wrapper)
        and found.__module__.startswith("trainstate.")
        and not found.__module__.startswith("trainstate.spec.")
    ]


class Importer(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module as its mutant; all others as they are."""

    def __init__(self, name: str, file: Path, mutant: Mutant) -> None:
        self.name, self.file, self.mutant = name, file, mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of the one module."""
        del path, target
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Runs the mutant as the module."""
        exec(compile(self.mutant.tree(), str(self.file), "exec"), module.__dict__)

    def get_source(self, fullname: str) -> str:
        """The source of the mutant."""
        del fullname
        return self.mutant.source

    def install(self) -> None:
        """Puts the importer before all others."""
        sys.meta_path.insert(0, self)
