"""The test kit: Hypothesis strategies for jobs, and faults to plant into what they show.

For people who test job simulators and code that consumes job statuses. Needs the extra
``testing``. ``fuzz`` finds the calls that make a simulator lie.
"""

from __future__ import annotations

from trainstate.testing.faults import Faulty, faulty
from trainstate.testing.fuzzing import FuzzReport, Subject, fuzz
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
    "FuzzReport",
    "Options",
    "Run",
    "Subject",
    "Strategies",
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
