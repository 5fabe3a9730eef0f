"""Planted faults: legal sequences changed to break one rule at a known place.

``faulty(polls(), rule="forked-history")`` is a strategy of such sequences. The operators
are in the modules ``mutate_*``, one for each group of rules.
"""

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trainstate.errors import UnknownNameError
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing import (
    mutate_history,
    mutate_record,
    mutate_sequence,
    mutate_times,
)
from trainstate.testing.mutation import OPERATORS, Faulty, Operator, Response
from trainstate.testing.strategies import Strategies, from_spec

MUTATIONS = (mutate_record, mutate_history, mutate_times, mutate_sequence)
"""Importing these modules registers the operators."""


def faulty(
    sequences: SearchStrategy[list[Response]], *, rule: str, spec: Spec | None = None
) -> SearchStrategy[Faulty]:
    """Sequences with a fault that breaks the rule, and the fault's place.

    If a sequence has no place for the fault, another one is drawn. Raises
    UnknownNameError for a rule that is not in the index.
    """
    if rule not in OPERATORS:
        known = ", ".join(sorted(OPERATORS))
        raise UnknownNameError(f"Expected the name of a rule but got {rule!r}; they are {known}.")
    return _planted(sequences, OPERATORS[rule], from_spec(spec or builtin_spec()))


def operators() -> dict[str, tuple[Operator, ...]]:
    """Every operator, by rule name."""
    return dict(OPERATORS)


@st.composite
def _planted(
    draw: DrawFn,
    sequences: SearchStrategy[list[Response]],
    known: tuple[Operator, ...],
    kit: Strategies,
) -> Faulty:
    operator = draw(st.sampled_from(known))
    pick = draw(st.integers(0, 255))
    found = operator.apply(draw(sequences), kit.spec, pick)
    if found is None:
        found = operator.apply(draw(kit.polls(**operator.base)), kit.spec, pick)
    return found or reject()
