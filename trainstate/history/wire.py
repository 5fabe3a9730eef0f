"""Reads a recorded mapping as a Response. No input raises.

What cannot be read becomes a Problem, which a rule reports; the rest is judged all the same.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from attrs import define, field

from trainstate.history import instants
from trainstate.history.constants import api_spelling
from trainstate.history.excerpt import lacking
from trainstate.history.instants import Instant
from trainstate.history.machines import folded
from trainstate.history.model import Entry, Kind, Origin, Problem, Response
from trainstate.history.nested import maps, misfits, no_texts, no_times, numbers, times
from trainstate.history.scalars import unwrapped, without_missing
from trainstate.history.shapes import fits, has_type, misshapen, shape_names
from trainstate.spec.model import RecordLayout, Spec

# Formats that infer types (a text that looks like a number becomes one) or leave parts out.
RETYPED = frozenset({"arrow", "csv", "parquet", "printed-object", "spark", "table", "yaml"})
# Kinds with the members of Describe; an event spells some of them differently.
_DESCRIBED = frozenset({Kind.RESPONSE, Kind.SEARCH})
_PAIR = {"key", "value"}
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)


@define
class Notes:
    """What was noticed while one response was read."""

    problems: list[Problem] = field(factory=list)
    naive: list[str] = field(factory=list)
    unset: list[str] = field(factory=list)
    zoned: bool = False
    numbers: list[tuple[str, object]] = field(factory=list)

    def instant(self, value: object, *place: str, optional: bool = True) -> Instant | None:
        """The instant of a time; None if it is absent, or no job's."""
        if value is None:
            return None
        try:
            instant, naive = instants.parse(value)
        except instants.NotAnInstant as error:
            self.fault("bad-timestamp", "/".join(place), value, str(error))
            return None
        if instant >= instants.HORIZON:
            expected = "no job lives after the year 2099"
            self.fault("bad-timestamp", "/".join(place), value, expected)
            return None
        if optional and instant == instants.UNSET:
            self.unset.append("/".join(place))
            return None
        if naive:
            self.naive.append("/".join(place))
        else:
            self.zoned = True
        if not (isinstance(value, str) and ":" in value):
            self.numbers.append(("/".join(place), value))
        return instant

    def without_unset(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        """The members without unset times."""
        if not self.unset:
            return members
        return {name: members[name] for name in members if f"/{name}" not in self.unset}

    def mixed_units(self) -> None:
        """Notes times whose unit is not that of most members, or of most in their list."""
        units = [instants.unit_of(value) for _, value in self.numbers]
        if len({*units} - {""}) < 2:
            return
        beside: dict[str, list[str]] = {}
        for (pointer, _), unit in zip(self.numbers, units, strict=True):
            beside.setdefault(_list_of(pointer), []).append(unit)
        for (pointer, value), unit in zip(self.numbers, units, strict=True):
            counts = Counter(filter(None, beside[_list_of(pointer)]))
            most = max(counts, key=lambda one: (counts[one], one), default="")
            if unit not in ("", most):
                expected = f"{unit}, but most times beside it are in {most}"
                self.fault("mixed-unit", pointer, value, expected)

    def text(self, value: object, *place: str) -> str | None:
        """A text; None for anything else."""
        if value is None or isinstance(value, str):
            return value
        self.fault("wrong-type", "/".join(place), value, "string")
        return None

    def fault(self, kind: str, pointer: str, value: object, expected: str) -> None:
        """Notes a value that is not what it should be."""
        problem = Problem(kind=kind, pointer=pointer, value=value, expected=expected)
        self.problems.append(problem)


def _list_of(pointer: str) -> str:
    """The list of a time; empty for a member."""
    return pointer.split("/")[1] if pointer.count("/") > 1 else ""


def read_response(
    recorded: Mapping[str, Any], spec: Spec, *, kind: Kind = Kind.RESPONSE, origin: Origin
) -> Response:
    """Reads a response from a mapping with any values.

    ``recorded`` has the service's member names (boto3, AWS CLI, raw API, EventBridge ``detail``),
    snake_case, camelCase or caseless ones. Unknown members are kept and ignored. Null members, NaT
    and NA of pandas, an empty name, ARN or status, and an optional time that .NET or Go left unset
    are absent. Nothing is raised: see ``Response.problems``.
    """
    given = recorded = without_missing(recorded)
    named = _service_names(unwrapped(recorded, spec), spec)
    members = _without_pairs(_without_empty_texts(named, spec.layout), spec)
    layout, notes = spec.layout, Notes()
    moments = _moments(members, spec, notes)
    members = notes.without_unset(members)
    own = named is given and origin.reader not in RETYPED
    for misfit in (*misfits(members, spec), *(no_texts(members, spec) if own else ())):
        notes.fault("wrong-type", *misfit)
    for misfit in no_times(members, spec):
        notes.fault("bad-timestamp", *misfit)
    if kind in _DESCRIBED and not fits(members, spec):
        members = api_spelling(members, spec)
        _misshapen(members, spec, notes, own=own, retyped=origin.reader in RETYPED)
    primary = _as_text(members.get(layout.primary))
    secondary = _as_text(members.get(layout.secondary))
    history = _history(members.get(layout.history), spec, notes)
    notes.numbers += times(members, spec)
    notes.mixed_units()
    return Response(
        kind=_kind(kind, members, layout),
        name=_as_text(members.get(layout.name)),
        arn=_as_text(members.get(layout.arn)),
        created=moments.get(layout.created),
        modified=moments.get(layout.modified),
        primary=None if primary is None else spec.canonical_primary(primary) or primary,
        secondary=None if secondary is None else spec.canonical_secondary(secondary) or secondary,
        written_primary=primary,
        written_secondary=secondary,
        history=history,
        instants=moments,
        members=members,
        problems=tuple(notes.problems),
        naive=tuple(notes.naive),
        zoned=notes.zoned,
        lacking=lacking(members, spec),
        origin=origin,
    )


def _misshapen(
    members: Mapping[str, Any], spec: Spec, notes: Notes, *, own: bool, retyped: bool
) -> None:
    """Notes values inside members without the shape that the API declares.

    An absent part counts only in an otherwise whole response. Not checked: maps in notations other
    than the service's, types in formats that infer them, and parts that a format cannot hold.
    """
    known = {problem.pointer for problem in notes.problems}
    for one in misshapen(members, spec):
        mapped = spec.member_by_name[one.pointer.split("/")[1]].type == "map"
        declared = one.kind == "undeclared-value"
        cut = one.kind == "absent-part" and _is_cut(members, spec)
        checked = declared or one.null
        free = not checked if retyped else mapped and not (declared and own)
        if not (free or cut or one.pointer in known):
            notes.fault(one.kind, one.pointer, one.value, one.expected)


def _is_cut(members: Mapping[str, Any], spec: Spec) -> bool:
    """Whether a member that the service always returns is absent and not optional for this job."""
    spared = {one.name for one in spec.members if members.get(one.unless) is not None}
    return not spared.issuperset(lacking(members, spec))


def _moments(members: Mapping[str, Any], spec: Spec, notes: Notes) -> dict[str, Instant]:
    """The times of the members; notes members of the wrong type."""
    moments: dict[str, Instant] = {}
    for name, value in members.items():
        member = spec.member_by_name.get(name)
        if member is None or value is None:
            continue
        if member.type == "timestamp":
            moment = notes.instant(value, "", name, optional=not member.required)
            if moment is not None:
                moments[name] = moment
        elif not has_type(value, member.type):
            notes.fault("wrong-type", f"/{name}", value, member.type)
    return moments


def _kind(kind: Kind, members: Mapping[str, Any], layout: RecordLayout) -> Kind:
    """A response with nothing but the members of a listing is a summary, wherever it was.

    So is one with a member that only lists have, such as the best job of a tuning job.
    Without a status it may be an excerpt of anything. Members that only Search returns tell its
    results.
    """
    if kind is Kind.RESPONSE and any(name in members for name in layout.searched):
        kind = Kind.SEARCH
    if kind is Kind.RESPONSE and any(name in members for name in layout.enlisted):
        kind = Kind.SUMMARY
    few = kind in (Kind.RESPONSE, Kind.SEARCH) and 0 < len(members) <= len(layout.summary)
    bare = few and set(members) <= set(layout.summary)
    return Kind.SUMMARY if bare and members.get(layout.primary) is not None else kind


def looks_like_response(value: object, spec: Spec) -> bool:
    """Whether a value is a mapping with a member that only a job's response has."""
    if not isinstance(value, Mapping):
        return False
    if not _markers(spec).isdisjoint(value):
        return True
    keys = {folded(key) for key in value if isinstance(key, str)}
    return not keys.isdisjoint(_folded_markers(spec))


@cache
def _markers(spec: Spec) -> frozenset[str]:
    layout = spec.layout
    # Not the name: a request has it, too.
    markers = (layout.arn, layout.primary, layout.secondary, layout.history, layout.ended)
    return frozenset(name for name in markers if name)


@cache
def _folded_markers(spec: Spec) -> frozenset[str]:
    return frozenset(map(folded, _markers(spec)))


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _history(value: object, spec: Spec, notes: Notes) -> tuple[Entry, ...] | None:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return None
    entries = (
        _entry(item, f"/{spec.layout.history}/{index}", spec, notes)
        for index, item in enumerate(value)
    )
    return tuple(entries)


def _entry(item: object, pointer: str, spec: Spec, notes: Notes) -> Entry:
    layout = spec.layout
    if not isinstance(item, dict | Mapping):
        notes.fault("wrong-type", pointer, item, "structure")
        return Entry(status="", written="")
    written = notes.text(item.get(layout.entry_status), pointer, layout.entry_status)
    if written is None:
        if item.get(layout.entry_status) is None:
            place = f"{pointer}/{layout.entry_status}"
            notes.fault("wrong-type", place, None, "string")
        written = ""
    return Entry(
        status=spec.canonical_secondary(written) or written,
        written=written,
        start=notes.instant(
            item.get(layout.entry_start), pointer, layout.entry_start, optional=False
        ),
        end=notes.instant(item.get(layout.entry_end), pointer, layout.entry_end),
        message=notes.text(item.get(layout.entry_message), pointer, layout.entry_message),
    )


def renamed(recorded: Mapping[str, Any], form: str, spec: Spec) -> Mapping[str, Any]:
    """The mapping under a response's names, if its form has others."""
    names = {folded(row.written): row.member for row in spec.renames if row.form == form}
    if not names:
        return recorded
    return {names.get(folded(str(name)), name): value for name, value in recorded.items()}


def _service_names(recorded: Mapping[str, Any], spec: Spec) -> Mapping[str, Any]:
    """The mapping under the service's names; unchanged if it has one of them."""
    if any(key in spec.member_by_name for key in recorded):
        return recorded
    by_fold = {folded(member.name): member for member in spec.members}
    renamed: dict[str, Any] = {}
    for key, value in recorded.items():
        member = by_fold.get(folded(key)) if isinstance(key, str) else None
        if member is None:
            renamed[key] = value
        else:
            renamed[member.name] = value if member.type == "map" else _pascal(value, spec)
    return renamed


def _pascal(value: Any, spec: Spec) -> Any:
    """A structure under PascalCase names; other values unchanged."""
    if isinstance(value, Mapping):
        return {_pascal_name(key, spec): _pascal(item, spec) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_pascal(item, spec) for item in value]
    return value


def _pascal_name(key: Any, spec: Spec) -> Any:
    # Hive and Athena have lower-case names, Snowflake upper-case ones.
    if isinstance(key, str) and (name := _inner_names(spec).get(folded(key))):
        return name
    if isinstance(key, str) and _SNAKE.fullmatch(key):
        return "".join(part[:1].upper() + part[1:] for part in key.split("_"))
    if isinstance(key, str) and _CAMEL.fullmatch(key):
        return key[:1].upper() + key[1:]
    return key


def _without_empty_texts(members: Mapping[str, Any], layout: RecordLayout) -> Mapping[str, Any]:
    """The members without an empty identity or status, which Go's SDK writes for absent ones."""
    texts = (layout.name, layout.arn, layout.primary, layout.secondary)
    empty = [name for name in texts if members.get(name) == ""]
    return {name: members[name] for name in members if name not in empty} if empty else members


def mapping_of(value: Any) -> Any:
    """The mapping for a list of pairs, as tables write maps; any other value unchanged."""
    if not isinstance(value, list):
        return value
    pairs = [
        (item["key"], item["value"]) if isinstance(item, dict) and item.keys() == _PAIR else item
        for item in value
    ]
    named = all(isinstance(pair, list | tuple) and len(pair) == len(_PAIR) for pair in pairs)
    return dict(pairs) if named and all(isinstance(name, str) for name, _ in pairs) else value


def _without_pairs(members: Mapping[str, Any], spec: Spec) -> Mapping[str, Any]:
    """The members with maps for lists of pairs, and for empty lists."""
    listed = [name for name in maps(spec) if type(members.get(name)) is list]
    found = {name: mapping_of(members[name]) for name in listed}
    return {**members, **found} if found else members


@cache
def _inner_names(spec: Spec) -> Mapping[str, str]:
    """The known names inside members, by their folded form."""
    layout = spec.layout
    entry = (layout.entry_status, layout.entry_start, layout.entry_end, layout.entry_message)
    machines = (name for machine in spec.machines for name in (machine.status, machine.key))
    inner = (*spec.member_by_name, *layout.inner, *(name for _, name in numbers(spec)))
    names = (*inner, *entry, *machines, *shape_names(spec))
    return {folded(name): name for name in names if name}
