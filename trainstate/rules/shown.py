"""What a response shows of the secondary status, and how a finding quotes a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from reprlib import Repr

from attrs import frozen

from trainstate.rules.parts import Statuses, Times
from trainstate.spec.model import Spec

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_KINDS: Mapping[type, str] = {
    str: "a text",
    Mapping: "a structure",
    list: "a list",
    tuple: "a list",
    int: "a number",
    float: "a number",
}


@frozen
class ShownStatus:
    """A secondary status, its place, and the spelling in the recording."""

    pointer: str
    status: str
    written: str


def shown(statuses: Statuses) -> Iterator[ShownStatus]:
    """The secondary status of the response, then that of each entry; texts only."""
    layout = statuses.spec.layout
    if statuses.secondary is not None and statuses.written_secondary is not None:
        yield ShownStatus(f"/{layout.secondary}", statuses.secondary, statuses.written_secondary)
    for index, (status, written) in enumerate(zip(statuses.history, statuses.written, strict=True)):
        pointer = statuses.entry_pointer(index, layout.entry_status)
        if written or not statuses.is_unread(pointer):
            yield ShownStatus(pointer, status, written)


def shows(statuses: Statuses, wanted: frozenset[str]) -> bool:
    """Holds if the secondary status, or that of an entry, is one of some statuses."""
    return statuses.secondary in wanted or not wanted.isdisjoint(statuses.history)


def prints_no_end(part: Statuses | Times) -> bool:
    """Holds if the response is an excerpt that leaves out the end of every entry."""
    closed = (
        part.closed if isinstance(part, Statuses) else [one.end is not None for one in part.history]
    )
    return part.selected and not any(closed)


def prints_no_start(statuses: Statuses) -> bool:
    """Holds if the response is an excerpt that leaves out the start of every entry."""
    return statuses.trimmed or (statuses.selected and not any(statuses.begun))


def quoted_at(pointer: str, value: object, spec: Spec) -> str:
    """A recorded value as a short text; of a member that may hold secrets what it is, alone."""
    return kind_of(value) if is_secret(pointer, spec) else quoted(value)


def is_secret(pointer: str, spec: Spec) -> bool:
    """Holds if no value at a pointer is quoted: settings may be passwords, reasons name data."""
    layout, steps = spec.layout, pointer.strip("/").split("/")
    member = spec.member_by_name.get(steps[0])
    free_text = steps[0] == layout.failure_reason or steps[-1] == layout.entry_message
    return free_text or (member is not None and member.secret)


def kind_of(value: object) -> str:
    """What a value is, without anything of what it says."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth value"
    found = (word for kind, word in _KINDS.items() if isinstance(value, kind))
    return next(found, f"a {type(value).__name__}")


def quoted(value: object) -> str:
    """A recorded value as a short text, whatever it is."""
    if value is None:
        return "nothing"
    try:
        return _SHORT.repr(value)
    except ValueError:  # an integer of more digits than Python prints
        return "a number of very many digits"
