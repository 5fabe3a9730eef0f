"""The members that must not change after a job's creation, or after its end, as digests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from attrs import define, field

from trainstate.checking.attached import attached_items
from trainstate.checking.digests import (
    EMPTY,
    NOTHING,
    differing,
    digested,
    disagree,
    of_parts,
    part_of,
    parts_of,
    unfit,
    united,
)
from trainstate.checking.order import Rank, is_after
from trainstate.history.excerpt import absent_members, is_whole, knows, newest
from trainstate.history.model import Kind, Response
from trainstate.history.wire import RETYPED
from trainstate.rules.model import MemberChange
from trainstate.spec.model import Member, Spec

_LONG = 200
_FIXED_ROLES = ("origin", "fixed-configuration", "updatable-configuration")


@define
class FixedMembers:
    """The digest of each fixed member of a job, and the response that showed it first.

    ``lacking`` are members, and their steady parts, that a whole response lacked, with its index;
    ``unsure`` are those that its client may not have known. ``kept`` are members of the ended job,
    with the first response in order that showed each. Saved trackers have the fields in this order.
    """

    seen: dict[tuple[Kind, str], tuple[bytes, int]] = field(factory=dict)
    lacking: dict[str, int] = field(factory=dict)
    kept: dict[str, tuple[Rank, int]] = field(factory=dict)
    unsure: dict[str, int] = field(factory=dict)
    _same: dict[tuple[Kind, bool], bytes] = field(factory=dict, eq=False)

    def changes(
        self, response: Response, spec: Spec, index: int, rank: Rank | None
    ) -> tuple[MemberChange, ...]:
        """The members that differ from an earlier response of the same kind.

        If all equal the last unchanged response, they are not compared one by one. That holds at
        any rank only of a response that lacks no result of the ended job.
        """
        found = [
            change
            for final in _parts(response, spec)
            for change in self._changes(response, spec, index, rank, final=final)
        ]
        return (*found, *self._moved_on(response, spec, index))

    def _changes(
        self, response: Response, spec: Spec, index: int, rank: Rank | None, *, final: bool
    ) -> tuple[MemberChange, ...]:
        whole = _whole(response, spec, final=final)
        if whole is not None and self._same.get((response.kind, final)) == whole:
            return ()
        read = final_digests if final else digests
        shown = read(response, spec)
        came = self._gone(response, spec, index, rank) if final else None
        moved = tuple(came or self._moved(response, spec, shown, index))
        new = {change.member for change in moved if change.sure}
        kept = {name: digest for name, digest in shown.items() if name not in new}
        # Results of an ended job are spelt alike everywhere but in logs.
        alike = final and response.kind is not Kind.LOG
        kind = Kind.RESPONSE if alike else response.kind
        parts = () if final else self._moved_parts(response, spec, shown, index)
        found = (*self.changed(kept, kind, index, response.members), *moved, *parts)
        lost = final and any(response.members.get(name) is None for name in self.kept)
        if not found and whole is not None and not lost:
            self._same[response.kind, final] = whole
        return found

    def _moved(
        self, response: Response, spec: Spec, shown: Mapping[str, bytes], index: int
    ) -> Iterator[MemberChange]:
        """The fixed members that came or went between whole responses."""
        if not response.described:
            return
        there = {name for name in shown if _is_informative(response.members[name])}
        excused = self._excused(response, spec)
        for name in [name for name in self.lacking if name in there]:
            yield _moved_member(name, self.lacking[name], "appeared")
        for name in [name for name in self.unsure if name in there]:
            # The job may always have had it.
            yield _moved_member(name, self.unsure.pop(name), "appeared", sure=False)
        for name, sure in _absent(response, spec, there, _fixed(spec), excused):
            seen = self.seen.get((Kind.RESPONSE, name))
            if seen is None or seen[0] in NOTHING:
                self._note(name, index, sure=sure)
            elif f"/{name}" not in response.unread:
                yield _moved_member(name, seen[1], "gone", sure=sure)

    def _note(self, name: str, index: int, *, sure: bool) -> None:
        """Keeps the first response that surely lacked a member, else the first that may have."""
        if sure:
            self.unsure.pop(name, None)
            self.lacking.setdefault(name, index)
        elif name not in self.lacking:
            self.unsure.setdefault(name, index)

    def _moved_parts(
        self, response: Response, spec: Spec, shown: Mapping[str, bytes], index: int
    ) -> Iterator[MemberChange]:
        """The steady parts of structures that came or went between whole responses."""
        reader = response.origin.reader
        if response.kind is not Kind.RESPONSE or reader in RETYPED or not is_whole(response, spec):
            return
        for member in spec.members:
            known, at = self.seen.get((Kind.RESPONSE, member.name), (b"", 0))
            had, has = parts_of(known), parts_of(shown.get(member.name, b""))
            for name in member.steady if has else ():
                place, part = f"{member.name}/{name}", digested(name) or b""
                gone = had.get(part, EMPTY) not in NOTHING and part not in has
                came = place in self.lacking and has.get(part, EMPTY) not in NOTHING
                if gone or came:
                    at, moved = (at, "gone") if gone else (self.lacking[place], "appeared")
                    yield _moved_member(place, at, moved)
                elif part not in has:
                    self._note(place, index, sure=True)

    def _excused(self, response: Response, spec: Spec) -> set[str]:
        """The members that another member makes optional, if the job never had them."""
        had, now = {name for _, name in self.seen}, {*_given(response, spec)}
        spared = {member.name for member in spec.members if member.unless in had | now}
        if not spared & (had | now):
            return spared
        if spared and not spared & had:  # earlier responses without them were excerpts
            self.lacking.clear()
            self.unsure.clear()
        return set()

    def _gone(
        self, response: Response, spec: Spec, index: int, rank: Rank | None
    ) -> Iterator[MemberChange]:
        """The members that an ended job had and a later whole response lacks."""
        if rank is None or not response.described:
            return
        excused, given = self._excused(response, spec), {*_given(response, spec)}
        absent = _absent(response, spec, given, _kept(spec), excused)
        lacking = {name for name, sure in absent if sure}
        for name in _kept(spec):
            first = self.kept.get(name)
            needed = response.primary in spec.member_by_name[name].present_at  # for TS504, TS507
            if _is_informative(response.members.get(name)):
                if first is None or is_after(first[0], rank):
                    self.kept[name] = rank, index
            elif first and name in lacking and not needed and is_after(rank, first[0]):
                at = first[1]
                yield _moved_member(name, at, "gone")

    def _moved_on(self, response: Response, spec: Spec, index: int) -> Iterator[MemberChange]:
        """The fixed values beside an attached machine's status that changed."""
        for machine in spec.machines:
            for key, place, item in (
                attached_items(machine, response.members) if machine.stays else ()
            ):
                texts = ((name, item.get(name)) for name in machine.stays)
                for name, digest in ((name, digested(text)) for name, text in texts if text):
                    where = Kind.RESPONSE, f"{machine.name}/{key}/{name}"
                    known, at = self.seen.setdefault(where, (digest or b"", index))
                    if digest != known:
                        member = f"{place}/{name}".removeprefix("/")
                        yield MemberChange(member=member, before=None, after=None, at=at)

    def changed(
        self, found: Mapping[str, bytes], kind: Kind, index: int, members: Mapping[str, Any]
    ) -> Iterator[MemberChange]:
        """The members that differ from an earlier response of the same kind.

        Events and responses spell configuration differently, so each kind has its own digests.
        """
        kind = Kind.RESPONSE if kind is Kind.SEARCH else kind
        for name, digest in found.items():
            known, at = self.seen.setdefault((kind, name), (digest, index))
            if disagree(known, digest):
                part = part_of(members[name], differing(known, digest))
                yield MemberChange(member=name, before=None, after=None, at=at, part=part)
            elif (both := united(known, digest)) != known:
                self.seen[kind, name] = both, index


def _parts(response: Response, spec: Spec) -> tuple[bool, ...]:
    """The groups of fixed members: configuration, and (True) results once the job has ended."""
    return (False, True) if response.primary in spec.ended_primaries else (False,)


def _whole(response: Response, spec: Spec, *, final: bool) -> bytes | None:
    """One digest of a group's members and of absent ones; None if they cannot be encoded."""
    names = _kept(spec) if final else _fixed(spec)
    values = list(map(response.members.get, names))
    absent = response.origin.whole, *absent_members(response, spec)
    return digested([absent, *values], order=None)


def _absent(
    response: Response,
    spec: Spec,
    there: set[str],
    names: tuple[str, ...],
    excused: Collection[str] = (),
) -> Iterator[tuple[str, bool]]:
    """Those of the named members that a response lacks, and whether it proves that the job does.

    The response must be whole, except for that member, excused ones, and those that the member
    makes optional. A client that may be too old to know the member proves nothing.
    """
    lacking, day = {*absent_members(response, spec)} - {*excused}, newest(response.members, spec)
    unsearched = spec.layout.unsearched if response.kind is Kind.SEARCH else ()
    for name in names:
        member = spec.member_by_name[name]
        free = name in there or name in unsearched or _is_free(member)
        spared = _spared(spec).get(name, frozenset())
        whole = response.origin.whole or lacking <= {name, *spared}
        if not free and whole:
            yield name, knows(day, member)


@lru_cache(maxsize=16)
def _spared(spec: Spec) -> Mapping[str, frozenset[str]]:
    """The members that each member makes optional."""
    names = {member.unless for member in spec.members if member.unless}
    return {name: frozenset(m.name for m in spec.members if m.unless == name) for name in names}


def _moved_member(name: str, at: int, moved: str, *, sure: bool = True) -> MemberChange:
    return MemberChange(member=name, before=None, after=None, at=at, moved=moved, sure=sure)


def _given(response: Response, spec: Spec) -> Iterator[str]:
    """The members that a response has."""
    known, members = spec.member_by_name, response.members
    return (name for name in members if name in known and members[name] is not None)


def _is_informative(value: Any) -> bool:
    """Whether a value is more than the empty one that some clients and tables write."""
    return value is False or bool(_given_parts(value) if isinstance(value, Mapping) else value)


def digests(response: Response, spec: Spec) -> dict[str, bytes]:
    """The digest of each fixed member in a response."""
    found: dict[str, bytes] = {}
    for role in _FIXED_ROLES:
        for member in spec.members_with(role):
            value = response.members.get(member.name)
            if value is None or _is_free(member):
                continue
            shown = without(value, member.updatable)
            if member.type != "structure" or not isinstance(shown, Mapping):
                found[member.name] = digested(shown) or unfit(shown)
            elif parts := _given_parts(shown):
                if is_updatable(member):
                    # Go's SDK writes what is not selected yet as an empty text.
                    parts = {name: part for name, part in parts.items() if part != ""}
                found[member.name] = of_parts(parts)
    return found


def _given_parts(structure: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: part for name, part in structure.items() if part is not None}


def final_digests(response: Response, spec: Spec) -> dict[str, bytes]:
    """The digest of each result of an ended job; a time is kept as such, in another length."""
    found: dict[str, bytes] = {}
    for name in _final(spec):
        moment, value = response.instants.get(name), response.members.get(name)
        if moment is not None:
            found[name] = b"at" + moment.to_bytes(8, "big", signed=True)
        elif value is not None and not _is_cut(response, spec.member_by_name[name], value):
            number = response.seconds(name)
            shown = value if number is None else float(number)
            found[name] = digested(shown) or unfit(shown)
    return found


def _is_cut(response: Response, member: Member, value: Any) -> bool:
    """Whether a value is an unreadable time, or one that an event may truncate or respell."""
    if member.type == "timestamp":
        return True
    long = isinstance(value, str) and len(value) >= _LONG
    return response.kind is Kind.EVENT and (long or isinstance(value, Mapping | list))


@lru_cache(maxsize=16)
def _final(spec: Spec) -> tuple[str, ...]:
    return tuple(member.name for member in spec.members if member.final)


@lru_cache(maxsize=16)
def _kept(spec: Spec) -> tuple[str, ...]:
    """The members that an ended job keeps, though some may still change."""
    return tuple(m.name for m in spec.members if m.final or m.role == "result")


@lru_cache(maxsize=16)
def _fixed(spec: Spec) -> tuple[str, ...]:
    return tuple(member.name for role in _FIXED_ROLES for member in spec.members_with(role))


def is_updatable(member: Member) -> bool:
    """Whether an update may change the member, or parts of it."""
    return member.role == "updatable-configuration"


def _is_free(member: Member) -> bool:
    """Whether an update may change the whole member."""
    return is_updatable(member) and not member.updatable


def without(value: Any, names: tuple[str, ...]) -> Any:
    """A structure without the parts of these names."""
    if not names or not isinstance(value, Mapping):
        return value
    return {key: item for key, item in value.items() if key not in names}
