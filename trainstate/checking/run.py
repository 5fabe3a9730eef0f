"""The check as a function: recorded responses to a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trainstate.checking.options import CheckerOptions, instance_of
from trainstate.checking.report import Report
from trainstate.checking.stream import judge
from trainstate.history.readers import value_records
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec


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
    options = CheckerOptions(
        select=select, ignore=ignore, accept=accept, order=order, tolerances=tolerances
    )
    spec = builtin_spec() if spec is None else instance_of("spec", spec, Spec)
    return judge(value_records(responses, spec), options.checker(spec))
