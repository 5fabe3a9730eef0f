"""The lint of a consumer's hard-coded status sets: legal histories that it gets wrong.

Most code that waits for a job contains sets of statuses. Run against every run of the model,
they show where the consumer waits forever, reports the wrong end, ends too early, or raises;
each defect comes with the shortest run that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from attrs import field, frozen

from trainstate.errors import UsageError
from trainstate.machine.step import State, initial_states, successors
from trainstate.spec.graph import shortest_path
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.track.outcome import ENDED, outcome_of
from trainstate.track.policy import STRICT, Action, Policy

PairName = tuple[str, str]


class Reads(StrEnum):
    """The status by which a consumer decides."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Otherwise(StrEnum):
    """What a consumer does with a status that is in none of its sets."""

    WAIT = "wait"
    CRASH = "crash"
    SUCCESS = "success"
    FAILURE = "failure"


class DefectKind(StrEnum):
    """How a consumer gets a history wrong.

    *hangs*: it keeps waiting after the end. *misreports*: it reports the wrong end. *early*: it
    reports an end while the job goes on. *crashes*: it raises. *misses*: it waits for a status
    that the job may never show. *meaningless*: a set has a word that is not such a status, or a
    status is in two sets.
    """

    HANGS = "hangs"
    MISREPORTS = "misreports"
    EARLY = "early"
    CRASHES = "crashes"
    MISSES = "misses"
    MEANINGLESS = "meaningless"


def _names(statuses: Iterable[str]) -> frozenset[str]:
    if isinstance(statuses, str):
        raise UsageError(f"Expected a set of statuses but got the text {statuses!r}.")
    return frozenset(statuses)


@frozen(kw_only=True)
class StatusSets:
    """The statuses that a consumer hard-codes.

    ``success`` and ``failure`` end its wait, at ``waiting`` it keeps polling, ``otherwise`` is
    what it does with any other status. ``awaits`` are statuses that it waits to see before it
    continues (a stage of the job). ``reads`` says which status it reads.
    """

    success: frozenset[str] = field(default=frozenset(), converter=_names)
    failure: frozenset[str] = field(default=frozenset(), converter=_names)
    waiting: frozenset[str] = field(default=frozenset(), converter=_names)
    awaits: frozenset[str] = field(default=frozenset(), converter=_names)
    otherwise: Otherwise = field(default=Otherwise.WAIT, converter=Otherwise)
    reads: Reads = field(default=Reads.PRIMARY, converter=Reads)

    def does(self, status: str) -> Otherwise:
        """What the consumer does with a status."""
        sets = (
            (self.success, Otherwise.SUCCESS),
            (self.failure, Otherwise.FAILURE),
            (self.waiting, Otherwise.WAIT),
        )
        return next((does for names, does in sets if status in names), self.otherwise)


@frozen(kw_only=True)
class PolicyDefect:
    """A legal history that a consumer gets wrong, and how.

    ``history`` is the shortest run that shows it, as pairs; empty for a meaningless word.
    """

    kind: DefectKind
    status: str
    says: str
    history: tuple[PairName, ...] = ()

    def __str__(self) -> str:
        path = " -> ".join("/".join(pair) for pair in self.history)
        return f"{self.kind} at {self.status}: {self.says}" + (f" ({path})" if path else "")


def lint_policy(
    sets: StatusSets, *, policy: Policy = STRICT, spec: Spec | None = None
) -> tuple[PolicyDefect, ...]:
    """Legal histories that a consumer with these sets gets wrong.

    ``policy`` says which ends are a success (the strict one by default). Meaningless words come
    first, then one defect for each way in which a status goes wrong, the shortest histories
    first, then the awaited statuses.
    """
    spec = spec or builtin_spec()
    runs = _shortest_runs(spec)
    found: dict[tuple[DefectKind, str, str], PolicyDefect] = {}
    for run in runs:
        for status, defect in _judged(sets, policy, spec, run):
            found.setdefault((defect.kind, status, defect.says), defect)
    return (*_meaningless(sets, spec), *found.values(), *_missed(sets, spec))


def _shortest_runs(spec: Spec) -> list[tuple[State, ...]]:
    """The shortest run to each pair that a run can show, shortest first."""
    runs = [
        shortest_path(
            initial_states(spec),
            lambda state, pair=pair: state.pair == pair,  # type: ignore[misc]
            lambda state: [following for following, _ in successors(spec, state)],
        )
        for pair in spec.pair_by_key
    ]
    return sorted((run for run in runs if run is not None), key=len)


def _judged(
    sets: StatusSets, policy: Policy, spec: Spec, run: tuple[State, ...]
) -> Iterator[tuple[str, PolicyDefect]]:
    """The defect at the end of a run, with the status that the consumer read."""
    primary, secondary = pair = run[-1].pair
    status = primary if sets.reads is Reads.PRIMARY else secondary
    outcome = outcome_of(spec, primary, secondary)
    does, right = sets.does(status), policy.action(outcome)
    wrong = _wrong(does, right, ended=outcome in ENDED, outcome=str(outcome))
    if wrong is not None:
        kind, says = wrong
        history = tuple(state.pair for state in run)
        yield status, PolicyDefect(kind=kind, status="/".join(pair), says=says, history=history)


def _wrong(
    does: Otherwise, right: Action, *, ended: bool, outcome: str
) -> tuple[DefectKind, str] | None:
    if does is Otherwise.CRASH:
        return DefectKind.CRASHES, "no set has the status, and the consumer raises"
    if does is Otherwise.WAIT:
        waits = ended and right is not Action.WAIT
        return (
            (DefectKind.HANGS, f"the job has ended ({outcome}), but it keeps waiting")
            if waits
            else None
        )
    if not ended:
        return DefectKind.EARLY, f"the job goes on ({outcome}), but it reports a {does}"
    expected = Otherwise.SUCCESS if right is Action.DONE else Otherwise.FAILURE
    if does is expected or right is Action.WAIT:
        return None
    return DefectKind.MISREPORTS, f"the job has ended ({outcome}), but it reports a {does}"


def _meaningless(sets: StatusSets, spec: Spec) -> Iterator[PolicyDefect]:
    by_primary = sets.reads is Reads.PRIMARY
    known = spec.primary_by_name if by_primary else spec.secondary_by_name
    groups = {
        "success": sets.success,
        "failure": sets.failure,
        "waiting": sets.waiting,
        "awaits": sets.awaits,
    }
    for name, statuses in groups.items():
        for status in sorted(statuses - set(known)):
            says = f"the {name} set has it, but it is not a {sets.reads} status"
            yield PolicyDefect(kind=DefectKind.MEANINGLESS, status=status, says=says)
    for status in sorted(sets.success & sets.failure):
        says = "it is in the success set and in the failure set"
        yield PolicyDefect(kind=DefectKind.MEANINGLESS, status=status, says=says)


def _missed(sets: StatusSets, spec: Spec) -> Iterator[PolicyDefect]:
    """Awaited statuses that a job can end without."""
    for awaited in sorted(sets.awaits):
        run = shortest_path(
            [state for state in initial_states(spec) if awaited not in state.pair],
            lambda state: state.primary in spec.resting_primaries,
            lambda state, awaited=awaited: [  # type: ignore[misc]
                following
                for following, _ in successors(spec, state)
                if awaited not in following.pair
            ],
        )
        if run is not None:
            yield PolicyDefect(
                kind=DefectKind.MISSES,
                status=awaited,
                says="the job can end without it, and polls can miss it",
                history=tuple(state.pair for state in run),
            )
