"""The fuzzer as a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from trainstate.checking.baseline import Baseline, read_baseline
from trainstate.errors import InputError, UsageError
from trainstate.rules.index import select_rules
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.hunting import Hunt, Limits
from trainstate.testing.fuzzing.report import Discovery, FuzzReport
from trainstate.testing.fuzzing.subject import Advance, Maker, Target, target_of

SECONDS, PROGRAMS = 50.0, 1_000
"""How long the fuzzer tries, and how many programs at most, where nobody says otherwise."""


def fuzz(
    make_client: Maker | Target,
    *,
    advance: Advance | None = None,
    budget: int | None = None,
    max_examples: int | None = None,
    seconds: float | None = SECONDS,
    seed: int = 0,
    baseline: Baseline | str | Path | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    spec: Spec | None = None,
    on_program: Callable[[int], object] | None = None,
) -> FuzzReport:
    """The report on a service of training jobs, by programs of calls that it is driven through.

    ``make_client`` makes a client with the methods of a boto3 SageMaker client, for each
    program a fresh one: it returns the client, a ``Subject``, or a context manager of
    either, and may take a ``seed``. ``advance`` lets so many seconds pass on the
    service. ``budget`` is a number of API calls, ``max_examples`` one of programs
    (1,000, and without a limit where there is a budget), ``seconds`` a time; None for no
    limit. Findings in ``baseline``, a file or a Baseline, are known. ``select`` and
    ``ignore`` choose rules as ``trainstate.check`` does. Raises UsageError for an
    option, InputError for a baseline that cannot be read.
    """
    known = _baseline(baseline)
    hunt = Hunt(
        target=target_of(make_client, advance=advance),
        spec=spec or builtin_spec(),
        rules=select_rules(select=tuple(select), ignore=tuple(ignore)),
        limits=_limits(budget, max_examples, seconds),
        seed=seed,
        on_program=on_program or _silently,
    )
    hunt.explore()
    return _report(hunt, known)


def _report(hunt: Hunt, known: Baseline) -> FuzzReport:
    found = tuple(sorted(hunt.discoveries(), key=_rank))
    return FuzzReport(
        target=hunt.target.label,
        seed=hunt.seed,
        discoveries=tuple(d for d in found if d.emblem not in known),
        known=tuple(d for d in found if d.emblem in known),
        calls=hunt.calls,
        programs=hunt.programs,
        seconds=round(hunt.seconds, 3),
        visits=hunt.visits,
        ended=hunt.ended,
        spec_version=hunt.spec.version,
    )


def _silently(_calls: int) -> None:
    """Nobody wants to know how far the run is."""


def _rank(found: Discovery) -> tuple[int, str]:
    return list(Severity).index(found.finding.severity), str(found.key)


def _limits(budget: int | None, programs: int | None, seconds: float | None) -> Limits:
    for name, value in (("budget", budget), ("max_examples", programs), ("seconds", seconds)):
        if value is not None and not value > 0:
            raise UsageError(f"Expected {name} to be more than 0 but got {value!r}.")
    most = PROGRAMS if budget is None else budget
    return Limits(calls=budget, programs=programs or most, seconds=seconds)


def _baseline(given: Baseline | str | Path | None) -> Baseline:
    if given is None:
        return Baseline()
    if isinstance(given, Baseline):
        return given
    try:
        text = Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The baseline {str(given)!r} cannot be read ({error}).") from None
    return read_baseline(text, file=str(given))
