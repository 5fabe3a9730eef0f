"""The secondary statuses that a response shows, and how findings quote values."""

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
    """A secondary status, its place, and its recorded spelling."""

    pointer: str
    status: str
    written: str


def shown(statuses: Statuses) -> Iterator[ShownStatus]:
    """The secondary status of the response, then of each entry; texts only."""
    layout = statuses.spec.layout
    if statuses.secondary is not None and statuses.written_secondary is not None:
        yield ShownStatus(f"/{layout.secondary}", statuses.secondary, statuses.written_secondary)
    for index, (status, written) in enumerate(zip(statuses.history, statuses.written, strict=True)):
        pointer = statuses.entry_pointer(index, layout.entry_status)
        if written or not statuses.is_unread(pointer):
            yield ShownStatus(pointer, status, written)


def shows(statuses: Statuses, wanted: frozenset[str]) -> bool:
    """Whether the secondary status, or an entry's, is one of some statuses."""
    return statuses.secondary in wanted or not wanted.isdisjoint(statuses.history)


def prints_no_end(part: Statuses | Times) -> bool:
    """Whether the response is an excerpt without the ends of its entries."""
    closed = (
        part.closed if isinstance(part, Statuses) else [one.end is not None for one in part.history]
    )
    return part.selected and not any(closed)


def prints_no_start(statuses: Statuses) -> bool:
    """Whether the response is an excerpt without the starts of its entries."""
    return statuses.trimmed or (statuses.selected and not any(statuses.begun))


def quoted_at(pointer: str, value: object, spec: Spec) -> str:
    """A recorded value as short text; only its kind if the member may hold secrets."""
    return kind_of(value) if is_secret(pointer, spec) else quoted(value)


def is_secret(pointer: str, spec: Spec) -> bool:
    """Whether values at a pointer are never quoted: settings may hold passwords, reasons data."""
    layout, steps = spec.layout, pointer.strip("/").split("/")
    member = spec.member_by_name.get(steps[0])
    free_text = steps[0] == layout.failure_reason or steps[-1] == layout.entry_message
    return free_text or (member is not None and member.secret)


def kind_of(value: object) -> str:
    """The kind of a value, without its content."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth value"
    found = (word for kind, word in _KINDS.items() if isinstance(value, kind))
    return next(found, f"a {type(value).__name__}")


def quoted(value: object) -> str:
    """A recorded value as short text, whatever it is."""
    if value is None:
        return "nothing"
    try:
        return _SHORT.repr(value)
    except ValueError:  # an integer of more digits than Python prints
        return "a number of very many digits"
