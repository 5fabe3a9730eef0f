"""Whether rules may speak of the numbers, times and items inside results and attached machines."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from trainstate.checking.shown import Shown
from trainstate.history.instants import parse
from trainstate.history.nested import excesses, inner, misfits, moments, unconfigured
from trainstate.history.typed import CREATED, SLICED, Decode, Sliced
from trainstate.spec.model import Spec

_NONE: frozenset[str] = frozenset()
_PARTS = frozenset({"Inside", "Problems", "Settings"})
"""The parts that have these values."""


@frozen(eq=False)
class Within:
    """The members in which rules look, and where the lists are of what machines were asked for."""

    spec: Spec
    decode: Decode
    members: frozenset[str]
    asked: Mapping[str, tuple[int, Sliced]]

    @classmethod
    def of(cls, spec: Spec, decode: Decode) -> Within:
        """Those of a specification."""
        configured = {machine.configured: machine.member for machine in spec.machines}
        asked = {
            configured[sliced.name]: (at, sliced)
            for at, sliced in enumerate(decode.sliced, SLICED)
            if sliced.name in configured
        }
        return cls(spec, decode, inner(spec), asked)

    def parts(self, shown: Shown) -> frozenset[str]:
        """The parts of which rules may speak."""
        spec, seen = self.spec, {**shown.attached, **shown.results}
        if self.members.isdisjoint(seen):
            return _NONE
        if any(misfits(seen, spec)) or any(excesses(seen, spec)):
            return _PARTS
        if not self.asked.keys().isdisjoint(shown.attached):
            asked = self.asked.values()
            lists = {one.name: self.decode.value(one, shown.values[at]) for at, one in asked}
            if any(unconfigured({**lists, **shown.attached}, spec)):
                return _PARTS
        begun, modified = parse(shown.values[CREATED])[0], parse(shown.modified)[0]
        timely = all(begun <= at <= modified for _, at in moments(seen, spec))
        return _NONE if timely else _PARTS


__all__ = ["Within"]
