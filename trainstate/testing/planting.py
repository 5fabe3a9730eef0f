"""Fault operators: how a fault is planted into a legal sequence, and the registry of them.

An operator gets a copy of a sequence of responses and changes it so that it breaks one
rule at one place. Most change one member at one place: those are rows of a table
(``Flaw``). The others are functions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from attrs import define, field, frozen

from trainstate.errors import UnknownNameError
from trainstate.history.instants import SECOND, parse
from trainstate.machine.record import moment
from trainstate.spec.model import RecordLayout, Spec
from trainstate.testing.options import Keywords

T = TypeVar("T")
Response = dict[str, Any]
Spot = tuple[int, str]
"""The index of a response, and a JSON pointer into it."""
Place = int | tuple[int, int]
"""The index of a response, or that and the one of an entry of its history."""

LEFT_OUT = object()
"""The value of a member that is taken away."""


@frozen(kw_only=True)
class Faulty:
    """A sequence with a planted fault, the rule that it breaks, and the place.

    ``responses`` are texts, one a line, where the fault is that one cannot be read.
    ``index`` and ``pointer`` are the finding's: the index counts the responses of the
    job from 0 (for texts: the lines), the pointer is a JSON pointer into the response.
    """

    responses: list[Any]
    rule: str
    index: int
    pointer: str
    operator: str = ""


class NoPlace(Exception):
    """The sequence offers no place for the fault."""


@define
class Bed:
    """A sequence to plant into: a copy that may be changed, and a number that picks a place."""

    spec: Spec
    responses: list[Response]
    pick: int

    @property
    def layout(self) -> RecordLayout:
        """The members by the part that they play."""
        return self.spec.layout

    def choice(self, options: Iterable[T]) -> T:
        """One of the options; raises NoPlace where there is none."""
        found = list(options)
        need(found)
        return found[self.pick % len(found)]

    def first(self, options: Iterable[T]) -> T:
        """The first of the options; raises NoPlace where there is none."""
        for option in options:
            return option
        raise NoPlace

    def history(self, index: int) -> list[dict[str, Any]]:
        """The entries of a response; empty where it has no history."""
        entries: list[dict[str, Any]] = self.responses[index].get(self.layout.history) or []
        return entries

    def statuses(self, index: int) -> list[str]:
        """The statuses of the history of a response."""
        return [entry[self.layout.entry_status] for entry in self.history(index)]

    def primary(self, index: int) -> str:
        """The primary status of a response."""
        primary: str = self.responses[index][self.layout.primary]
        return primary

    def ended(self) -> list[int]:
        """The responses whose primary is terminal."""
        return [at for at in self.every() if self.primary(at) in self.spec.terminal_primaries]

    def active(self) -> list[int]:
        """The responses whose primary is not ended."""
        return [at for at in self.every() if self.primary(at) not in self.spec.ended_primaries]

    def whole(self) -> list[int]:
        """The responses that have a history."""
        return [at for at in self.every() if self.history(at)]

    def billed_by_time(self, index: int) -> bool:
        """Holds if a response is of a job that is billed by its time, not by tokens."""
        otherwise = self.spec.time.billed_otherwise
        return all(self.responses[index].get(name) is None for name in otherwise)

    def every(self) -> range:
        """The indices of the responses."""
        return range(len(self.responses))

    def entries(self) -> list[tuple[int, int]]:
        """Every entry of every response: the response's index and the entry's."""
        return [(at, k) for at in self.every() for k in range(len(self.history(at)))]

    def pointer(self, entry: int, member: str) -> str:
        """The JSON pointer of a member of an entry."""
        return f"/{self.layout.history}/{entry}/{member}"

    def put(self, place: Place, member: str, value: Any) -> Spot:
        """Gives a member of a response, or of an entry, a value; the finding is there.

        The value may be LEFT_OUT.
        """
        if isinstance(place, int):
            at, holder, pointer = place, self.responses[place], f"/{member}"
        else:
            at, k = place
            holder, pointer = self.history(at)[k], self.pointer(k, member)
        holder[member] = value
        if value is LEFT_OUT:
            del holder[member]
        return at, pointer

    def value(self, place: Place, member: str) -> Any:
        """The value of a member of a response, or of an entry."""
        at, *entry = (place,) if isinstance(place, int) else place
        holder = self.history(at)[entry[0]] if entry else self.responses[at]
        return holder[member]

    def append(self, seconds: float = 60) -> int:
        """Appends a copy of the last response, modified later than all; gives its index."""
        self.responses.append(copy.deepcopy(self.responses[-1]))
        latest = max(instant(r[self.layout.modified]) for r in self.responses)
        self.responses[-1][self.layout.modified] = after(latest, seconds)
        return len(self.responses) - 1

    def shorten(self, index: int) -> None:
        """Makes a response one as lists of jobs show it, of a job that has not ended."""
        kept = {*self.layout.summary} - {self.layout.ended}
        shown = self.responses[index].items()
        self.responses[index] = {name: value for name, value in shown if name in kept}


def need(fits: object) -> None:
    """Raises NoPlace unless the sequence fits."""
    if not fits:
        raise NoPlace


Plant = Callable[[Bed], Spot]


@frozen(kw_only=True, repr=False)
class Operator:
    """A way to break one rule; ``base`` are options of polls that offer a place for it.

    ``in_log`` holds for a fault that only the log of a job can show.
    """

    name: str
    rule: str
    plant: Plant
    base: Keywords = field(factory=Keywords)
    as_text: bool = False
    in_log: bool = False

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Prints the short repr in Hypothesis's reports too."""
        printer.text(repr(self))

    def apply(self, responses: Sequence[Response], spec: Spec, pick: int = 0) -> Faulty | None:
        """The sequence with the fault; None where it offers no place. The input stays as it is."""
        bed = Bed(spec, copy.deepcopy(list(responses)), pick)
        try:
            spot = self.plant(bed)
        except NoPlace:
            return None
        return Faulty(
            responses=bed.responses,
            rule=self.rule,
            index=spot[0],
            pointer=spot[1],
            operator=self.name,
        )


_OPERATORS: dict[str, tuple[Operator, ...]] = {}


def fault(
    rule: str, base: Keywords | None = None, *, as_text: bool = False, in_log: bool = False
) -> Callable[[Plant], Plant]:
    """A decorator that registers an operator for a rule.

    The operator returns the index and the pointer of the finding that it causes.
    """

    def register(plant: Plant) -> Plant:
        _register(rule, plant.__name__, plant, base, as_text=as_text or in_log, in_log=in_log)
        return plant

    return register


def _register(rule: str, name: str, plant: Plant, base: Keywords | None, **kind: bool) -> None:
    made = Operator(name=name, rule=rule, plant=plant, base=base or {}, **kind)
    _OPERATORS[rule] = (*_OPERATORS.get(rule, ()), made)


@frozen
class Flaw:
    """An operator that changes one member of a response, or of an entry of its history.

    ``where`` gives the places. ``member`` is the part that the member plays in the layout,
    and ``value`` what it becomes: LEFT_OUT takes it away, a length of time moves it.
    """

    rule: str
    name: str
    where: Callable[[Bed], Iterable[Place]]
    member: str
    value: Any
    base: Keywords | None = None

    def plant(self, bed: Bed) -> Spot:
        """Changes the member at one of the places."""
        place, member = bed.choice(self.where(bed)), getattr(bed.layout, self.member)
        value = self.value
        if isinstance(value, timedelta):
            value = shifted(bed.value(place, member), value.total_seconds())
        return bed.put(place, member, value)


def changes(*table: Flaw) -> None:
    """Registers the operators of a table."""
    for row in table:
        _register(row.rule, row.name, row.plant, row.base)


def registered() -> dict[str, tuple[Operator, ...]]:
    """The operators by the name of their rule."""
    return dict(_OPERATORS)


def operators_of(rule: str) -> tuple[Operator, ...]:
    """The operators for a rule. Raises UnknownNameError for a rule that has none."""
    found = _OPERATORS.get(rule)
    if found is None:
        known = ", ".join(sorted(_OPERATORS))
        raise UnknownNameError(f"Expected the name of a rule but got {rule!r}; they are {known}.")
    return found


def instant(value: Any) -> int:
    """The instant of a recorded time, whatever its form."""
    return parse(value)[0]


def after(value: int, seconds: float) -> datetime:
    """The time so many seconds after an instant."""
    return moment(value + round(seconds * SECOND))


def shifted(value: Any, seconds: float) -> datetime:
    """A recorded time moved by so many seconds."""
    return after(instant(value), seconds)
