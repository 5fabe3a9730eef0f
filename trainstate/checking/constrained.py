"""Whether a response in slices keeps the constraints of the facts, which a few words tell mostly.

Most constraints ask nothing of most jobs: their members, or the names inside, are not there. Only
where one may be broken are the members decoded that it speaks of.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from attrs import frozen

from trainstate.history.typed import ABSENT, Typed
from trainstate.rules.constraints import PARTS, broken_of
from trainstate.spec.constraint import Constraint
from trainstate.spec.model import Spec

_ESCAPED = rb"\\u"
_ARN = b'"arn:'
_NOTHING = (ABSENT, b"null", b"false")


@frozen(eq=False)
class Constrained:
    """The constraints of a specification, by what tells in a slice that they may be broken.

    ``needy`` are those that need something, with the members in which to look for it; of each
    other member a pattern tells whether its constraints ask anything.
    """

    spec: Spec
    needy: tuple[tuple[int, str, bytes, tuple[tuple[str, bytes], ...]], ...]
    others: tuple[tuple[str, re.Pattern[bytes], tuple[int, ...]], ...]

    @classmethod
    def of(cls, spec: Spec) -> Constrained:
        """Those of a specification."""
        rows = list(enumerate(spec.constraints))
        needy = [
            (
                at,
                _member(row.path),
                _word(row.path),
                tuple((_member(p), _word(p)) for p in row.needs),
            )
            for at, row in rows
            if row.needs
        ]
        found: dict[str, list[int]] = {}
        for at, row in rows:
            if not row.needs:
                found.setdefault(_member(row.path), []).append(at)
        others = [
            (
                name,
                re.compile(b"|".join([_ESCAPED, *(_asking(spec.constraints[at]) for at in ats)])),
            )
            for name, ats in found.items()
        ]
        return cls(spec, tuple(needy), tuple((*one, tuple(found[one[0]])) for one in others))

    def holds(self, typed: Typed) -> bool:
        """Whether a response keeps all of them."""
        asked: list[int] = []
        for number, member, word, needs in self.needy:
            raw = getattr(typed, member)
            if raw is not ABSENT:
                text = bytes(raw)
                if (word in text or b"\\" in text) and not _are_there(typed, needs):
                    asked.append(number)
        for member, pattern, numbers in self.others:
            raw = getattr(typed, member)
            if raw is not ABSENT and pattern.search(raw):
                asked += numbers
        return all(self._keeps(typed, number) for number in asked)

    def _keeps(self, typed: Typed, number: int) -> bool:
        row = self.spec.constraints[number]
        if row.excludes and bytes(getattr(typed, _member(row.excludes))) in _NOTHING:
            return True
        if row.same and _is_of(typed.arn, bytes(getattr(typed, _member(row.path))), row.same[-1]):
            return True
        return not any(broken_of(self._shown(typed, _members(row)), self.spec, number))

    def _shown(self, typed: Typed, names: tuple[str, ...]) -> dict[str, Any]:
        """The members of these names, and what names the job."""
        layout = self.spec.layout
        held = [(name, bytes(getattr(typed, name, ABSENT))) for name in names]
        shown = {name: msgspec.json.decode(one) for name, one in held if one}
        return {**shown, layout.name: typed.name, layout.arn: typed.arn}


def _are_there(typed: Typed, needs: tuple[tuple[str, bytes], ...]) -> bool:
    """Whether something of what is needed is surely there."""
    for member, word in needs:
        text = bytes(getattr(typed, member))
        if text not in _NOTHING and word in text and (not word or b"null" not in text):
            return True
    return False


def _is_of(arn: str, text: bytes, part: str) -> bool:
    """Whether all ARNs in a slice surely begin as the job's does, up to a part."""
    head = ":".join(arn.split(":", PARTS[part] + 1)[: PARTS[part] + 1])
    return text.count(_ARN) == text.count(f'"{head}:'.encode())


def _asking(row: Constraint) -> bytes:
    """What is in a slice in which a constraint may have something to ask."""
    if row.same:
        return _ARN
    known = b"|".join(str(one).encode() for one in row.one_of)
    return _word(row.path) + (rb"\s*:(?!\s*(?:%b)\s*[,}])" % known if known else b"")


def _word(path: str) -> bytes:
    """What is in a slice that has something at a path."""
    names = [name for name in path.split("/")[1:] if name != "*"]
    return b'"' + names[-1].encode() + b'"' if names else b""


def _member(path: str) -> str:
    return path.partition("/")[0]


def _members(row: Constraint) -> tuple[str, ...]:
    """The members of which a constraint speaks."""
    return tuple(dict.fromkeys(map(_member, row.paths)))


__all__ = ["Constrained"]
