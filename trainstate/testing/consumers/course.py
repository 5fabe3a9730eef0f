"""A course: what happens to a job, what the polls read of it, and what the service omits.

As text it is one line: ``InProgress/Starting, (InProgress/Training), Failed/Failed; spot``.
A state in brackets passes between two polls, ``x2`` is read by two polls. After the end there
may be ``gone`` (the record was deleted) and the states of another job with the same name, each
preceded by ``again``.

Courses of the same walk differ in polls, messages and members.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from attrs import evolve, field, frozen

from trainstate.errors import UsageError, one_of
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Hop, configured, ending, subsets, walk, walks, way_out
from trainstate.spec.model import Evidence, Spec

GONE = "gone"
AGAIN = "again"
SPOT = "spot"
RETRIES = "retries"
PLAN = "training plan"
SAME_MESSAGES = "same messages"
ZERO_SECONDS = "zero seconds"
WITHOUT = "without "

_ITEM = re.compile(
    r"(?P<open>\()?(?P<again>again )?(?P<what>gone|\w+/\w+)(?P<close>\))?(?: x(?P<polls>\d+))?"
)
FLAGS: Mapping[str, str] = {
    SPOT: "spot",
    RETRIES: "retries",
    PLAN: "plan",
    SAME_MESSAGES: "same_messages",
    ZERO_SECONDS: "zero_seconds",
}
"""Flags of a course, and the members of Course that hold them."""


@frozen(kw_only=True)
class Item:
    """A state of a job, or (``pair`` None) its deleted record, and how many polls read it.

    ``again`` marks the states of a second job with the same name.
    """

    pair: tuple[str, str] | None
    polls: int = 1
    again: bool = False

    def __str__(self) -> str:
        what = GONE if self.pair is None else "/".join(self.pair)
        named = f"{AGAIN} {what}" if self.again else what
        if self.polls == 0:
            return f"({named})"
        return named if self.polls == 1 else f"{named} x{self.polls}"


@frozen(kw_only=True)
class Course:
    """What happens to a job from its creation on, and what polls read of it.

    ``spot``, ``retries`` and ``plan`` are the job's configuration. ``omits`` are members
    that no response has. ``same_messages`` gives all entries one message. ``zero_seconds`` makes
    a job that never trained show 0 seconds instead of none.
    """

    items: tuple[Item, ...]
    spot: bool = False
    retries: bool = False
    plan: bool = False
    omits: tuple[str, ...] = ()
    same_messages: bool = False
    zero_seconds: bool = False

    def __str__(self) -> str:
        named = [name for name, member in FLAGS.items() if getattr(self, member)]
        parts = [", ".join(map(str, self.items)), *named, *(WITHOUT + name for name in self.omits)]
        return "; ".join(parts)

    @property
    def size(self) -> tuple[int, int, int]:
        """The sort key of courses: states, then deviations from the plain, then polls."""
        odd = len(self.omits) + self.same_messages + self.zero_seconds
        odd += sum(item.again or item.pair is None for item in self.items)
        polls = sum(abs(item.polls - 1) for item in self.items)
        return len(self.items), odd + self.spot + self.retries + self.plan, polls

    @property
    def own(self) -> tuple[Item, ...]:
        """The items of the awaited job."""
        return tuple(item for item in self.items if not item.again)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The statuses of the job, even those that no poll reads."""
        return tuple(item.pair for item in self.own if item.pair is not None)

    @property
    def guards(self) -> Mapping[str, bool]:
        """What the job's configuration allows, by guard."""
        return {"managed-spot": self.spot, "retry": self.retries, "training-plan": self.plan}

    def read(self, polls: Iterable[int]) -> Course:
        """The same course with these numbers of polls."""
        items = zip(self.items, polls, strict=True)
        return evolve(self, items=tuple(evolve(item, polls=count) for item, count in items))


def course(text: str) -> Course:
    """The course in a text; raises UsageError for another form."""
    listed, *flags = (part.strip() for part in text.split(";"))
    items = tuple(_item(part.strip(), text) for part in listed.split(","))
    return _flagged(Course(items=items), flags, text)


def _item(text: str, whole: str) -> Item:
    found = _ITEM.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        raise UsageError(
            f"Expected a state such as InProgress/Training, (InProgress/Training) or gone, but"
            f" got {text!r} in the course {whole!r}."
        )
    primary, _, secondary = found["what"].partition("/")
    return Item(
        pair=(primary, secondary) if secondary else None,
        polls=0 if found["open"] else int(found["polls"] or 1),
        again=bool(found["again"]),
    )


def _flagged(plain: Course, flags: Iterable[str], whole: str) -> Course:
    for flag in flags:
        if flag.startswith(WITHOUT):
            plain = evolve(plain, omits=(*plain.omits, flag.removeprefix(WITHOUT)))
        elif flag in FLAGS:
            on: dict[str, Any] = {FLAGS[flag]: True}
            plain = evolve(plain, **on)
        else:
            raise UsageError(
                f"Expected {', '.join(FLAGS)} or 'without MEMBER' but got {flag!r} in the"
                f" course {whole!r}."
            )
    return plain


def of_states(states: Iterable[State], *, again: bool = False) -> Iterator[Item]:
    """The items of a walk of the machine, each read by one poll."""
    return (Item(pair=state.pair, again=again) for state in states)


OMITTED = ("StatusMessage", "SecondaryStatusTransitions")
"""Members that the API does not promise and real responses have lacked."""


def _level(written: str) -> Evidence:
    return one_of("accept", written, Evidence)


@frozen(kw_only=True)
class CourseScope:
    """The courses to play.

    All histories of at most ``longest`` states with evidence up to ``accept`` are played, then
    ``random`` longer ones of ``seed``. Jobs are with and without ``spot``
    (None: both), ``retries`` and a training ``plan``. Responses lack each member of
    ``omit``, entries have the ``same_messages``, jobs that never trained show
    ``zero_seconds``; records are deleted (``deletion``), names reused (``reuse``).
    """

    longest: int = field(default=5)
    accept: Evidence = field(default=Evidence.RECORDED, converter=_level)
    random: int = field(default=100)
    seed: int = 0
    spot: bool | None = None
    retries: bool = True
    plan: bool = False
    omit: tuple[str, ...] = field(default=OMITTED, converter=tuple)
    same_messages: bool = True
    zero_seconds: bool = True
    deletion: bool = True
    reuse: bool = True

    @longest.validator
    def _longest_holds_an_end(self, _: object, value: int) -> None:
        if value < 2:
            raise UsageError(f"Expected longest to be at least 2 states but got {value!r}.")

    @random.validator
    def _random_is_a_count(self, _: object, value: int) -> None:
        if value < 0:
            raise UsageError(f"Expected random to be at least 0 but got {value!r}.")

    @property
    def guards(self) -> frozenset[str]:
        """The guards that may hold."""
        wanted = {
            "managed-spot": self.spot is not False,
            "retry": self.retries,
            "training-plan": self.plan,
        }
        return frozenset(name for name, on in wanted.items() if on)


@frozen
class Way:
    """A walk from a creation to an end, and the minimal guards that it needs."""

    states: tuple[State, ...]
    guards: frozenset[str]


def ways(spec: Spec, guards: frozenset[str], longest: int) -> Iterator[Way]:
    """Every walk of at most ``longest`` states, the shortest first, for subsets of the guards."""
    found: dict[tuple[State, ...], frozenset[str]] = {}
    for chosen in subsets(sorted(guards)):
        known = ending(spec, configured(spec, chosen))
        starts = [start for start in initial_states(spec) if start in known]
        for states in walks(known, starts, longest=longest):
            found.setdefault(states, chosen)
    # sorted() keeps the order of the machine among walks of one length.
    yield from sorted((Way(*item) for item in found.items()), key=lambda way: len(way.states))


def walk_by_chance(spec: Spec, guards: frozenset[str], longest: int, chance: Random) -> Way:
    """A random walk that takes the shortest path to an end when it gets long."""
    known = ending(spec, configured(spec, guards))
    start = chance.choice([start for start in initial_states(spec) if start in known])
    most = chance.randint(2, longest) - 1

    def choose(hops: Sequence[Hop]) -> Hop | None:
        # A state counts once, however many facts lead to it.
        return chance.choice(list({hop.state: hop for hop in hops}.values())) if hops else None

    states = (start, *walk(known, start, choose, most=most))
    return Way((*states, *way_out(known, states[-1])), guards)


def courses(way: Way, scope: CourseScope, spec: Spec) -> Iterator[Course]:
    """The courses of a walk, the simplest first, none twice."""
    found: dict[Course, None] = {}
    for plain in _as_configured(way, scope):
        for other in _varied(plain, scope, spec):
            found[other] = None
    yield from sorted(found, key=lambda course: course.size)


def _as_configured(way: Way, scope: CourseScope) -> Iterator[Course]:
    plain = _plain(way, spot=scope.spot is True)
    yield plain
    if scope.spot is None and not plain.spot:
        yield evolve(plain, spot=True)


def _plain(way: Way, *, spot: bool) -> Course:
    """The course of a walk, with spot instances if needed or requested."""
    return Course(
        items=tuple(of_states(way.states)),
        spot=spot or "managed-spot" in way.guards,
        retries="retry" in way.guards,
        plan="training-plan" in way.guards,
    )


def _varied(plain: Course, scope: CourseScope, spec: Spec) -> Iterator[Course]:
    yield plain
    yield from _paced(plain)
    for member in scope.omit:
        yield evolve(plain, omits=(member,))
    if scope.same_messages:
        yield evolve(plain, same_messages=True)
    if scope.zero_seconds and not _has_trained(plain, spec):
        yield evolve(plain, zero_seconds=True)
    if scope.deletion:
        yield from _deleted(plain, spec)
    if scope.reuse:
        yield from _reused(plain, spec)


def _paced(plain: Course) -> Iterator[Course]:
    """Each state read twice; only the first and the last; only the last."""
    between = len(plain.items) - 2
    yield plain.read([2] * len(plain.items))
    yield plain.read([1, *([0] * between), 1])
    yield plain.read([0, *([0] * between), 1])


def _has_trained(plain: Course, spec: Spec) -> bool:
    return any(secondary in spec.time.clock_starts for _, secondary in plain.pairs)


def deleting(plain: Course, spec: Spec) -> tuple[str, str] | None:
    """The pair during the deletion of the ended job; None if impossible."""
    _, secondary = plain.pairs[-1]
    after = spec.ended_primaries - spec.terminal_primaries
    pairs = ((primary, secondary) for primary in sorted(after))
    return next((pair for pair in pairs if pair in spec.pair_by_key), None)


def _deleted(plain: Course, spec: Spec) -> Iterator[Course]:
    """The end is read or not, then the deletion is read or not, then the record is gone."""
    pair, gone = deleting(plain, spec), Item(pair=None)
    *before, end = plain.items
    for seen in (0, 1):
        ended = (*before, evolve(end, polls=seen))
        yield evolve(plain, items=(*ended, gone))
        if pair is not None:
            yield evolve(plain, items=(*ended, Item(pair=pair), gone))


def _reused(plain: Course, spec: Spec) -> Iterator[Course]:
    """Between two polls the job ends, is deleted, and another job takes its name."""
    *before, end = plain.items
    passed = (*before, evolve(end, polls=0), Item(pair=None, polls=0))
    for states in another(plain, spec):
        *way, last = of_states(states, again=True)
        unread = tuple(evolve(item, polls=0) for item in way)
        yield evolve(plain, items=(*passed, *unread, last))


def another(plain: Course, spec: Spec) -> Iterator[tuple[State, ...]]:
    """The next job of the name: it runs forever, or has the other end."""
    first = initial_states(spec)[0]
    yield (first,)
    primaries = [row.name for row in spec.primaries if row.name in spec.terminal_primaries]
    other = next(name for name in primaries if name != plain.pairs[-1][0])
    held = frozenset(name for name, on in plain.guards.items() if on)
    known = ending(spec, configured(spec, held))
    yield (first, *way_out(known, first, primary=other))


def varied_by_chance(way: Way, scope: CourseScope, spec: Spec, chance: Random) -> Course:
    """A course of a walk with any number of polls and any of the variations at once."""
    spot = scope.spot is True or (scope.spot is None and chance.random() < 0.3)
    plain = _plain(way, spot=spot)
    # The first state is read: an unseen job's end cannot be missed.
    polls = [chance.choice((0, 1, 1, 2)) for _ in plain.items[1:-1]]
    plain = plain.read([1, *polls, 1])
    ends = [plain]
    ends += _deleted(plain, spec) if scope.deletion else ()
    ends += _reused(plain, spec) if scope.reuse else ()
    chosen = chance.choice([*[plain] * len(ends), *ends])
    return evolve(
        chosen,
        omits=tuple(name for name in scope.omit if chance.random() < 0.2),
        same_messages=scope.same_messages and chance.random() < 0.2,
        zero_seconds=scope.zero_seconds and not _has_trained(plain, spec) and chance.random() < 0.3,
    )
