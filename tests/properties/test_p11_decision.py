"""P11: the checker decides as a search over all runs does.

The environment variable TRAINSTATE_P11 chooses how many of the sequences are compared:
`ci` (the default) or `nightly`. The choice is the same on every run.
"""

import os

import pytest

from tests.oracle.adapter import expected_of, verdict_of
from tests.oracle.alphabet import families
from tests.oracle.family import Case, Family, quotas

LEAST = {"mutation": 8_000, "ci": 50_000, "nightly": 1_000_000}[
    os.environ.get("TRAINSTATE_P11", "ci")
]
FAMILIES = families()
QUOTAS = quotas(FAMILIES, LEAST)
SHOWN = 5  # disagreements, of each family


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_checker_agrees_with_the_search(family: Family) -> None:
    """The checker's verdict on each sequence of the family is the oracle's."""
    differing: list[tuple[str, str, Case]] = []
    for case in family.sample(QUOTAS[family.name]):
        expected, actual = expected_of(case), verdict_of(case)
        if expected != actual and len(differing) < SHOWN:
            differing.append((expected, actual, case))

    assert [] == differing


def test_enough_sequences_are_compared() -> None:
    """The families give as many sequences as were promised, and tell how many there are."""
    compared = sum(1 for family in FAMILIES for _ in family.sample(QUOTAS[family.name]))
    declared = sum(family.size for family in FAMILIES)
    print(f"{compared} of {declared} sequences are compared")  # noqa: T201

    assert compared >= LEAST
