"""Which rules read which parts of a response, and what they reported for small parts before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from operator import attrgetter
from typing import Any, TypeVar

from attrs import define, field, frozen

from trainstate.rules.given import Reading
from trainstate.rules.model import Check, Rule, Violation
from trainstate.rules.parts import Part

T = TypeVar("T")
Reported = tuple[Rule, Violation]

SMALL = frozenset({"Statuses", "Presence"})
"""The parts with only some hundreds of distinct values; results for them are cached."""

_MOST = 4096


def keep(known: dict[Any, T], key: Any, value: T) -> T:
    """Stores a value in a bounded cache, which threads may share, and returns it."""
    if len(known) >= _MOST:
        known.clear()
    known[key] = value
    return value


@define(eq=False)
class Group:
    """The rules that read the same parts.

    ``cache`` has the results for small parts: one look-up is faster than 60 rules.
    """

    reads: tuple[str, ...]
    rules: list[tuple[Rule, Check]] = field(factory=list)
    cache: dict[Any, tuple[Reported, ...]] = field(factory=dict)

    def ask(self, reading: Reading) -> tuple[Reported, ...]:
        """What the rules report for a response."""
        return self.of([PARTS[name](reading) for name in self.reads])

    def of(self, parts: list[Any]) -> tuple[Reported, ...]:
        """What the rules report for these parts."""
        if not SMALL.issuperset(self.reads):
            return tuple(self._asked(parts))
        key = parts[0] if len(parts) == 1 else tuple(parts)
        reported = self.cache.get(key)
        return keep(self.cache, key, tuple(self._asked(parts))) if reported is None else reported

    def _asked(self, parts: list[Any]) -> Iterator[Reported]:
        if all(part.is_empty for part in parts):
            return
        for rule, check in self.rules:
            for violation in check(*parts):
                yield rule, violation


PARTS: dict[str, Callable[[Reading], Any]] = {
    name: attrgetter(name.lower())
    for name in (
        *("Amounts", "Attached", "Clock", "Event", "Identity", "Inside", "Presence", "Problems"),
        *("Settings", "Statuses", "Times"),
    )
}
"""The function that takes each part from a response, by the part's name."""


@frozen(eq=False)
class Questions:
    """The rules about responses, grouped by the parts that they read."""

    groups: tuple[Group, ...]
    _by_part: dict[str, Group] = field(init=False)

    @_by_part.default
    def _groups_of_one(self) -> dict[str, Group]:
        return {group.reads[0]: group for group in self.groups if len(group.reads) == 1}

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Questions:
        """Groups rules about responses by the parts that they read."""
        groups: dict[tuple[str, ...], Group] = {}
        for rule in rules:
            group = groups.setdefault(rule.reads, Group(rule.reads))
            group.rules.append((rule, rule.check))
        return cls(tuple(groups.values()))

    @property
    def is_of_parts(self) -> bool:
        """Whether each rule reads exactly one part."""
        return len(self._by_part) == len(self.groups)

    def of_part(self, part: Part) -> tuple[Reported, ...]:
        """What the rules that read only this part report."""
        group = self._by_part.get(type(part).__name__)
        return () if group is None else group.of([part])

    def ask(self, reading: Reading, parts: Set[str] = PARTS.keys()) -> list[Reported]:
        """What the rules that read any of these parts report, in the order of their codes."""
        asked = [group for group in self.groups if not parts.isdisjoint(group.reads)]
        reported = [one for group in asked for one in group.ask(reading)]
        reported.sort(key=_code)
        return reported


def _code(reported: Reported) -> str:
    return reported[0].code
