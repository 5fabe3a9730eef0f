"""What all tests share: how hard Hypothesis tries, and where the recorded jobs are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.internal.conjecture import providers

ROOT = Path(__file__).parent.parent

# No deadline anywhere: a machine that is shared has slow moments, and those are no bugs.
# Derandomised: a change is judged by what it changes, not by luck, and a run that was green is
# green again. What explores is a profile that one asks for.
settings.register_profile("same", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("explore", max_examples=500, deadline=None, print_blob=True)
settings.register_profile("nightly", max_examples=5_000, deadline=None, print_blob=True)
# Mutants: a failure need not be small, and the same examples meet every mutant.
settings.register_profile(
    "mutation",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "same")
if settings().derandomize and hasattr(providers, "_get_local_constants"):
    # Hypothesis draws constants of the modules that are loaded at the moment. Ours are loaded when
    # they are needed, so that each worker of a run would draw others, by the order of its tests.
    _NO_CONSTANTS = providers._local_constants
    providers._get_local_constants = lambda: _NO_CONSTANTS


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded jobs; skips, with the reason, where it is absent."""
    named = os.environ.get("TRAINSTATE_CORPUS")
    folder = Path(named) if named else ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(
            f"no recorded jobs: {'TRAINSTATE_CORPUS' if named else '../shared/corpus'} is no folder"
        )
    return folder
