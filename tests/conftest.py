"""What all tests share: how hard Hypothesis tries, and where the recorded jobs are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parent.parent

# No deadline anywhere: a machine that is shared has slow moments, and those are no bugs.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,  # a change is judged by what it changes, not by luck
    print_blob=True,
)
settings.register_profile(
    "nightly",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
)
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
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "dev")
)


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
