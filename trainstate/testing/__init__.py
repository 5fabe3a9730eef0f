"""The test kit: Hypothesis strategies for jobs, and faults to plant into what they show.

For people who test job simulators and code that consumes job statuses. Needs the extra
``testing``. ``fuzz`` finds the calls that make a simulator lie, ``check_consumer`` the
histories that make a consumer hang or misreport; that one needs boto3, too, and is loaded
when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainstate.testing.faults import faulty
from trainstate.testing.fuzzing import FuzzReport, Subject, fuzz
from trainstate.testing.options import StrategyOptions
from trainstate.testing.planting import Faulty
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
    """The check of a consumer, which brings boto3 along."""
    if name != "check_consumer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trainstate.testing.consumers import check_consumer  # noqa: PLC0415 - brings boto3 along

    return check_consumer
