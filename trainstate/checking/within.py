"""Whether rules may speak of the numbers, times and items inside results and attached machines."""

from __future__ import annotations

from attrs import frozen

from trainstate.checking.shown import Shown
from trainstate.history.instants import parse
from trainstate.history.nested import inner, is_quiet
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
    asked: tuple[tuple[int, Sliced], ...]

    @classmethod
    def of(cls, spec: Spec, decode: Decode) -> Within:
        """Those of a specification."""
        configured = {machine.configured for machine in spec.machines}
        asked = [one for one in enumerate(decode.sliced, SLICED) if one[1].name in configured]
        return cls(spec, decode, inner(spec), tuple(asked))

    def parts(self, shown: Shown) -> frozenset[str]:
        """The parts of which rules may speak."""
        spec, seen = self.spec, {**shown.attached, **shown.results}
        if self.members.isdisjoint(seen):
            return _NONE
        asked = {one.name: self.decode.value(one, shown.values[at]) for at, one in self.asked}
        begun, modified = parse(shown.values[CREATED])[0], parse(shown.modified)[0]
        quiet = is_quiet({**asked, **seen}, spec, begun=begun, modified=modified)
        return _NONE if quiet else _PARTS


__all__ = ["Within"]
