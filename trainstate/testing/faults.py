"""Planted faults: legal sequences changed to break one rule at a known place.

``faulty(polls(), rule="forked-history")`` is a strategy of such sequences. The operators
are in the modules ``plant_*``, one for each group of rules.
"""

from __future__ import annotations

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing import (
    plant_history,
    plant_limits,
    plant_record,
    plant_sequence,
    plant_times,
)
from trainstate.testing.planting import Faulty, Operator, Response, operators_of, registered
from trainstate.testing.strategies import Strategies, from_spec

PLANTS = (plant_record, plant_history, plant_times, plant_limits, plant_sequence)
"""Importing these modules registers the operators."""


def faulty(
    sequences: SearchStrategy[list[Response]], *, rule: str, spec: Spec | None = None
) -> SearchStrategy[Faulty]:
    """Sequences with a fault that breaks the rule, and the fault's place.

    If a sequence has no place for the fault, another one is drawn. Raises
    UnknownNameError for a rule that is not in the index.
    """
    return _planted(sequences, operators_of(rule), from_spec(spec or builtin_spec()))


def operators() -> dict[str, tuple[Operator, ...]]:
    """Every operator, by rule name."""
    return registered()


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
        found = operator.apply(draw(_suitable(operator, kit)), kit.spec, pick)
    return found or reject()


def _suitable(operator: Operator, kit: Strategies) -> SearchStrategy[list[Response]]:
    return kit.polls(**operator.base)
