"""P7 where names do not tell jobs apart: regions share them, and records lack the ARN."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.test_p7_parts import SPEC, both
from trainstate.testing.corpus import Corpus, generated

LAYOUT = SPEC.layout
REGIONS = ("eu-west-1", "us-east-1")
NAME = "shared-name"


def _polls(seed: int, region: str) -> list[dict[str, Any]]:
    """The polls of one job, which has the shared name in a region."""
    rows = [json.loads(text) for text, _ in generated(Corpus(jobs=1, polls=6, seed=seed))]
    arn = f"arn:aws:sagemaker:{region}:123456789012:training-job/{NAME}"
    return [{**row, LAYOUT.name: NAME, LAYOUT.arn: arn} for row in rows]


@st.composite
def shared(draw: st.DrawFn) -> list[bytes]:
    """Two jobs of one name in turn, after others of their shapes; some polls lack the ARN."""
    seeds = draw(st.lists(st.integers(0, 40), min_size=2, max_size=2, unique=True))
    twins = [
        text.encode() for seed in seeds for text, _ in generated(Corpus(jobs=1, polls=6, seed=seed))
    ]
    waiting = [_polls(seed, region) for seed, region in zip(seeds, REGIONS, strict=True)]
    found = twins if draw(st.booleans()) else []
    for turn in draw(st.lists(st.integers(0, 1), min_size=3, max_size=12)):
        if not waiting[turn]:
            continue
        row = waiting[turn].pop(0)
        if draw(st.integers(0, 2)) == 0:
            del row[LAYOUT.arn]
        found.append(json.dumps(row).encode())
    return found


@given(shared())
def test_a_record_by_name_alone_is_the_job_last_seen_with_it(lines: list[bytes]) -> None:
    """The comparison of parts knows which of two jobs was seen last, as the rules do."""
    plain, parts = both(lines)

    assert plain == parts
