"""What is written of a job's configuration and attached machines, as rules see it.

Of thousands of jobs few are configured in a new way: what was read once is remembered by
how it is written.
"""

from __future__ import annotations

from typing import Any

import msgspec
from attrs import define, field

from trainstate.check.epoch import attached_statuses, follows
from trainstate.check.glance import ABSENT, Glances, Group
from trainstate.check.memory import Setting
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.wire import read_response
from trainstate.machine.guards import configuration
from trainstate.rules import clock
from trainstate.rules.model import Reading
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

Attached = tuple[tuple[str, str, str], ...]
"""The statuses of attached machines: machine, item and status of each."""

MOST_SECONDS = 2.0**40
_WHOLE = 2  # configuration members, from which on a response is no excerpt
_MOST = 50_000  # ways of writing that are remembered


@define(kw_only=True)
class Settings:
    """The settings and the attached statuses that were read, by how they are written."""

    spec: Spec
    glances: Glances
    _settings: dict[tuple[bytes, bytes], Setting | None] = field(factory=dict)
    _attached: dict[bytes, Attached | None] = field(factory=dict)

    def setting(self, values: tuple[Any, ...]) -> Setting | None:
        """The setting of a decoded line; None where a member is not of its type."""
        loose, exact = self.glances.loose, self.glances.exact
        kinds = loose.kinds(values)
        written = (kinds, exact.written(values))
        if written in self._settings:
            return self._settings[written]
        members = _decoded(exact, values) if loose.is_well_typed(kinds) else None
        found = None if members is None else self._read(members, kinds)
        if len(self._settings) < _MOST:
            self._settings[written] = found
        return found

    def attached(self, values: tuple[Any, ...]) -> Attached | None:
        """The statuses of the attached machines; None where they cannot be read."""
        written = self.glances.attached.written(values)
        if written in self._attached:
            return self._attached[written]
        members = _decoded(self.glances.attached, values)
        found = None if members is None else self._statuses(members)
        if len(self._attached) < _MOST:
            self._attached[written] = found
        return found

    def fresh(self, known: Attached, seen: Attached) -> tuple[tuple[str, str], ...] | None:
        """The machines and statuses of items that were not known; None where one may not follow."""
        if not seen:
            return ()
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

    def _read(self, members: dict[str, Any], kinds: bytes) -> Setting | None:
        response = self._response(members)
        if response.problems:
            return None
        loose = self.glances.loose.members
        there = [m for m, kind in zip(loose, kinds, strict=True) if bytes([kind]) not in b"~n"]
        known = {**members, **{member.name: True for member in there}}
        reading = Reading(
            response=self._response(known),
            spec=self.spec,
            tolerances=Tolerances(),
            config=configuration(response, self.spec),
        )
        # An excerpt of a person's is judged by what it leaves out.
        return setting_of(reading) if reading.configured >= _WHOLE else None

    def _statuses(self, members: dict[str, Any]) -> Attached | None:
        response = self._response(members)
        if response.problems:
            return None
        return tuple(
            (machine.name, item, status)
            for machine in self.spec.machines
            for item, _, status in attached_statuses(machine, response)
        )

    def _response(self, members: dict[str, Any]) -> Response:
        return read_response(members, self.spec, kind=Kind.RESPONSE, origin=Origin())


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


__all__ = ["MOST_SECONDS", "Attached", "Settings", "setting_of"]
