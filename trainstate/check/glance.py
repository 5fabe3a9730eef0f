"""A line at a glance: typed decoding of what decides, everything else as it is written.

Decoding to a type costs hardly more than passing over a line. A line that does not fit
the type is not wrong: it takes the plain path, on which the rules say what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal

import msgspec
from attrs import field, frozen

from trainstate.rules.model import Rule, Scope
from trainstate.spec.model import Member, Spec

Time = datetime | float
"""An instant as msgspec decodes it; both kinds are in order, and never mixed in a job."""

ABSENT = msgspec.Raw(b"~")
"""What stands for a member that is absent: no JSON text looks like it."""

_CONFIGURATION = ("origin", "fixed-configuration", "updatable-configuration")
_KINDS = {"string": b'"', "structure": b"{", "map": b"{", "list": b"[", "boolean": b"tf"}
_ALL = 20  # a rule that reads more members than this reads them for their presence and type


_first_byte = itemgetter(slice(1))


@frozen(kw_only=True)
class Group:
    """Members that stand side by side in a decoded line: their place there, and which they are."""

    place: slice
    members: tuple[Member, ...]
    _typed: set[bytes] = field(factory=set, eq=False)

    def written(self, values: tuple[Any, ...]) -> bytes:
        """The members as they are written, one a line."""
        return b"\n".join(values[self.place])

    def kinds(self, written: bytes) -> bytes | None:
        """The first byte of each member as it is written, which tells its type.

        None where a member is not of its type (nor absent, nor null), or has several lines.
        """
        kinds = b"".join(map(_first_byte, written.split(b"\n")))
        return kinds if kinds in self._typed or self._is_well_typed(kinds) else None

    def _is_well_typed(self, kinds: bytes) -> bool:
        each = (kinds[at : at + 1] for at in range(len(kinds)))
        if not all(
            kind in b"~n" or kind in _KINDS.get(member.type, b"")
            for kind, member in zip(each, self.members, strict=True)
        ):
            return False
        self._typed.add(kinds)
        return True


@frozen(kw_only=True)
class Glances:
    """How the lines of a specification's jobs are decoded.

    ``line`` gives an object with the members that are compared, under the roles of the
    record's layout; the others are groups of it as a tuple. ``counts`` are further
    numbers that only grow, ``telling`` the places of those among them of which a rule
    sees whether they are there; ``shown`` and ``results`` may come and change, and rules see
    of the shown ones that they are there; ``attached`` are machines; ``loose`` and
    ``exact`` must not change, and rules look into the exact ones. ``come`` is the part
    with all that may come and is no number.
    """

    line: Callable[[bytes], Any]
    entries: Callable[[bytes], list[Any]]
    time: Callable[[bytes], Any]
    counts: Group
    telling: tuple[int, ...]
    shown: Group
    results: Group
    attached: Group
    loose: Group
    exact: Group
    come: slice = field(init=False)

    @come.default
    def _may_come(self) -> slice:
        return slice(self.shown.place.start, self.attached.place.stop)


def glances(spec: Spec, rules: Iterable[Rule]) -> Glances | None:
    """The decoders for a specification; None where it lacks a role that they need."""
    typed = _typed(spec)
    looked_into = _looked_into(spec, rules)
    groups = _grouped(spec, {name for name, _, _ in typed.values()}, looked_into)
    if not all(name for name, _, _ in typed.values()) or groups is None:
        return None
    names = {role: name for role, (name, _, _) in typed.items()}
    fields: list[Any] = [(role, kind, *default) for role, (_, kind, default) in typed.items()]
    placed: dict[str, Group] = {}
    for group, members in groups.items():
        start = len(fields)
        number = group == "counts"
        for member in members:
            role = f"member_{len(fields)}"
            names[role] = member.name
            fields.append((role, int | None, None) if number else (role, msgspec.Raw, ABSENT))
        placed[group] = Group(place=slice(start, len(fields)), members=tuple(members))
    struct = msgspec.defstruct("Glance", fields, rename=names, gc=False)
    return Glances(
        line=msgspec.json.Decoder(struct).decode,
        entries=msgspec.json.Decoder(list[_entry(spec)]).decode,  # type: ignore[misc]
        time=msgspec.json.Decoder(Time).decode,
        telling=tuple(
            at
            for at, member in enumerate(groups["counts"])
            if member.required or member.name in looked_into
        ),
        **placed,
    )


def _grouped(spec: Spec, typed: set[str], exact: set[str]) -> dict[str, list[Member]] | None:
    """The members that are not compared one by one, in groups; None if one fits nowhere."""
    groups: dict[str, list[Member]] = {
        name: [] for name in ("counts", "shown", "results", "attached", "loose", "exact")
    }
    machines = {machine.member for machine in spec.machines}
    for member in spec.members:
        if member.name in typed:
            continue
        if member.role == "billing" and member.type in ("integer", "long"):
            groups["counts"].append(member)
        elif member.name in machines:
            groups["attached"].append(member)
        elif member.type not in _KINDS:
            return None
        elif member.role in _CONFIGURATION and not _is_free(member):
            groups["exact" if member.name in exact else "loose"].append(member)
        else:
            groups["shown" if member.name in exact else "results"].append(member)
    return groups


def _is_free(member: Member) -> bool:
    """Holds if an update may change the whole member."""
    return member.role == "updatable-configuration" and not member.updatable


def _typed(spec: Spec) -> dict[str, tuple[str, Any, tuple[Any, ...]]]:
    """The members that are compared: role, name, type, and a default where one may be absent."""
    layout = spec.layout
    primaries = Literal[tuple(spec.primary_by_name)]  # type: ignore[valid-type]
    secondaries = Literal[tuple(spec.secondary_by_name)]  # type: ignore[valid-type]
    return {
        "name": (layout.name, str, ()),
        "arn": (layout.arn, str, ()),
        "created": (layout.created, Time, ()),
        "modified": (layout.modified, Time, ()),
        "primary": (layout.primary, primaries, ()),
        "secondary": (layout.secondary, secondaries, ()),
        "history": (layout.history, msgspec.Raw, ()),
        "started": (layout.started, Time | None, (None,)),
        "ended": (layout.ended, Time | None, (None,)),
        "training": (layout.training_seconds, int | None, (None,)),
        "billable": (layout.billable_seconds, int | None, (None,)),
        "reason": (layout.failure_reason, str | None, (None,)),
        # What a response is wrapped in: such a line is no response itself.
        "event": ("detail-type", msgspec.Raw, (ABSENT,)),
        "wrapped": ("response", msgspec.Raw, (ABSENT,)),
    }


def _entry(spec: Spec) -> type:
    layout = spec.layout
    names = {
        "status": layout.entry_status,
        "start": layout.entry_start,
        "end": layout.entry_end,
        "message": layout.entry_message,
    }
    fields: list[Any] = [
        ("status", Literal[tuple(spec.secondary_by_name)]),
        ("start", Time),
        ("end", Time | None, None),
        ("message", str | None, None),
    ]
    return msgspec.defstruct("GlancedEntry", fields, rename=names, gc=False)


def _looked_into(spec: Spec, rules: Iterable[Rule]) -> set[str]:
    """The members whose value can decide: those that rules name, and those of guards and limits."""
    found = {spec.layout.stopping, *map(_member, spec.time.limits.values())}
    found.add(_member(spec.attempts.instances))
    for guard in spec.guards:
        found |= {_member(guard.member), _member(guard.implied_by), _member(guard.budget)}
    for rule in rules:
        # Rules about sequences are told what changed: they do not look themselves.
        if rule.scope is Scope.RESPONSE and len(rule.reads) <= _ALL:
            found |= set(rule.reads)
    return found


def _member(pointer: str | None) -> str:
    return (pointer or "").removeprefix("/").split("/", 1)[0]


__all__ = ["ABSENT", "Glances", "Group", "Time", "glances"]
