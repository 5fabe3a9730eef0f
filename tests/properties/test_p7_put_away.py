"""P7 where the texts of jobs are put away: with few lines at hand the report is the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.test_p7_fast_path_is_plain import Lines, both, interleaved, report
from trainstate.check import shape
from trainstate.testing.corpus import Corpus, generated


@pytest.fixture(autouse=True, scope="module")
def _one_at_hand() -> Iterator[None]:
    """The last line of one job is at hand, so that a job in turn with another has lost its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape, "_LATEST", 1)
        yield


@given(interleaved())
def test_interleaved_jobs_are_judged_alike(lines: Lines) -> None:
    """A job goes on from what was kept of it, as it does from its text."""
    plain, fast = both(lines)

    assert plain == fast


@pytest.mark.parametrize("polled", [4, 20])
def test_faults_are_found_in_jobs_that_were_put_away(polled: int) -> None:
    """Jobs that ended are judged by further polls, though little is kept of them."""
    corpus = Corpus(jobs=60, polls=polled, seed=polled, faults=0.5)
    lines = [text.encode("utf-8", "replace") for text, _ in generated(corpus)]

    plain, fast = both(lines)

    assert plain == fast


@given(st.integers(0, 30), st.integers(0, 3))
def test_an_ended_job_that_is_polled_again_is_taken(seed: int, more: int) -> None:
    """Its last line comes again and is counted, also after other jobs."""
    ends = [
        [text.encode() for text, _ in generated(Corpus(jobs=1, polls=6, seed=one))][-1]
        for one in (seed, seed + 100)
    ]
    lines = ends * (2 + more)

    judged, taken = report(lines, fast=True)

    assert taken >= len(lines) - 2
    assert [job.responses for job in judged.jobs] == [2 + more] * 2
