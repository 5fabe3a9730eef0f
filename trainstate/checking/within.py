"""Which rules must be asked about values inside members."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from trainstate.checking.variants import constraints_of_terms
from trainstate.history.nested import excesses
from trainstate.history.typed import SLICED, Decode, Sliced, Typed, Values, values_of
from trainstate.rules.constraints import broken
from trainstate.spec.model import AttachedMachine, Spec

_NONE: frozenset[str] = frozenset()
_PARTS = frozenset({"Inside", "Problems", "Settings"})
"""The parts that have these values."""
_BROKEN = frozenset({"Presence"})
"""The part that has broken constraints."""


@frozen(eq=False)
class Within:
    """Where members contain times, bounded numbers, and items that the job asked for.

    ``constrained`` are the members with constraints, ``numbers`` those of constraints that are no
    variants, and ``unsettled`` of these the ones that do not concern the configuration alone.
    """

    spec: Spec
    decode: Decode
    timed: tuple[tuple[str, str], ...]
    bounded: tuple[tuple[int, Sliced], ...]
    asked: tuple[AttachedMachine, ...]
    constrained: tuple[str, ...]
    numbers: tuple[int, ...]
    unsettled: tuple[int, ...]

    @classmethod
    def of(cls, spec: Spec, decode: Decode) -> Within:
        """Those of a specification."""
        pairs = [pointer.strip("/").split("/") for pointer in spec.layout.moments]
        settled = {one.name for one in decode.of(decode.settled)}
        rows, known = spec.constraints, constraints_of_terms(spec)
        numbers = tuple([number for number in range(len(rows)) if number not in known])
        constrained = {path.split("/")[0] for row in rows for path in row.paths}
        held = {bound.pointer.strip("/").partition("/")[0] for bound in spec.bounds}
        return cls(
            spec=spec,
            decode=decode,
            timed=tuple([(member, name) for member, name in pairs]),
            bounded=tuple(
                (at, one)
                for at, one in enumerate(decode.sliced, SLICED)
                if one.name in held and at < decode.settled.start
            ),
            asked=tuple([machine for machine in spec.machines if machine.configured]),
            constrained=tuple([one.name for one in decode.sliced if one.name in constrained]),
            numbers=numbers,
            unsettled=tuple(
                number
                for number in numbers
                if not settled.issuperset(path.split("/")[0] for path in rows[number].paths)
            ),
        )

    def parts(self, typed: Typed, inside: Any, *, settled: bool) -> frozenset[str]:
        """The parts whose rules must be asked; ``settled``: the configuration is as it was."""
        created, modified = typed.created, typed.modified
        try:
            timely = all(created <= time <= modified for time in self._times(inside))
        except TypeError:  # a time of another kind
            timely = False
        quiet = timely and not self._exceeds(values_of(typed)) and not self._is_unasked(inside)
        parts = _NONE if quiet else _PARTS
        numbers = self.unsettled if settled else self.numbers
        return parts | _BROKEN if self._breaks(typed, inside, numbers) else parts

    def _breaks(self, typed: Typed, inside: Any, numbers: tuple[int, ...]) -> bool:
        """Whether a constraint between members may be broken."""
        held = {name: getattr(inside, name) for name in self.constrained}
        members = {name: value for name, value in held.items() if value is not None}
        layout = self.spec.layout
        members |= {layout.name: typed.name, layout.arn: typed.arn}
        return any(broken(members, self.spec, numbers))

    def _times(self, inside: Any) -> list[Any]:
        held = [(getattr(inside, member), name) for member, name in self.timed]
        items = [
            (item, name)
            for value, name in held
            for item in (value if isinstance(value, list) else (value,))
        ]
        times = [getattr(item, name) for item, name in items if item is not None]
        return [time for time in times if time is not None]

    def _exceeds(self, values: Values) -> bool:
        """Whether a number may be out of bounds."""
        held = [(at, one) for at, one in self.bounded if values[at]]
        members = {one.name: self.decode.value(one, values[at]) for at, one in held}
        return bool(held) and any(excesses(members, self.spec))

    def _is_unasked(self, inside: Any) -> bool:
        """Whether an item may be one that the job did not ask for."""
        for machine in self.asked:
            shown, asked = (
                {getattr(item, machine.key, None) for item in getattr(inside, member) or ()}
                for member in (machine.member, machine.configured)
            )
            if shown and asked and not shown <= asked:
                return True
        return False


__all__ = ["Within"]
