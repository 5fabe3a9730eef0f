"""What is written of a job's configuration and attached machines, as rules see it.

Of thousands of jobs few are configured in a new way: what was read once is remembered by
how it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from attrs import define, field, frozen

from trainstate.check.epoch import follows
from trainstate.check.glance import ABSENT, Glances, Group
from trainstate.check.memory import Setting
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.nested import excesses
from trainstate.history.wire import read_response
from trainstate.machine.guards import configuration
from trainstate.rules import clock
from trainstate.rules.model import Reading
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import AttachedMachine, Spec

FEWEST_CONFIGURED = 3
Attached = tuple[tuple[str, str, str], ...]
"""The statuses of attached machines: machine, item and status of each."""

MOST_SECONDS = 2.0**40
_MOST = 50_000  # ways of writing that are remembered


Fresh = tuple[tuple[str, str], ...]
"""Machines and statuses that are seen for the first time."""


@frozen(kw_only=True)
class _Machine:
    """How an attached machine is decoded, and what it shows: items and their statuses."""

    name: str
    decode: Callable[[Any], Any]
    pairs: Callable[[Any], list[tuple[str, str]]]


@define(kw_only=True)
class Settings:
    """The settings and the attached statuses that were read, by how they are written."""

    spec: Spec
    glances: Glances
    _settings: dict[tuple[tuple[str, ...], bytes], Setting | None] = field(factory=dict)
    _there: dict[bytes, tuple[str, ...]] = field(factory=dict)
    _alike: dict[Any, Setting] = field(factory=dict)
    _attached: dict[bytes, Attached | None] = field(factory=dict)
    _merged: dict[tuple[Attached, Attached], tuple[Attached, Fresh] | None] = field(factory=dict)
    _machines: tuple[_Machine, ...] = field(init=False)

    @_machines.default
    def _decoders(self) -> tuple[_Machine, ...]:
        machines = {machine.member: machine for machine in self.spec.machines}
        return tuple(_machine(machines[member.name]) for member in self.glances.attached.members)

    def setting(self, values: tuple[Any, ...], loose: bytes, exact: bytes) -> Setting | None:
        """The setting of a decoded line; None where a member is not of its type.

        ``loose`` and ``exact`` are the members of the two groups as they are written.
        """
        kinds = self.glances.loose.kinds(loose)
        if kinds is None:
            return None
        there = self._there.get(kinds)
        if there is None:
            there = self._there[kinds] = self._standing_for(kinds)
        written = (there, exact)
        if written in self._settings:
            return self._settings[written]
        members = _decoded(self.glances.exact, values)
        found = None if members is None else self._read(members, there)
        if len(self._settings) < _MOST:
            self._settings[written] = found
        return found

    def attached(self, values: tuple[Any, ...], written: bytes) -> Attached | None:
        """The statuses of the attached machines; None where one is not written as machines are."""
        if written not in self._attached:
            found = self._read_attached(values)
            if len(self._attached) >= _MOST:
                return found
            self._attached[written] = found
        return self._attached[written]

    def _read_attached(self, values: tuple[Any, ...]) -> Attached | None:
        found: list[tuple[str, str, str]] = []
        for machine, raw in zip(self._machines, values[self.glances.attached.place], strict=True):
            if raw is ABSENT:
                continue
            try:
                decoded = machine.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return None
            found += [(machine.name, *pair) for pair in machine.pairs(decoded)]
        return tuple(found)

    def merged(self, known: Attached, seen: Attached) -> tuple[Attached, Fresh] | None:
        """The statuses after new ones were seen, and which of those are first sightings.

        None where a status may not follow what was known.
        """
        if (known, seen) not in self._merged:
            fresh = self._fresh(known, seen)
            kept = {(machine, item): status for machine, item, status in (*known, *seen)}
            statuses = tuple((*key, status) for key, status in kept.items())
            if len(self._merged) >= _MOST:
                return None if fresh is None else (statuses, fresh)
            self._merged[known, seen] = None if fresh is None else (statuses, fresh)
        return self._merged[known, seen]

    def _fresh(self, known: Attached, seen: Attached) -> Fresh | None:
        before = {(machine, item): status for machine, item, status in known}
        machines = {machine.name: machine for machine in self.spec.machines}
        found: list[tuple[str, str]] = []
        for name, item, status in seen:
            old = before.get((name, item))
            if old is None or status not in machines[name].statuses:
                found.append((name, status))
            elif not follows(machines[name])(old, status):
                return None
            before[name, item] = status
        return tuple(found)

    def _standing_for(self, kinds: bytes) -> tuple[str, ...]:
        """Loose members that are to rules what those are that are there, by their first bytes.

        Of the required ones they ask which are there, of the others whether there are
        enough of them to be a job's configuration.
        """
        loose = self.glances.loose.members
        there = {m.name for m, kind in zip(loose, kinds, strict=True) if bytes([kind]) not in b"~n"}
        counted = [member for member in loose if member.role.endswith("configuration")]
        others = [member.name for member in counted if not member.required]
        enough = min(len(there.intersection(others)), FEWEST_CONFIGURED)
        required = [m.name for m in counted if m.required and m.name in there]
        return (*required, *others[:enough])

    def _read(self, members: dict[str, Any], there: tuple[str, ...]) -> Setting | None:
        if self._response(members).problems or any(excesses(members, self.spec)):
            return None
        known = {**members, **dict.fromkeys(there, True)}
        response = self._response(known)
        reading = Reading(
            response=response,
            spec=self.spec,
            tolerances=Tolerances(),
            config=configuration(response, self.spec),
        )
        if not reading.configured:
            return None  # an excerpt of a person's is judged by what it leaves out
        found = setting_of(reading)
        return self._alike.setdefault((found.config, found.absent, *found.limits.items()), found)

    def _response(self, members: dict[str, Any]) -> Response:
        return read_response(members, self.spec, kind=Kind.RESPONSE, origin=Origin())


def _machine(machine: AttachedMachine) -> _Machine:
    """The decoder for a machine's member, which refuses what is not written as it should be."""
    if not machine.status:
        decode, pairs = msgspec.json.Decoder(str).decode, _status
        return _Machine(name=machine.name, decode=decode, pairs=pairs)
    fields: list[Any] = [("status", str)]
    names = {"status": machine.status}
    if machine.key:
        fields, names = [("item", str), *fields], {"item": machine.key, **names}
    struct = msgspec.defstruct("Attached", fields, rename=names, gc=False)
    if not machine.items:
        decoder: Any = msgspec.json.Decoder(struct)
        return _Machine(name=machine.name, decode=decoder.decode, pairs=_one)
    decoder = msgspec.json.Decoder(list[struct])  # type: ignore[valid-type]
    return _Machine(name=machine.name, decode=decoder.decode, pairs=_several)


def _status(decoded: Any) -> list[tuple[str, str]]:
    return [("", decoded)]


def _one(decoded: Any) -> list[tuple[str, str]]:
    return [(getattr(decoded, "item", ""), decoded.status)]


def _several(decoded: Any) -> list[tuple[str, str]]:
    return [(getattr(one, "item", ""), one.status) for one in decoded]


def setting_of(reading: Reading) -> Setting:
    """The configuration of a response as rules see it."""
    spec, members = reading.spec, reading.response.members
    known = {status: clock.limit(reading, status) for status in spec.time.limits}
    limits = {status: limit for status, limit in known.items() if limit is not None}
    training = (
        limits[status]
        for status, start in spec.time.spans.items()
        if start == spec.layout.started and status in limits
    )
    required = (m for m in spec.members if m.required and m.role.endswith("configuration"))
    return Setting(
        config=reading.config,
        absent=tuple(member.name for member in required if members.get(member.name) is None),
        limit=min(training, default=MOST_SECONDS),
        limits=limits,
    )


def _decoded(group: Group, values: tuple[Any, ...]) -> dict[str, Any] | None:
    """The members of a group that are there; None where one cannot be decoded."""
    found: dict[str, Any] = {}
    for member, raw in zip(group.members, values[group.place], strict=True):
        if raw is not ABSENT:
            try:
                found[member.name] = msgspec.json.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return None
    return {name: value for name, value in found.items() if value is not None}


__all__ = ["MOST_SECONDS", "Attached", "Fresh", "Settings", "setting_of"]
