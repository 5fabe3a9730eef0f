"""The reduced alphabets of P11: all short sequences over them, as families."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import product

from tests.oracle.brute_force import History, Obs, Order, load_facts
from tests.oracle.facts import EVIDENCE, FOLDER
from tests.oracle.family import (
    CLOCKS,
    LATE,
    Case,
    Config,
    Family,
    clocked,
    history_of,
    quotas,
    timed,
)
from tests.oracle.readings import BASES, ENDED, SHAPES, prefixes, readings, reshaped

ORDERS: tuple[Order, ...] = ("arrival", "free")
CONFIGS = (
    Config(spot=False, retry=0),
    Config(spot=True, retry=0),
    Config(spot=False, retry=1),
    Config(spot=None, retry=None, plan=None),
)
PAIRS = tuple(
    Obs(p=p, q=q)
    for p, q in (
        ("InProgress", "Starting"),
        ("InProgress", "Training"),
        ("InProgress", "Uploading"),
        ("InProgress", "Interrupted"),
        ("InProgress", "Completed"),
        ("Stopping", "Starting"),
        ("Stopping", "Stopping"),
        ("Stopping", "Uploading"),
        ("Stopped", "Interrupted"),
        ("Stopped", "Stopped"),
        ("Completed", "Completed"),
        ("Deleting", "Completed"),
    )
)
SUMMARIES = tuple(Obs(p=p) for p in ("InProgress", "Stopping", "Completed", "Deleting"))
LETTERS = (*PAIRS, *SUMMARIES)
PRIMARIES = ("InProgress", "Stopping", "Completed", "Stopped", "Failed", "Deleting")
STATUSES = ("Starting", "Downloading", "Training", "Uploading", "Stopping", "Stopped", "Completed")


def sequences(budget: int | None = None) -> Iterator[Case]:
    """All cases, or about `budget` of them, evenly spread: at least as many."""
    every = families()
    shares = quotas(every, budget or sum(family.size for family in every))
    for family in every:
        yield from family.sample(shares[family.name])


def families() -> list[Family]:
    """All families, in the order of the alphabets."""
    return [
        *(_timed_pairs(length) for length in (1, 2, 3)),
        _long_pairs(),
        *(_histories(length) for length in (1, 2, 3, 4)),
        _walks(),
        _likely_walks(),
        *(_read(base, length) for base in BASES for length in (2, 3)),
        *(_mixed(base, length) for base in BASES for length in (2, 3)),
        _partial(),
        _accepted_walks(),
        *(_accepted_pairs(length) for length in (1, 2, 3)),
        *(_accepted_mixed(base) for base in BASES),
    ]


# ------------------------------------------------------------------ (1) without histories


def time_patterns(length: int) -> list[tuple[int | None, ...]]:
    """All ways in which that many times can be absent, equal or in some order."""
    ranks = range(1, length + 1)
    found = []
    for times in product((None, *ranks), repeat=length):
        used = {at for at in times if at is not None}
        if used == set(range(1, len(used) + 1)):
            found.append(tuple(None if at is None else LATE + at for at in times))
    return found


def _timed_pairs(length: int, letters: Sequence[Obs] = LETTERS) -> Family:
    def build(*chosen: object) -> Case:
        *seen, times, order, config = chosen
        return Case(observations=timed(seen, times), order=order, config=config)  # type: ignore[arg-type]

    axes = (*[letters] * length, time_patterns(length), ORDERS, CONFIGS)
    return Family(f"pairs-{length}", axes, build)


def _long_pairs() -> Family:
    return _sequence("pairs-4", LETTERS, 4, clocks=("absent", "arrival", "equal", "reversed"))


# --------------------------------------------------------------------- (2) single histories


def _histories(length: int) -> Family:
    """All histories of that length over the reduced statuses."""
    histories = [history_of(statuses, ended=ENDED) for statuses in product(STATUSES, repeat=length)]
    return _single(f"histories-{length}", histories)


def _walks() -> Family:
    """All histories up to five entries that follow declared edges, guards left aside."""
    return _single("walks", walks(5))


def _likely_walks() -> Family:
    """The same histories, each with the primary that it has, and with one that ran ahead."""

    def build(history: History, ahead: bool, slack: int | None, config: Config) -> Case:
        p = primary_after(history, ahead=ahead)
        return _one_reading(history, p, "whole", slack, config)

    return Family("likely-walks", (walks(5), (False, True), (None, 0, 5), CONFIGS), build)


def primary_after(history: History, *, ahead: bool) -> str:
    """The primary that a job with this history has if it is legal."""
    statuses = [status for status, _, _ in history]
    last = statuses[-1]
    if last in ENDED:
        own = last if last in PRIMARIES else "Stopped"
        return "Deleting" if ahead else own
    return "Stopping" if ahead or "Stopping" in statuses else "InProgress"


def _single(name: str, histories: Sequence[History]) -> Family:
    return Family(name, (histories, PRIMARIES, SHAPES, (None, 0, -1), CONFIGS), _one_reading)


def _one_reading(history: History, p: str, shape: str, slack: int | None, config: Config) -> Case:
    modified = None if slack is None else history[-1][1] + slack
    q = history[-1][0]
    seen = Obs(p=p, q=q, history=reshaped(history, shape), modified=modified)
    return Case(observations=(seen,), config=config)


def walks(most: int) -> list[History]:
    """All histories along the declared edges, up to that many entries."""
    table = load_facts().tables["deprecated"]
    paths: list[tuple[str, ...]] = [(status,) for _, status in table.initial]
    found: list[tuple[str, ...]] = []
    while paths:
        found += paths
        longer = {
            (*path, edge.after)
            for path in paths
            for edge in table.edges.get(path[-1], ())
            if len(path) < most
        }
        paths = sorted(longer)
    return [history_of(path, ended=ENDED) for path in found]


# --------------------------------------------------- (3) readings of one history, (4) mixed


def _read(base: str, length: int) -> Family:
    return _sequence(f"read-{base}-{length}", readings(base), length)


def _mixed(base: str, length: int) -> Family:
    return _sequence(f"mixed-{base}-{length}", [*prefixes(base), *LETTERS], length)


def _sequence(
    name: str, letters: Sequence[Obs], length: int, *, clocks: Sequence[str] = tuple(CLOCKS)
) -> Family:
    def build(*chosen: object) -> Case:
        *seen, clock, order, config = chosen
        return Case(observations=clocked(seen, clock), order=order, config=config)  # type: ignore[arg-type]

    return Family(name, (*[letters] * length, clocks, ORDERS, CONFIGS), build)


def _partial(bases: Collection[str] = BASES) -> Family:
    """Responses that lack the primary or the secondary, next to each other."""

    def build(a: Obs, b: Obs, clock: str, order: Order, config: Config) -> Case:
        return Case(observations=clocked((a, b), clock), order=order, config=config)

    letters = [
        each
        for base in bases
        for full in prefixes(base)
        for each in (Obs(q=full.q), Obs(history=full.history), Obs(p=full.p, history=full.history))
    ]
    unique = list(dict.fromkeys(letters))
    return Family("partial", (unique, unique, tuple(CLOCKS), ORDERS, CONFIGS), build)


# ------------------------------------------------------------------------- (5) the evidence


def _accepted_walks() -> Family:
    def build(history: History, p: str, config: Config, accept: str) -> Case:
        seen = Obs(p=p, q=history[-1][0], history=history)
        return Case(observations=(seen,), config=config, accept=accept)

    return Family("accepted-walks", (walks(5), PRIMARIES, CONFIGS, EVIDENCE), build)


def _accepted_pairs(length: int, letters: Sequence[Obs] = LETTERS) -> Family:
    def build(*chosen: object) -> Case:
        *seen, config, accept = chosen
        return Case(observations=tuple(seen), config=config, accept=accept)  # type: ignore[arg-type]

    return Family(f"accepted-pairs-{length}", (*[letters] * length, CONFIGS, EVIDENCE), build)


def _accepted_mixed(base: str) -> Family:
    """Two readings, with or without their histories, in both orders, by each level of evidence."""

    def build(*chosen: object) -> Case:
        *seen, clock, order, config, accept = chosen
        shown = clocked(seen, clock)  # type: ignore[arg-type]
        return Case(observations=shown, order=order, config=config, accept=accept)  # type: ignore[arg-type]

    letters = [*prefixes(base), *LETTERS]
    axes = (letters, letters, ("absent", "arrival"), ORDERS, CONFIGS, EVIDENCE)
    return Family(f"accepted-mixed-{base}", axes, build)


# ------------------------------------------------------------------- (6) the other machines


def families_of(machine: str) -> list[Family]:
    """The families of another machine than the training job's, none of whose guards are unseen."""
    facts = load_facts(FOLDER / f"{machine.replace('-', '_')}.toml")
    table = facts.tables["deprecated"]
    primaries = sorted({p for p, _ in table.pairs})
    letters = [Obs(p=p) for p in primaries]
    if "secondary" in facts.layout:
        secondaries = sorted({q for _, q in table.pairs})
        letters += [Obs(p=p, q=q) for p, q in product(primaries, secondaries)]
    likely = [seen for seen in letters if seen.q is None or (seen.p, seen.q) in table.pairs]
    if not facts.layout["modified"]:
        found = [_sequence(f"pairs-{n}", likely, n, clocks=("absent",)) for n in (1, 2, 3, 4)]
    else:
        found = [_timed_pairs(1, letters), *(_timed_pairs(n, likely) for n in (2, 3))]
        found += [_sequence("pairs-4", likely, 4), _accepted_pairs(2, likely)]
    if "history" in facts.layout:
        bases = ("plain", "stopped", "retried", "early")
        found += [*(_histories(n) for n in (1, 2, 3)), _partial(bases)]
        found += [make(base, n) for make in (_read, _mixed) for base in bases for n in (2, 3)]
    return [_judged_as(machine, family) for family in found]


def _judged_as(machine: str, family: Family) -> Family:
    def build(*chosen: object) -> Case:
        return replace(family.build(*chosen), machine=machine)

    axes = tuple(CONFIGS[:1] if axis is CONFIGS else axis for axis in family.axes)
    return Family(f"{machine}-{family.name}", axes, build)
