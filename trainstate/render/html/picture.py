"""The machine with what was observed of it: counts and times on statuses and transitions."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

from attrs import define, field

from trainstate.history.chain import History
from trainstate.history.instants import SECOND
from trainstate.history.model import Entry
from trainstate.machine.guards import Configuration
from trainstate.machine.step import Refusal, trace
from trainstate.render.html.timeline import Life
from trainstate.render.plain import plain
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.track.outcome import outcome_of

SAMPLE = 100
"""Durations beyond the whiskers of one status that the page gets, evenly spaced."""
MOST_TYPES = 12
"""Instance types whose waiting is drawn, the commonest ones."""
MOST_UNKNOWN = 12
"""Statuses that no fact knows and that are drawn, the commonest ones; the others are one."""
EMPTY, OTHERS, UNKNOWN = "(empty)", "(other statuses)", "(unknown)"

Edge = tuple[str, str]
_ILLEGAL = frozenset(Refusal) - {Refusal.UNKNOWN_STATUS}


@define
class _Observed:
    """Counts and durations (seconds) over the longest history of every job.

    ``names`` are the statuses' names on the page, of which several may share one.
    """

    names: Mapping[str, str]
    statuses: Counter[str] = field(factory=Counter)
    edges: Counter[Edge] = field(factory=Counter)
    illegal: Counter[Edge] = field(factory=Counter)
    seconds: defaultdict[str, list[float]] = field(factory=lambda: defaultdict(list))
    before: defaultdict[Edge, list[float]] = field(factory=lambda: defaultdict(list))

    def take(self, history: History, config: Configuration, spec: Spec) -> None:
        """Takes the longest history of a job in."""
        statuses = tuple(entry.status for entry in history)
        self.statuses.update(self.names[status] for status in statuses)
        for entry in history:
            lasted = _lasted(entry)
            if lasted is not None and entry.status not in spec.terminal_secondaries:
                self.seconds[self.names[entry.status]].append(lasted)
        moves = trace(spec, statuses, config)
        for (entry, following), move in zip(pairwise(history), moves[1:], strict=True):
            edge = (self.names[entry.status], self.names[following.status])
            self.edges[edge] += 1
            self.illegal[edge] += move.refusal in _ILLEGAL
            lasted = _lasted(entry)
            if lasted is not None:
                self.before[edge].append(lasted)


def picture(lives: Sequence[Life], spec: Spec) -> dict[str, Any]:
    """The statuses, the transitions, the waiting and the durations, as the page draws them."""
    counts = Counter(entry.status for _, history in lives for entry in history)
    shown = _Observed(names=_names(spec, counts))
    waits: defaultdict[str, list[float]] = defaultdict(list)
    for state, history in lives:
        shown.take(history, state.config, spec)
        if (waited := seconds_waited(history, spec)) is not None:
            waits[plain(state.instance_type or UNKNOWN, longest=60)].append(waited)
    return {
        "statuses": list(_statuses(spec, shown)),
        "edges": list(_edges(spec, shown)),
        "durations": {n: _box(shown.seconds[n]) for n in shown.statuses if n in shown.seconds},
        "waits": {
            name: _box(waits[name])
            for name in nlargest(MOST_TYPES, waits, key=lambda name: len(waits[name]))
        },
    }


def seconds_waited(history: History, spec: Spec) -> float | None:
    """The seconds that a job waited for its instances; None where no times were recorded."""
    took = [(entry.status, lasted) for entry in history if (lasted := _lasted(entry)) is not None]
    begins = spec.attempts.begins
    return sum(lasted for name, lasted in took if name in begins) if took and begins else None


def _names(spec: Spec, counts: Counter[str]) -> dict[str, str]:
    """What each seen status is called on the page: of the unknown ones, the commonest by name."""
    known, ranked = spec.secondary_by_name, counts.most_common()
    unknown = [name for name, _ in ranked if name not in known]
    called = {name: plain(name, longest=60) or EMPTY for name in unknown[:MOST_UNKNOWN]}
    return {name: name if name in known else called.get(name, OTHERS) for name in counts}


def _statuses(spec: Spec, observed: _Observed) -> Iterator[list[Any]]:
    """Each status: name, how often seen, initial, active or terminal, evidence, meaning."""
    for status in spec.secondaries:
        kind = "terminal" if status.name in spec.terminal_secondaries else "active"
        kind = "initial" if status.name in spec.initial_by_secondary else kind
        count, meaning = observed.statuses[status.name], _meaning(status.name, spec)
        yield [status.name, count, kind, str(status.evidence), meaning]
    for name, count in observed.statuses.items():
        if name not in spec.secondary_by_name:
            yield [name, count, "unknown", "unknown", "unknown"]


def _meaning(status: str, spec: Spec) -> str:
    """What a status means for who waits: the page has a colour for each."""
    if status in spec.terminal_secondaries:
        ends = {
            outcome_of(spec, pair.primary, status)
            for pair in spec.pairs
            if pair.secondary == status and pair.primary in spec.terminal_primaries
        }
        bad = "badly" if Outcome.FAILED in ends else "stopped"
        return "well" if Outcome.SUCCEEDED in ends else bad
    if status in (*spec.attempts.begins, *spec.attempts.breaks):
        return "waiting"
    return "working" if status in spec.time.clock_starts else "closing"


def _edges(spec: Spec, observed: _Observed) -> Iterator[list[Any]]:
    """Each transition: from, to, count, illegal count, median seconds before it, evidence."""
    evidence: dict[Edge, str] = {}
    for row in spec.transitions:
        evidence.setdefault((row.before, row.after), str(row.evidence))
    for edge in dict.fromkeys((*evidence, *observed.edges)):
        times = observed.before.get(edge)
        middle = round(median(times), 3) if times else None
        counts = [observed.edges[edge], observed.illegal[edge]]
        yield [*edge, *counts, middle, evidence.get(edge, "")]


def _lasted(entry: Entry) -> float | None:
    if entry.start is None or entry.end is None or entry.end < entry.start:
        return None
    return (entry.end - entry.start) / SECOND


def _box(values: list[float]) -> dict[str, Any]:
    """The count, quartiles, whiskers of at most 1.5 boxes, and some values beyond them."""
    ordered = sorted(values)
    low, middle, high = quantiles(ordered, n=4, method="inclusive") if ordered[1:] else ordered * 3
    reach = 1.5 * (high - low)
    inside = [value for value in ordered if low - reach <= value <= high + reach]
    beyond = [value for value in ordered if not low - reach <= value <= high + reach]
    step = max(1, len(beyond) // SAMPLE)
    return {
        "count": len(values),
        "box": [round(value, 3) for value in (inside[0], low, middle, high, inside[-1])],
        "beyond": [*beyond[::step], *beyond[-1:]],
    }
