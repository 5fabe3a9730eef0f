"""Which rules must be asked about values inside members that are new in a response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from trainstate.checking.variants import constraints_of_terms
from trainstate.history.nested import excesses, unconfigured
from trainstate.history.typed import Decode, Typed, Values
from trainstate.rules.constraints import broken
from trainstate.spec.model import AttachedMachine, Spec

_NONE: frozenset[str] = frozenset()
_PARTS = frozenset({"Inside", "Problems", "Settings"})
"""The parts that have these values."""
_BROKEN = frozenset({"Presence"})
"""The part that has broken constraints."""

New = Mapping[str, Any]
"""The new members of a response by name, as ``Decode.inside`` gives them."""


@frozen(eq=False)
class Within:
    """Where members contain times, bounded numbers, and items that the job asked for.

    ``timed`` has the member and the name of each time, and whether only training makes it.
    ``constraints`` are the numbers of a member's constraints that are no variants, ``heads`` the
    sliced members that each constraint mentions.
    """

    spec: Spec
    decode: Decode
    timed: tuple[tuple[str, str, bool], ...]
    bounded: tuple[str, ...]
    asked: tuple[AttachedMachine, ...]
    constraints: Mapping[str, tuple[int, ...]]
    heads: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, spec: Spec, decode: Decode) -> Within:
        """Those of a specification."""
        pairs = [pointer.strip("/").split("/") for pointer in spec.layout.moments]
        emitted = spec.layout.emitted
        settled, known = {one.name for one in decode.of(decode.settled)}, constraints_of_terms(spec)
        held = {bound.pointer.strip("/").partition("/")[0] for bound in spec.bounds}
        heads = [{path.split("/")[0] for path in row.paths} for row in spec.constraints]
        numbers = [number for number in range(len(heads)) if number not in known]
        return cls(
            spec=spec,
            decode=decode,
            timed=tuple([(member, name, f"/{member}/{name}" in emitted) for member, name in pairs]),
            bounded=tuple(sorted(held.intersection(decode.places) - settled)),
            asked=tuple([machine for machine in spec.machines if machine.configured]),
            constraints={
                name: tuple([number for number in numbers if name in heads[number]])
                for name in decode.places
            },
            heads=tuple([tuple(decode.places.keys() & names) for names in heads]),
        )

    def parts(self, typed: Typed, values: Values, new: New) -> frozenset[str]:
        """The parts whose rules must be asked."""
        try:
            timely = all(
                # Without a start the history may show one, which the rules know.
                begun is not None and begun <= time <= typed.modified
                for emitted, time in self._times(new)
                for begun in (typed.started if emitted else typed.created,)
            )
        except TypeError:  # a time of another kind
            timely = False
        quiet = timely and not self._exceeds(values, new) and not self._is_unasked(values, new)
        parts = _NONE if quiet else _PARTS
        return parts | _BROKEN if self._breaks(typed, values, new) else parts

    def _breaks(self, typed: Typed, values: Values, new: New) -> bool:
        """Whether a constraint of a new member may be broken."""
        numbers = {number for name in new for number in self.constraints[name]}
        if not numbers:
            return False
        layout = self.spec.layout
        members = {**new, layout.name: typed.name, layout.arn: typed.arn}
        for name in {name for number in numbers for name in self.heads[number]}:
            if name not in new:
                members[name] = self.decode.member(name, values)
        return any(broken(members, self.spec, numbers))

    def _times(self, new: New) -> Iterator[tuple[bool, Any]]:
        """The times inside members, and whether only training makes them."""
        for member, name, emitted in self.timed:
            value = new.get(member, ())
            for item in value if isinstance(value, list | tuple) else (value,):
                time = None if item is None else getattr(item, name)
                if time is not None:
                    yield emitted, time

    def _exceeds(self, values: Values, new: New) -> bool:
        """Whether a number may be out of bounds."""
        names = [name for name in self.bounded if name in new]
        members = {name: self.decode.member(name, values) for name in names}
        return bool(members) and any(excesses(members, self.spec))

    def _is_unasked(self, values: Values, new: New) -> bool:
        """Whether an item may be one that the job did not ask for."""
        for machine in self.asked:
            if machine.member in new:
                names = machine.member, machine.configured
                members = {name: self.decode.member(name, values) for name in names}
                if any(unconfigured(members, self.spec)):
                    return True
        return False


__all__ = ["Within"]
