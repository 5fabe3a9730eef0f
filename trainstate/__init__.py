"""A formal state machine of the life of an Amazon SageMaker training job.

``check`` judges recorded DescribeTrainingJob responses against it; a ``Tracker`` follows one job
and says what its responses mean; ``SPEC`` is the model with the evidence of every fact;
``rules`` lists what can be wrong.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainstate.checking.order import Order
    from trainstate.checking.report import Finding, JobReport, Report, Verdict
    from trainstate.checking.run import check
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
    from trainstate.spec.load import load_spec
    from trainstate.spec.model import Evidence, Spec
    from trainstate.spec.outcome import Outcome
    from trainstate.spec.statuses import PrimaryStatus, SecondaryStatus
    from trainstate.track.tracker import Tracker

    __version__: str

    SPEC: Spec
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

if not TYPE_CHECKING:
    # A folder has the name of a function. Import it and remove it again, so that no later import
    # replaces the function with the folder.
    from trainstate import rules

    del rules

    # Reading the facts and building the classes costs more than starting many an embedding
    # program, so each name is loaded at first use.
    _HOMES = {
        "checking.order": ("Order",),
        "checking.report": ("Finding", "JobReport", "Report", "Verdict"),
        "checking.run": ("check",),
        "errors": (
            "IllegalMoveError",
            "InputError",
            "SpecError",
            "TrainstateError",
            "UnknownNameError",
            "UsageError",
        ),
        "rules.index": ("rules",),
        "rules.model": ("Rule", "Severity"),
        "rules.tolerances": ("Tolerances",),
        "spec.load": ("load_spec",),
        "spec.model": ("Evidence", "Spec"),
        "spec.outcome": ("Outcome",),
        "spec.statuses": ("PrimaryStatus", "SecondaryStatus"),
        "track.tracker": ("Tracker",),
    }

    def __getattr__(name):
        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is not None:
            value = getattr(import_module(f"trainstate.{home}"), name)
        elif name == "SPEC":
            value = import_module("trainstate.spec.load").builtin_spec()
        elif name == "__version__":
            value = import_module("trainstate.version").installed_version()
        else:
            # With the name and the module, the interpreter suggests the right spelling.
            what = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(what, name=name, obj=sys.modules[__name__])
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
