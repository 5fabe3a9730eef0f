"""The check as a function: recorded responses to a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from trainstate.checking.order import Order
from trainstate.checking.report import Report
from trainstate.checking.stream import Checker, judge
from trainstate.errors import UsageError
from trainstate.history.readers import value_records
from trainstate.rules.index import select_rules
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec

T = TypeVar("T")


def check(
    responses: Any,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    accept: str = Evidence.DEPRECATED,
    order: str | None = None,
    spec: Spec | None = None,
    tolerances: Tolerances | None = None,
) -> Report:
    """Checks recorded responses of any number of jobs, in order of arrival.

    ``responses`` is a mapping as boto3 returns it, an iterable of such, JSON text, the path of a
    file or folder, a table (a frame of pandas or polars, a table of Arrow, a relation of DuckDB),
    or a mix of these; it is never changed. ``select`` and ``ignore`` take rule codes, prefixes of
    codes, or names. ``accept`` is the weakest evidence that counts; ``order`` is *arrival*, *free*,
    or None for arrival of polls and no order of events. Raises InputError for a path that cannot be
    read or has no known format, UsageError or UnknownNameError for an option. An example::

        report = trainstate.check(client.describe_training_job(TrainingJobName=name))
        assert report.verdict is not trainstate.Verdict.INCONSISTENT, list(map(str, report))
    """
    spec = builtin_spec() if spec is None else _checked("spec", spec, Spec)
    checker = Checker(
        spec=spec,
        rules=select_rules(select=_names("select", select), ignore=_names("ignore", ignore)),
        accept=_choice("accept", accept, Evidence),
        order=None if order is None else _choice("order", order, Order),
        tolerances=(
            Tolerances() if tolerances is None else _checked("tolerances", tolerances, Tolerances)
        ),
    )
    return judge(value_records(responses, spec), checker)


def _names(option: str, selectors: Iterable[str]) -> tuple[str, ...]:
    if isinstance(selectors, str):
        return (selectors,)
    names = tuple(selectors) if isinstance(selectors, Iterable) else (selectors,)
    wrong = next((name for name in names if not isinstance(name, str)), None)
    if wrong is not None or not isinstance(selectors, Iterable):
        raise UsageError(
            f"Expected {option} to be codes, prefixes or names of rules, as in ['TS3'], but got"
            f" {selectors!r} (a {type(selectors).__name__})."
        )
    return names


def _checked(option: str, value: Any, kind: type[T]) -> T:
    if isinstance(value, kind):
        return value
    raise UsageError(
        f"Expected {option} to be a {kind.__name__} but got {value!r} (a {type(value).__name__})."
    )


def _choice(option: str, value: str, choices: Any) -> Any:
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        raise UsageError(f"Expected {option} to be one of {known} but got {value!r}.") from None
