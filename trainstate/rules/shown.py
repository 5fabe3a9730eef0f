"""What a response shows of the secondary status, and how a finding quotes a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from reprlib import Repr

from attrs import frozen

from trainstate.rules.model import Reading
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
_MASKS = ("*", "<", "xxx", "...")


@frozen
class Shown:
    """A secondary status, its place, and the spelling in the recording."""

    pointer: str
    status: str
    written: str


def shown(reading: Reading) -> Iterator[Shown]:
    """The secondary status of the response, then that of each entry; texts only."""
    response, layout = reading.response, reading.spec.layout
    if response.secondary is not None and response.written_secondary is not None:
        yield Shown(f"/{layout.secondary}", response.secondary, response.written_secondary)
    for index, entry in enumerate(response.history or ()):
        pointer = reading.entry_pointer(index, layout.entry_status)
        if entry.written or not is_unread(reading, pointer):
            yield Shown(pointer, entry.status, entry.written)


def shows(reading: Reading, statuses: frozenset[str]) -> bool:
    """Holds if the secondary status, or that of an entry, is one of some statuses."""
    response = reading.response
    return response.secondary in statuses or not statuses.isdisjoint(response.statuses)


def is_unread(reading: Reading, pointer: str) -> bool:
    """Holds if the value at a place, or what it stands in, could not be read.

    TS003 and TS004 report it, so that no other rule takes it for absent.
    """
    places = reading.response.unread
    return bool(places) and (pointer in places or pointer.rpartition("/")[0] in places)


def prints_no_end(reading: Reading) -> bool:
    """Holds if the response is an excerpt that leaves out the end of every entry."""
    return reading.trimmed and all(entry.end is None for entry in reading.response.history or ())


def is_masked(text: str) -> bool:
    """Holds if a part of a text was taken out by hand, so that it says nothing."""
    return any(mask in text.casefold() for mask in _MASKS)


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
