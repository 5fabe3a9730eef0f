"""The courses to play: all up to a bound, and random longer ones.

Courses of the same walk differ in polls, messages and members.
"""

from collections.abc import Iterator, Sequence
from random import Random

from attrs import evolve, field, frozen

from trainstate.errors import UsageError, one_of
from trainstate.machine import walks
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Hop, configured, ending, subsets, way_out
from trainstate.spec.load import BUILTIN, builtin_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.testing.consumers.course import GUARDS, PLAN, RETRIES, SPOT, Course, Item, of_states

OMITTED = ("StatusMessage", "SecondaryStatusTransitions")
"""Members that the API does not promise and real responses have lacked."""


def _level(written: str | None) -> Evidence | None:
    return None if written is None else one_of("accept", written, Evidence)


@frozen(kw_only=True)
class CourseScope:
    """The courses to play.

    Jobs are of ``machine``; empty: of the kind that the consumer asks for. All histories of at
    most ``longest`` states with evidence up to ``accept`` are played (None: up to recorded, or all
    if that does not lead to every end of the machine), then ``random`` longer ones of ``seed``.
    Jobs are with and without ``spot`` (None: both), ``retries`` and a training ``plan``. Responses
    lack each member of ``omit``, entries have the ``same_messages``, jobs that never trained show
    ``zero_seconds``; records are deleted (``deletion``), names reused (``reuse``).
    """

    machine: str = ""
    longest: int = field(default=5)
    accept: Evidence | None = field(default=None, converter=_level)
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
    def spec(self) -> Spec:
        """The facts of the machine."""
        return builtin_spec(self.machine or BUILTIN)

    @property
    def accepted(self) -> Spec:
        """The facts that histories rest on."""
        if self.accept is not None:
            return self.spec.accepting(self.accept)
        known = self.spec.accepting(Evidence.RECORDED)
        ends = {state.primary for state in ending(known, configured(known, frozenset()))}
        return known if ends >= known.terminal_primaries else self.spec

    @property
    def guards(self) -> frozenset[str]:
        """The guards that may hold."""
        wanted = {SPOT: self.spot is not False, RETRIES: self.retries, PLAN: self.plan}
        known = self.spec.guard_by_name
        return frozenset(
            GUARDS[flag] for flag, on in wanted.items() if on and GUARDS[flag] in known
        )


@frozen
class Walk:
    """A walk from a creation to an end, and the minimal guards that it needs."""

    states: tuple[State, ...]
    guards: frozenset[str]


def legal_walks(spec: Spec, guards: frozenset[str], longest: int) -> Iterator[Walk]:
    """Every walk of at most ``longest`` states, the shortest first, for subsets of the guards."""
    found: dict[tuple[State, ...], frozenset[str]] = {}
    for chosen in subsets(sorted(guards)):
        known = ending(spec, configured(spec, chosen))
        starts = [start for start in initial_states(spec) if start in known]
        for states in walks.walks(known, starts, longest=longest):
            found.setdefault(states, chosen)
    # sorted() keeps the order of the machine among walks of one length.
    yield from sorted((Walk(*item) for item in found.items()), key=lambda walk: len(walk.states))


def random_walk(spec: Spec, guards: frozenset[str], longest: int, rng: Random) -> Walk:
    """A random walk that takes the shortest path to an end when it gets long."""
    known = ending(spec, configured(spec, guards))
    start = rng.choice([start for start in initial_states(spec) if start in known])
    most = rng.randint(2, longest) - 1

    def choose(hops: Sequence[Hop]) -> Hop | None:
        # A state counts once, however many facts lead to it.
        return rng.choice(list({hop.state: hop for hop in hops}.values())) if hops else None

    states = (start, *walks.walk(known, start, choose, most=most))
    return Walk((*states, *way_out(known, states[-1])), guards)


def courses(walk: Walk, scope: CourseScope, spec: Spec) -> Iterator[Course]:
    """The courses of a walk, the simplest first, none twice."""
    found: dict[Course, None] = {}
    for plain in _as_configured(walk, scope):
        for other in _varied(plain, scope, spec):
            found[other] = None
    yield from sorted(found, key=lambda course: course.size)


def _as_configured(walk: Walk, scope: CourseScope) -> Iterator[Course]:
    plain = _plain(walk, scope, spot=scope.spot is True)
    yield plain
    if scope.spot is None and not plain.spot and GUARDS[SPOT] in scope.guards:
        yield evolve(plain, spot=True)


def _plain(walk: Walk, scope: CourseScope, *, spot: bool) -> Course:
    """The course of a walk, with spot instances if needed or requested."""
    return Course(
        items=tuple(of_states(walk.states, scope.spec.name)),
        machine=scope.spec.name,
        spot=(spot and GUARDS[SPOT] in scope.guards) or GUARDS[SPOT] in walk.guards,
        retries=GUARDS[RETRIES] in walk.guards,
        plan=GUARDS[PLAN] in walk.guards,
    )


def _varied(plain: Course, scope: CourseScope, spec: Spec) -> Iterator[Course]:
    yield plain
    yield from _paced(plain)
    for member in omitted(scope):
        yield evolve(plain, omits=(member,))
    if scope.same_messages and spec.layout.history:
        yield evolve(plain, same_messages=True)
    if scope.zero_seconds and _never_trained(plain, spec):
        yield evolve(plain, zero_seconds=True)
    if scope.deletion:
        yield from _deleted(plain, spec)
    if scope.reuse:
        yield from _reused(plain, spec)


def omitted(scope: CourseScope) -> tuple[str, ...]:
    """The members of the machine that responses may lack."""
    layout = scope.spec.layout
    known = {*scope.spec.member_by_name, layout.entry_message}
    return tuple(name for name in scope.omit if name in known)


def _paced(plain: Course) -> Iterator[Course]:
    """Each state read twice; only the first and the last; only the last."""
    between = len(plain.items) - 2
    yield plain.read([2] * len(plain.items))
    yield plain.read([1, *([0] * between), 1])
    yield plain.read([0, *([0] * between), 1])


def _never_trained(plain: Course, spec: Spec) -> bool:
    """Whether the machine shows seconds of training, and the job has none."""
    starts = spec.time.clock_starts
    return bool(spec.layout.training_seconds) and all(pair[1] not in starts for pair in plain.pairs)


def deleting(plain: Course, spec: Spec) -> tuple[str, str] | None:
    """The pair during the deletion of the ended job; None if impossible."""
    _, secondary = plain.pairs[-1]
    after = spec.ended_primaries - spec.terminal_primaries
    pairs = ((primary, secondary) for primary in sorted(after))
    return next((pair for pair in pairs if pair in spec.pair_by_key), None)


def _deleted(plain: Course, spec: Spec) -> Iterator[Course]:
    """The end is read or not, then the deletion is read or not, then the record is gone."""
    if not spec.layout.deletion:
        return
    pair, gone = deleting(plain, spec), Item(pair=None)
    *before, end = plain.items
    for seen in (0, 1):
        ended = (*before, evolve(end, polls=seen))
        yield evolve(plain, items=(*ended, gone))
        if pair is not None:
            yield evolve(plain, items=(*ended, Item(pair=pair), gone))


def _reused(plain: Course, spec: Spec) -> Iterator[Course]:
    """Between two polls the job ends, is deleted, and another job takes its name."""
    if not spec.layout.deletion:
        return
    *before, end = plain.items
    passed = (*before, evolve(end, polls=0), Item(pair=None, polls=0))
    for states in another(plain, spec):
        *walk, last = of_states(states, plain.machine, again=True)
        unread = tuple(evolve(item, polls=0) for item in walk)
        yield evolve(plain, items=(*passed, *unread, last))


def another(plain: Course, spec: Spec) -> Iterator[tuple[State, ...]]:
    """The next job of the name: it runs forever, or has the other end."""
    first = initial_states(spec)[0]
    yield (first,)
    primaries = [row.name for row in spec.primaries if row.name in spec.terminal_primaries]
    other = next(name for name in primaries if name != plain.pairs[-1][0])
    known = ending(spec, configured(spec, plain.guards))
    yield (first, *way_out(known, first, primary=other))


def random_course(walk: Walk, scope: CourseScope, spec: Spec, rng: Random) -> Course:
    """A course of a walk with any number of polls and any of the variations at once."""
    spot = scope.spot is True or (scope.spot is None and rng.random() < 0.3)
    plain = _plain(walk, scope, spot=spot)
    # The first state is read: an unseen job's end cannot be missed.
    polls = [rng.choice((0, 1, 1, 2)) for _ in plain.items[1:-1]]
    plain = plain.read([1, *polls, 1])
    ends = [plain]
    ends += _deleted(plain, spec) if scope.deletion else ()
    ends += _reused(plain, spec) if scope.reuse else ()
    chosen = rng.choice([*[plain] * len(ends), *ends])
    return evolve(
        chosen,
        omits=tuple(name for name in omitted(scope) if rng.random() < 0.2),
        same_messages=scope.same_messages and bool(spec.layout.history) and rng.random() < 0.2,
        zero_seconds=scope.zero_seconds and _never_trained(plain, spec) and rng.random() < 0.3,
    )
