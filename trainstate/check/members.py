"""The members that stay as they were at the creation of a job, kept as digests.

A digest is enough to notice a change, and holds no hyperparameter and no environment
variable, so that nothing secret is kept or printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from attrs import define, field

from trainstate.history.model import Kind, Response
from trainstate.rules.model import MemberChange
from trainstate.spec.model import Member, Spec

_FIXED_ROLES = ("origin", "fixed-configuration", "updatable-configuration")


@define
class FixedMembers:
    """The digest of each fixed member of a job, and the response that showed it first."""

    seen: dict[tuple[Kind, str], tuple[bytes, int]] = field(factory=dict)

    def changed(self, found: Mapping[str, bytes], kind: Kind, index: int) -> Iterator[MemberChange]:
        """The members that differ from what an earlier response of the same kind showed.

        Events and responses spell configuration differently, so that each kind is
        compared with its own.
        """
        for name, digest in found.items():
            known, at = self.seen.setdefault((kind, name), (digest, index))
            if known != digest:
                yield MemberChange(member=name, before=None, after=None, at=at)


def digests(response: Response, spec: Spec) -> dict[str, bytes]:
    """The digest of each fixed member that a response carries."""
    found: dict[str, bytes] = {}
    for role in _FIXED_ROLES:
        for member in spec.members_with(role):
            value = response.members.get(member.name)
            if value is not None and not _is_free(member):
                found[member.name] = _digest(_without(value, member.updatable))
    return found


def _is_free(member: Member) -> bool:
    """Holds if an update may change the whole member."""
    return member.role == "updatable-configuration" and not member.updatable


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if not names or not isinstance(value, Mapping):
        return value
    return {key: item for key, item in value.items() if key not in names}


def _digest(value: Any) -> bytes:
    try:
        content = msgspec.json.encode(value, order="deterministic", enc_hook=repr)
    except (TypeError, ValueError, RecursionError):
        # Not JSON: an integer of a thousand digits, a value that holds itself.
        content = type(value).__name__.encode()
    return hashlib.blake2b(content, digest_size=8).digest()
