"""Loads TOML facts into a typed, frozen and linted specification.

A file can extend another one: its rows are added, or replace the row with the same key. The
facts of a machine with one status become those of a machine with two.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import attrs
import msgspec
from attrs import evolve

from trainstate.errors import SpecError
from trainstate.spec.facts import AttemptFacts, RecordLayout, TimeFacts
from trainstate.spec.lint import lint
from trainstate.spec.model import TABLES, Machines, Spec

# Rows that say the same about several statuses are written once, with lists.
_SPREAD = ("primary", "secondary", "before", "after")


def spread(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that a row with lists of statuses stands for; no status follows itself."""
    keys = [key for key in _SPREAD if isinstance(table.get(key), list)]
    for values in product(*(table[key] for key in keys)):
        row = {**table, **dict(zip(keys, values, strict=True))}
        if not keys or "before" not in row or row["before"] != row.get("after"):
            yield row


def overlaid(
    base: Mapping[str, Any], facts: Mapping[str, Any], *, place: str = "overlay"
) -> dict[str, Any]:
    """The base facts under an overlay: tables are merged by key, rows by name.

    Raises SpecError if a value is not an array of tables.
    """
    found = dict(base)
    for table, rows in facts.items():
        if table == "extends":
            continue
        if table not in TABLES:
            found[table] = {**base.get(table, {}), **rows} if isinstance(rows, dict) else rows
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SpecError(f"{place} [[{table}]]: expected an array of tables.")
        known = {_key(table, row): row for row in _all(base.get(table, []))}
        known |= {_key(table, row): row for row in _all(rows)}
        found[table] = list(known.values())
    return found


def _all(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield from spread(row)


def _key(table: str, row: Mapping[str, Any]) -> str:
    return repr([row.get(part) for part in TABLES[table].key])


def of_one_status(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Derives pairs and transitions, if the facts only have primaries and their changes.

    A job in a status is in the pair of that status with itself. A status that only follows the
    end changes alone, beside the status in which the job ended.
    """
    if facts.get("secondary") or not facts.get("primary_transition"):
        return facts
    primaries = facts.get("primary", [])
    lived = [row for row in primaries if row.get("kind") != "after"]
    ends = [row for row in primaries if row.get("kind") == "terminal"]
    pairs = [_pair(row, row, entered=True) for row in lived]
    pairs += [
        _pair(row, end, entered=False) for row in primaries if row not in lived for end in ends
    ]
    return {
        **facts,
        "secondary": [{key: row[key] for key in row if key != "kind"} for row in lived],
        "pair": pairs,
        "transition": list(_transitions(facts["primary_transition"])),
        "initial": [{"secondary": row.get("primary"), **row} for row in facts.get("initial", [])],
    }


def _pair(primary: Mapping[str, Any], secondary: Mapping[str, Any], *, entered: bool) -> Any:
    shown = {key: primary[key] for key in ("evidence", "sources") if key in primary}
    names = {"primary": primary.get("name"), "secondary": secondary.get("name")}
    return {**shown, **names, "entered": entered}


def _transitions(changes: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The edges of the statuses; a change of the primary alone is not one."""
    for row in changes:
        for change in spread(row):
            if not change.get("alone"):
                yield {key: value for key, value in change.items() if key != "alone"}


R = TypeVar("R")

_RECORD = re.compile(r"^\[record\]\n(.*?)^\[", re.MULTILINE | re.DOTALL)

BUILTIN, SHARED = "training-job", "five-statuses"


def load_spec(path: str | PathLike[str]) -> Spec:
    """The specification of a machine by name, or from a TOML file.

    ``path`` is one of ``spec_names``, or a file in the form of
    ``trainstate/data/training_job.toml``. With ``extends = "builtin"`` its rows are added to
    the built-in ones, or replace the row with the same key. Raises SpecError if the file cannot
    be read, has an unknown or ill-typed row, or fails the lint.
    """
    if path in spec_names():
        return builtin_spec(str(path)).alone()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, TypeError) as error:
        told = getattr(error, "strerror", None) or error
        reason = "it is no path" if isinstance(error, TypeError) else told
        raise SpecError(
            f"The spec {str(path)!r} cannot be read: {reason}; name a TOML file such as"
            " `trainstate discover --format toml` writes, or one of the machines:"
            f" {', '.join(spec_names())}."
        ) from error
    return parse_spec(text, place=str(path))


@cache
def builtin_spec(name: str = BUILTIN) -> Spec:
    """The specification of a built-in machine.

    The training job's also covers the other machines: their records are judged by their own
    facts.
    """
    spec = parse_spec(_text(name), place=_file(name))
    return evolve(spec, narrow=name != BUILTIN)


@cache
def spec_names() -> tuple[str, ...]:
    """Names of the built-in machines, the training job's first."""
    files = [item.name for item in resources.files("trainstate.data").iterdir()]
    names = {file.removesuffix(".toml").replace("_", "-") for file in files if ".toml" in file}
    found = {name for name in names if "\n[spec]\n" in f"\n{_text(name)}"}
    return (BUILTIN, *sorted(found - {BUILTIN}))


@cache
def _layouts() -> Mapping[str, RecordLayout]:
    """The layouts of the built-in machines' records, read without the other tables."""
    shared = _record(SHARED)
    tables = {name: {**shared, **_record(name)} for name in spec_names()}
    return {name: _typed(table, RecordLayout, place=name) for name, table in tables.items()}


def _record(name: str) -> Mapping[str, Any]:
    """The table of a built-in file that describes its records."""
    found = _RECORD.search(_text(name))
    return tomllib.loads(found[1]) if found else {}


def _file(name: str) -> str:
    return f"{name.replace('-', '_')}.toml"


@cache
def _text(name: str) -> str:
    return (resources.files("trainstate.data") / _file(name)).read_text(encoding="utf-8")


def parse_spec(text: str, *, place: str = "spec") -> Spec:
    """The specification in a TOML text; ``place`` names it in errors."""
    try:
        facts: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{place} is not TOML: {error}.") from error
    if "extends" in facts:
        facts = _extended(facts, place)
    spec = build_spec(facts, place=place)
    defects = lint(spec)
    if defects:
        raise SpecError(
            f"{place} has {len(defects)} defect(s): " + "; ".join(map(str, defects)) + "."
        )
    return evolve(spec, others=Machines(_layouts, builtin_spec), narrow=True)


def _extended(facts: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The facts on top of those that they extend: a machine's, or shared ones."""
    known = {"builtin": BUILTIN, SHARED: SHARED} | {name: name for name in spec_names()}
    base = known.get(facts["extends"]) if isinstance(facts["extends"], str) else None
    if base is None:
        raise SpecError(
            f"{place}: expected extends = {' or '.join(map(repr, known))} but got extends ="
            f" {facts['extends']!r}."
        )
    return overlaid(_facts(base), facts, place=place)


@cache
def _facts(name: str) -> Mapping[str, Any]:
    facts = tomllib.loads(_text(name))
    return _extended(facts, name) if "extends" in facts else facts


def build_spec(facts: Mapping[str, Any], *, place: str = "spec") -> Spec:
    """The typed form of parsed facts, without the lint."""
    unknown = sorted(set(facts) - {*TABLES, "spec", "record", "time", "attempts"})
    if unknown:
        raise SpecError(
            f"{place} has the unknown table {unknown[0]!r}; known are: "
            + ", ".join(["spec", "record", "time", "attempts", *TABLES])
            + "."
        )
    head = facts.get("spec", {})
    if not isinstance(head, Mapping):
        raise SpecError(f"{place}: expected a table [spec] but got spec = {head!r}.")
    missing = [key for key in ("name", "title", "version") if not isinstance(head.get(key), str)]
    if missing:
        raise SpecError(f"{place}: the table [spec] needs a text {missing[0]!r}.")
    facts = of_one_status(facts)
    rows: dict[str, Any] = {
        table.member: tuple(_rows(facts.get(name, []), table.row, place=f"{place} [[{name}]]"))
        for name, table in TABLES.items()
    }
    return Spec(
        name=head["name"],
        title=head["title"],
        version=head["version"],
        layout=_typed(facts.get("record", {}), RecordLayout, place=f"{place} [record]"),
        time=_typed(facts.get("time", {}), TimeFacts, place=f"{place} [time]"),
        attempts=_typed(facts.get("attempts", {}), AttemptFacts, place=f"{place} [attempts]"),
        **rows,
    )


def _rows(tables: Any, kind: type[R], *, place: str) -> Iterator[R]:
    if not isinstance(tables, list):
        raise SpecError(f"{place}: expected an array of tables but got {type(tables).__name__}.")
    for ordinal, table in enumerate(tables, 1):
        for row in spread(table) if isinstance(table, Mapping) else [table]:
            yield _typed(row, kind, place=f"{place} row {ordinal}")


def _typed(table: Any, kind: type[R], *, place: str) -> R:
    if not isinstance(table, Mapping):
        raise SpecError(f"{place}: expected a table but got {table!r}.")
    known = [field.name for field in attrs.fields(kind)]  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SpecError(
            f"{place} has the unknown key {unknown[0]!r}; known are: {', '.join(known)}."
        )
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SpecError(f"{place}: {error}.") from error
