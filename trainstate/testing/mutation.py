"""Fault operators: how a fault is planted into a legal sequence, and the registry of them.

An operator gets a copy of a sequence of responses and changes it so that it breaks one
rule at one site. Most change one member at one place: ``change`` makes those. The others are
functions, registered by ``fault``.
"""

import copy
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from attrs import define, field, frozen

from trainstate.history.instants import SECOND, parse
from trainstate.machine.record import moment
from trainstate.spec.model import RecordLayout, Spec
from trainstate.testing.options import Keywords, Short

T = TypeVar("T")
Response = dict[str, Any]
Site = tuple[int, str]
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


class NoSite(Exception):
    """The sequence offers no site for the fault."""


@define
class Sequence:
    """Responses that may be changed, and a number that picks one of several sites."""

    spec: Spec
    responses: list[Response]
    pick: int

    def __getitem__(self, index: int) -> Response:
        return self.responses[index]

    @property
    def layout(self) -> RecordLayout:
        """The members by the part that they play."""
        return self.spec.layout

    def choice(self, options: Iterable[T]) -> T:
        """One of the options; raises NoSite where there is none."""
        found = list(options)
        need(found)
        return found[self.pick % len(found)]

    def first(self, options: Iterable[T]) -> T:
        """The first of the options; raises NoSite where there is none."""
        for option in options:
            return option
        raise NoSite

    def history(self, index: int) -> list[dict[str, Any]]:
        """The entries of a response; empty where it has no history."""
        return self[index].get(self.layout.history) or []

    def statuses(self, index: int) -> list[str]:
        """The statuses of the history of a response."""
        return [entry[self.layout.entry_status] for entry in self.history(index)]

    def primary(self, index: int) -> str:
        """The primary status of a response."""
        return str(self[index][self.layout.primary])

    def every(self) -> range:
        """The indices of the responses."""
        return range(len(self.responses))

    def ended(self) -> list[int]:
        """The responses whose primary is terminal."""
        return [at for at in self.every() if self.primary(at) in self.spec.terminal_primaries]

    def active(self) -> list[int]:
        """The responses whose primary is not ended."""
        return [at for at in self.every() if self.primary(at) not in self.spec.ended_primaries]

    def whole(self) -> list[int]:
        """The responses that have a history."""
        return [at for at in self.every() if self.history(at)]

    def having(self, *members: str) -> list[int]:
        """The responses that have all of these members."""
        return [at for at in self.every() if self[at].keys() >= set(members)]

    def entries(self) -> list[tuple[int, int]]:
        """Every entry of every response: the response's index and the entry's."""
        return [(at, k) for at in self.every() for k in range(len(self.history(at)))]

    def billed_by_time(self, index: int) -> bool:
        """Whether a job is billed by its time, not by tokens."""
        return all(self[index].get(name) is None for name in self.spec.time.billed_otherwise)

    def entry_site(self, index: int, entry: int, member: str) -> Site:
        """The site of a member of an entry."""
        return index, f"/{self.layout.history}/{entry}/{member}"

    def put(self, place: Place, member: str, value: Any) -> Site:
        """Gives a member of a response, or of an entry, a value; the finding is there.

        The value may be LEFT_OUT.
        """
        holder = self._holder(place)
        holder[member] = value
        if value is LEFT_OUT:
            del holder[member]
        return (place, f"/{member}") if isinstance(place, int) else self.entry_site(*place, member)

    def put_in_all(self, member: str, value: Any) -> None:
        """Gives a member of every response a value; LEFT_OUT takes it away."""
        for response in self.responses:
            response[member] = copy.copy(value)
            if value is LEFT_OUT:
                del response[member]

    def value(self, place: Place, member: str) -> Any:
        """The value of a member of a response, or of an entry."""
        return self._holder(place)[member]

    def _holder(self, place: Place) -> dict[str, Any]:
        return self[place] if isinstance(place, int) else self.history(place[0])[place[1]]

    def append(self, seconds: float = 60) -> int:
        """Appends a copy of the last response, modified later than all; gives its index."""
        self.responses.append(copy.deepcopy(self[-1]))
        latest = max(instant(response[self.layout.modified]) for response in self.responses)
        self[-1][self.layout.modified] = after(latest, seconds)
        return len(self.responses) - 1

    def shorten(self, index: int, **members: Any) -> None:
        """Makes a response one as lists of jobs show it, of a job that has not ended."""
        kept = {*self.layout.summary} - {self.layout.ended}
        shown = {name: value for name, value in self[index].items() if name in kept}
        self.responses[index] = shown | members


def need(fits: object) -> None:
    """Raises NoSite unless the sequence fits."""
    if not fits:
        raise NoSite


Mutation = Callable[[Sequence], Site]


@frozen(kw_only=True, repr=False)
class Operator(Short):
    """A way to break one rule; ``base`` are options of polls that offer a site for it.

    ``in_log`` holds for a fault that only the log of a job can show.
    """

    name: str
    rule: str
    mutation: Mutation
    base: Keywords = field(factory=Keywords)
    as_text: bool = False
    in_log: bool = False

    def __repr__(self) -> str:
        return self.name

    def apply(self, responses: Iterable[Response], spec: Spec, pick: int = 0) -> Faulty | None:
        """The sequence with the fault; None where it offers no site. The input stays as it is."""
        sequence = Sequence(spec, copy.deepcopy(list(responses)), pick)
        try:
            index, pointer = self.mutation(sequence)
        except NoSite:
            return None
        return Faulty(
            responses=sequence.responses,
            rule=self.rule,
            index=index,
            pointer=pointer,
            operator=self.name,
        )


OPERATORS: dict[str, tuple[Operator, ...]] = {}
"""The operators by the name of their rule."""


def fault(
    rule: str, base: Keywords | None = None, *, as_text: bool = False, in_log: bool = False
) -> Callable[[Mutation], Mutation]:
    """A decorator that registers an operator for a rule.

    The operator returns the site of the finding that it causes.
    """

    def register(mutation: Mutation) -> Mutation:
        made = Operator(
            name=mutation.__name__,
            rule=rule,
            mutation=mutation,
            base=base or {},
            as_text=as_text or in_log,
            in_log=in_log,
        )
        OPERATORS[rule] = (*OPERATORS.get(rule, ()), made)
        return mutation

    return register


def change(
    rule: str,
    name: str,
    where: Callable[[Sequence], Iterable[Place]],
    member: str,
    value: Any,
    *,
    base: Keywords | None = None,
) -> None:
    """Registers an operator that changes one member of a response, or of an entry.

    ``where`` gives the places. ``member`` is the part that the member plays in the layout,
    and ``value`` what it becomes: LEFT_OUT takes it away, a length of time moves it, a function
    of the sequence and the place gives it.
    """

    def mutation(sequence: Sequence) -> Site:
        place, changed = sequence.choice(where(sequence)), getattr(sequence.layout, member)
        new = value(sequence, place) if callable(value) else value
        if isinstance(value, timedelta):
            new = shifted(sequence.value(place, changed), value.total_seconds())
        return sequence.put(place, changed, new)

    mutation.__name__ = name
    fault(rule, base)(mutation)


def instant(value: Any) -> int:
    """The instant of a recorded time, whatever its form."""
    return parse(value)[0]


def after(value: int, seconds: float) -> datetime:
    """The time so many seconds after an instant."""
    return moment(value + round(seconds * SECOND))


def shifted(value: Any, seconds: float) -> datetime:
    """A recorded time moved by so many seconds."""
    return after(instant(value), seconds)
