"""The test kit: Hypothesis strategies for jobs, and faults to plant in their responses.

For testing job simulators and code that consumes job statuses. Needs the extra ``testing``.
``fuzz`` finds the calls on which a simulator is wrong, ``check_consumer`` the histories on which
a consumer hangs or misreports; the latter needs boto3 too, and is loaded at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainstate.testing.faults import faulty
from trainstate.testing.fuzzing import FuzzReport, Subject, fuzz
from trainstate.testing.mutation import Faulty
from trainstate.testing.options import StrategyOptions
from trainstate.testing.runs import Run
from trainstate.testing.strategies import (
    Strategies,
    events,
    from_spec,
    histories,
    jobs,
    logs,
    polls,
    responses,
    runs,
)

if TYPE_CHECKING:
    from trainstate.testing.consumers import check_consumer

__all__ = [
    "Faulty",
    "FuzzReport",
    "StrategyOptions",
    "Run",
    "Subject",
    "Strategies",
    "check_consumer",
    "events",
    "faulty",
    "from_spec",
    "fuzz",
    "histories",
    "jobs",
    "logs",
    "polls",
    "responses",
    "runs",
]


def __getattr__(name: str) -> Any:
    """``check_consumer``, which imports boto3."""
    if name != "check_consumer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trainstate.testing.consumers import check_consumer  # noqa: PLC0415 - brings boto3 along

    return check_consumer
