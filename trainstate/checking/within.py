"""Which rules must be asked about values inside results and attached machines."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from trainstate.history.nested import excesses
from trainstate.history.typed import SLICED, Decode, Sliced, Values
from trainstate.spec.model import AttachedMachine, Spec

_NONE: frozenset[str] = frozenset()
_PARTS = frozenset({"Inside", "Problems", "Settings"})
"""The parts that have these values."""


@frozen(eq=False)
class Within:
    """Where members contain times, bounded numbers, and items that the job asked for."""

    spec: Spec
    decode: Decode
    timed: tuple[tuple[str, str], ...]
    bounded: tuple[tuple[int, Sliced], ...]
    asked: tuple[AttachedMachine, ...]

    @classmethod
    def of(cls, spec: Spec, decode: Decode) -> Within:
        """Those of a specification."""
        pairs = [pointer.strip("/").split("/") for pointer in spec.layout.moments]
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
        )

    def parts(self, values: Values, inside: Any, created: Any, modified: Any) -> frozenset[str]:
        """The parts whose rules must be asked.

        ``created`` and ``modified`` are the times between which the job has lived so far.
        """
        try:
            timely = all(created <= time <= modified for time in self._times(inside))
        except TypeError:  # a time of another kind
            timely = False
        quiet = timely and not self._exceeds(values) and not self._is_unasked(inside)
        return _NONE if quiet else _PARTS

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
