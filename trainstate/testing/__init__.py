"""The test kit: Hypothesis strategies for jobs, and faults to plant into what they show.

For people who test job simulators and code that consumes job statuses. Needs the extra
``testing``.
"""

from __future__ import annotations

from trainstate.testing.faults import Faulty, faulty
from trainstate.testing.options import Options
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

__all__ = [
    "Faulty",
    "Options",
    "Run",
    "Strategies",
    "events",
    "faulty",
    "from_spec",
    "histories",
    "jobs",
    "logs",
    "polls",
    "responses",
    "runs",
]
