"""A formal state machine of the life of an Amazon SageMaker training job.

``check`` judges recorded DescribeTrainingJob responses against it; a ``Tracker`` follows
one job and says what its responses mean; ``SPEC`` is the model with the evidence of every
fact; ``rules`` lists what can be wrong.
"""

from __future__ import annotations

from trainstate.check.order import Order
from trainstate.check.report import Finding, JobReport, Report, Verdict
from trainstate.check.run import check
from trainstate.errors import (
    IllegalMoveError,
    InputError,
    SpecError,
    TrainstateError,
    UnknownNameError,
    UsageError,
)
from trainstate.rules.index import rules
from trainstate.rules.model import Rule, Severity
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec, load_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.spec.outcome import Outcome
from trainstate.spec.statuses import PrimaryStatus, SecondaryStatus
from trainstate.track.tracker import Tracker
from trainstate.version import VERSION

__version__ = VERSION

SPEC: Spec = builtin_spec()
"""The specification of the training job."""

__all__ = [
    "SPEC",
    "Evidence",
    "Finding",
    "IllegalMoveError",
    "InputError",
    "JobReport",
    "Order",
    "Outcome",
    "PrimaryStatus",
    "Report",
    "Rule",
    "SecondaryStatus",
    "Severity",
    "Spec",
    "SpecError",
    "Tolerances",
    "Tracker",
    "TrainstateError",
    "UnknownNameError",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "load_spec",
    "rules",
]
