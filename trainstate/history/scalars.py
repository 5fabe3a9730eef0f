"""Scalars as other writers have them: decimals, MongoDB's numbers, .NET's constants, NaT."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from trainstate.spec.model import Spec

_LONGEST = Decimal(2**63)
# The keys in which MongoDB's canonical form wraps a number.
_NUMBERS: Mapping[str, Callable[[str], float]] = {
    "$numberInt": int,
    "$numberLong": int,
    "$numberDouble": float,
    "$numberDecimal": lambda text: plain_number(Decimal(text)),
}
_CONSTANT = "Value"
"""The only member of a constant in the SDK for .NET, which PowerShell prints, too."""


_MISSING = frozenset({"NoneType", "NaTType", "NAType"})
"""The classes of an absent value, of pandas' too; NaN is a number that a program wrote."""


def without_missing(recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping without null members, nor NaT and NA of pandas; unchanged if it has none."""
    missing = [name for name, value in recorded.items() if type(value).__name__ in _MISSING]
    if not missing:
        return recorded
    return {name: value for name, value in recorded.items() if name not in missing}


def plain_number(value: Decimal) -> float:
    """A DynamoDB number, a Decimal in Python, as an int or float."""
    whole = value.is_finite() and abs(value) < _LONGEST and value == value.to_integral_value()
    return int(value) if whole else float(value)


def unwrapped(recorded: Mapping[str, Any], spec: Spec) -> Mapping[str, Any]:
    """The mapping with plain scalars; unchanged if none is wrapped, directly or one level down.

    A mapping with the one member ``Value`` may be anything, so it is a constant only if a status is
    one.
    """
    layout = spec.layout
    statuses = (recorded.get(name) for name in (layout.primary, layout.secondary) if name)
    constants = any(map(_is_constant, statuses))
    if constants or any(_is_wrapped(item) for value in recorded.values() for item in _near(value)):
        return {name: _plain(value, constants=constants) for name, value in recorded.items()}
    return recorded


def _near(value: Any) -> tuple[Any, ...]:
    return (value, *value.values()) if type(value) is dict else (value,)


def _is_wrapped(value: Any) -> bool:
    if type(value) is dict and len(value) == 1:
        return not _NUMBERS.keys().isdisjoint(value)
    return isinstance(value, Decimal)


def _is_constant(value: Any) -> bool:
    return isinstance(value, Mapping) and [*value] == [_CONSTANT]


def _plain(value: Any, *, constants: bool) -> Any:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list | tuple):
        return [_plain(item, constants=constants) for item in value]
    if not isinstance(value, Mapping):
        return value
    if constants and _is_constant(value):
        return value[_CONSTANT]
    if len(value) == 1:
        ((key, written),) = value.items()
        if key in _NUMBERS and isinstance(written, str):
            with suppress(ValueError, ArithmeticError):
                return _NUMBERS[key](written)
    return {name: _plain(item, constants=constants) for name, item in value.items()}
