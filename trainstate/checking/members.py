"""The members that stay as they were at the creation of a job, or at its end, kept as digests.

A digest is enough to notice a change, and holds no hyperparameter and no environment
variable, so that nothing secret is kept or printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec
from attrs import define, field

from trainstate.history.excerpt import absent_members, is_whole
from trainstate.history.instants import same_instant
from trainstate.history.model import Kind, Response
from trainstate.rules.model import MemberChange
from trainstate.spec.model import Member, Spec

_MOMENT = 10
_FIXED_ROLES = ("origin", "fixed-configuration", "updatable-configuration")


@define
class FixedMembers:
    """The digest of each fixed member of a job, and the response that showed it first.

    ``lacking`` are the members that a whole response had not, with its index.
    """

    seen: dict[tuple[Kind, str], tuple[bytes, int]] = field(factory=dict)
    lacking: dict[str, int] = field(factory=dict)
    _same: dict[tuple[Kind, bool], bytes] = field(factory=dict, eq=False)

    def changes(self, response: Response, spec: Spec, index: int) -> tuple[MemberChange, ...]:
        """The members of a response that differ from what an earlier one of its kind showed.

        Members that are all as in the last response that differed in none are not
        looked at one by one.
        """
        return tuple(
            change
            for final in _parts(response, spec)
            for change in self._changes(response, spec, index, final=final)
        )

    def _changes(
        self, response: Response, spec: Spec, index: int, *, final: bool
    ) -> tuple[MemberChange, ...]:
        whole = _whole(response, spec, final=final)
        if whole is not None and self._same.get((response.kind, final)) == whole:
            return ()
        read = final_digests if final else digests
        shown = read(response, spec)
        moved = () if final else tuple(self._moved(response, spec, shown, index))
        new = {change.member for change in moved}
        kept = {name: digest for name, digest in shown.items() if name not in new}
        found = (*self.changed(kept, response.kind, index), *moved)
        if not found and whole is not None:
            self._same[response.kind, final] = whole
        return found

    def _moved(
        self, response: Response, spec: Spec, shown: Mapping[str, bytes], index: int
    ) -> Iterator[MemberChange]:
        """The fixed members that came or went between a whole response and another one."""
        if not response.described:
            return
        there = {name for name in shown if _tells(response.members[name])}
        for name, at in self.lacking.items():
            if name in there:
                yield MemberChange(member=name, before=None, after=None, at=at, moved="appeared")
        for name in _absent(response, spec, there):
            seen = self.seen.get((Kind.RESPONSE, name))
            if seen is None or seen[0] in _NOTHING:
                self.lacking.setdefault(name, index)
            elif f"/{name}" not in response.unread:
                yield MemberChange(member=name, before=None, after=None, at=seen[1], moved="gone")

    def changed(self, found: Mapping[str, bytes], kind: Kind, index: int) -> Iterator[MemberChange]:
        """The members that differ from what an earlier response of the same kind showed.

        Events and responses spell configuration differently, so that each kind is
        compared with its own.
        """
        kind = Kind.RESPONSE if kind is Kind.SEARCH else kind
        for name, digest in found.items():
            known, at = self.seen.setdefault((kind, name), (digest, index))
            if known != digest and not _same_moment(known, digest):
                yield MemberChange(member=name, before=None, after=None, at=at)


def _parts(response: Response, spec: Spec) -> tuple[bool, ...]:
    """The parts that must not change any more: the configuration, and what an ended job keeps."""
    return (False, True) if response.primary in spec.ended_primaries else (False,)


def _whole(response: Response, spec: Spec, *, final: bool) -> bytes | None:
    """One digest of all members of a part, and whether it is whole; None if they are not JSON."""
    names = _final(spec) if final else _fixed(spec)
    values = list(map(response.members.get, names))
    return _digest([is_whole(response, spec), *values], order=None)


def _absent(response: Response, spec: Spec, there: set[str]) -> Iterator[str]:
    """The fixed members that a job has not, if they are not in its response.

    What the service always gives may be the one thing that is absent, but for the switches:
    they came late, and who lacks one has a client that lacks more.
    """
    lacking = set(absent_members(response, spec))
    unsearched = spec.layout.unsearched if response.kind is Kind.SEARCH else ()
    for name in _fixed(spec):
        member = spec.member_by_name[name]
        free = name in there or name in unsearched or _is_free(member)
        alone = lacking == {name} and member.type != "boolean"
        if not free and (response.origin.whole or not lacking or alone):
            yield name


def _tells(value: Any) -> bool:
    """Holds unless a value is what some clients write where there is none."""
    return bool(value)


def digests(response: Response, spec: Spec) -> dict[str, bytes]:
    """The digest of each fixed member that a response carries."""
    found: dict[str, bytes] = {}
    for role in _FIXED_ROLES:
        for member in spec.members_with(role):
            value = response.members.get(member.name)
            if value is not None and not _is_free(member):
                shown = without(value, member.updatable)
                found[member.name] = _digest(shown) or _unfit(shown)
    return found


def final_digests(response: Response, spec: Spec) -> dict[str, bytes]:
    """The digest of each member that an ended job keeps; a time as it is, told by its length."""
    found: dict[str, bytes] = {}
    for name in _final(spec):
        moment, value = response.instants.get(name), response.members.get(name)
        if moment is not None:
            found[name] = b"at" + moment.to_bytes(8, "big", signed=True)
        elif value is not None and spec.member_by_name[name].type != "timestamp":
            number = response.seconds(name)
            shown = value if number is None else float(number)
            found[name] = _digest(shown) or _unfit(shown)
    return found


def _same_moment(one: bytes, other: bytes) -> bool:
    """Holds if two digests are times that can be readings of one instant."""
    if not len(one) == len(other) == _MOMENT:
        return False
    moments = [int.from_bytes(each[2:], "big", signed=True) for each in (one, other)]
    return same_instant(*moments)


@lru_cache(maxsize=16)
def _final(spec: Spec) -> tuple[str, ...]:
    return tuple(member.name for member in spec.members if member.final)


@lru_cache(maxsize=16)
def _fixed(spec: Spec) -> tuple[str, ...]:
    return tuple(member.name for role in _FIXED_ROLES for member in spec.members_with(role))


def is_updatable(member: Member) -> bool:
    """Holds if an update may change the member, or the parts that its fact names."""
    return member.role == "updatable-configuration"


def _is_free(member: Member) -> bool:
    """Holds if an update may change the whole member."""
    return is_updatable(member) and not member.updatable


def without(value: Any, names: tuple[str, ...]) -> Any:
    """A value without the parts of these names."""
    if not names or not isinstance(value, Mapping):
        return value
    return {key: item for key, item in value.items() if key not in names}


def _digest(
    value: Any, *, order: Literal["deterministic"] | None = "deterministic"
) -> bytes | None:
    """The digest of a value; None where it is not JSON."""
    try:
        content = msgspec.json.encode(value, order=order, enc_hook=repr)
    except (TypeError, ValueError, RecursionError):
        return None
    return hashlib.blake2b(content, digest_size=8).digest()


_NOTHING = frozenset(map(_digest, ({}, [], "", False)))
"""The digests of what some clients write where there is nothing."""


def _unfit(value: Any) -> bytes:
    """The digest of an integer of a thousand digits, or of a value that holds itself."""
    return hashlib.blake2b(type(value).__name__.encode(), digest_size=8).digest()
