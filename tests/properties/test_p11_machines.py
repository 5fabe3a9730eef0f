"""P11 over the other machines: the checker decides as a search over all runs of their facts does.

TRAINSTATE_P11 chooses how many sequences are compared, as in ``test_p11_decision``.
"""

import pytest

from tests.oracle.adapter import expected_of, verdict_of
from tests.oracle.alphabet import families_of
from tests.oracle.family import Case, quotas
from tests.properties.test_p11_decision import LEAST, SHOWN
from trainstate.spec.load import spec_names


@pytest.mark.parametrize("machine", spec_names()[1:])
def test_checker_agrees_with_the_search(machine: str) -> None:
    """The checker's verdict on each sequence of the machine's families is the oracle's."""
    families, verdicts = families_of(machine), set()
    shares = quotas(families, LEAST // 50)
    differing: list[tuple[str, str, Case]] = []
    for case in (case for family in families for case in family.sample(shares[family.name])):
        expected, actual = expected_of(case), verdict_of(case)
        verdicts.add(expected)
        if expected != actual and len(differing) < SHOWN:
            differing.append((expected, actual, case))

    assert ([], {"CONSISTENT", "INCONSISTENT"}) == (differing, verdicts)
