"""Responses as Python prints them: dictionaries with datetimes. Nothing is evaluated."""

import ast
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from typing import Any
from zoneinfo import ZoneInfo

from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.brackets import PYTHON, spans
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import records
from trainstate.history.scalars import plain_number

READER = "python"

_LONGEST = 4 << 20
_UTC = frozenset({"timezone.utc", "datetime.timezone.utc", "datetime.UTC", "UTC"})


class NotLiteral(ValueError):
    """A text is not a Python literal, or contains something that is not."""


class NotData(NotLiteral):
    """A text is code, whose values only exist when it runs."""


def read_literals(
    data: bytes, counts: Counts, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in printed dictionaries and lists."""
    line, counted = 1, 0
    for begin, end, _ in spans(data, token=PYTHON):
        line += data.count(b"\n", counted, begin)
        counted = begin
        origin = Origin(file=counts.file, line=line, reader=counts.reader, pointer=pointer)
        try:
            value = literal(data[begin:end])
        except NotLiteral as error:
            yield counts.unreadable(str(error), origin, data[begin:end])
            continue
        yield from records(value, origin, counts)


def literal(data: bytes, change: Callable[[ast.expr], Any] | None = None) -> Any:
    """The value of a Python literal; raises NotLiteral for any other bytes.

    Also reads times as ``datetime``, freezegun and pandas print them, boto3's time zones, and
    numbers and mappings of the standard library. A local time is naive, as its zone is not printed.
    ``change`` makes literals of other expressions.
    """
    if len(data) > _LONGEST:
        raise NotLiteral(f"not a Python literal that can be read: longer than {_LONGEST:,} bytes")
    try:
        with warnings.catch_warnings():
            # Python warns about unknown escapes, which does not concern the user.
            warnings.simplefilter("ignore")
            body = ast.parse(data.decode("utf-8"), mode="eval").body
            return _value(change(body) if change else body)
    except NotLiteral:
        raise
    except UnicodeDecodeError:
        raise NotLiteral("not UTF-8") from None
    except (RecursionError, MemoryError):
        raise NotLiteral("not a Python literal that can be read: nested too deeply") from None
    except (ValueError, SyntaxError, OverflowError, TypeError, DecimalException) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise NotLiteral(f"not a Python literal: {reason}") from None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | int() | float() | None):
            return node.value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_key(key): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Name(id="nan" | "inf" as name):
            return float(name)
        case ast.Call():
            return _called(node)
    raise NotData(f"not a Python literal: it has a {type(node).__name__.lower()} in it")


def _called(call: ast.Call) -> Any:
    """The value of a printed constructor call; no other name is accepted, and none is called."""
    match (_dotted(call.func).rpartition(".")[2], call.args):
        # freezegun and moto print FakeDatetime.
        case ("datetime" | "FakeDatetime", _):
            return _moment(call)
        case ("Timestamp", [ast.Constant(value=str() as text)]):
            return text
        case ("Decimal", [ast.Constant(value=str() as digits)]):
            return plain_number(Decimal(digits))
        case ("OrderedDict" | "defaultdict", [*_, ast.Dict() as items]):
            return _value(items)
        case ("OrderedDict", [ast.List(elts=pairs)]):
            return dict(_pair(pair) for pair in pairs)
    raise NotData("not a Python literal: it has a call in it")


def _pair(node: ast.expr) -> tuple[str, Any]:
    match node:
        case ast.Tuple(elts=[key, value]):
            return _key(key), _value(value)
    raise NotLiteral("not a Python literal of a response: a member is no pair")


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.Constant):
        raise NotData("not a Python literal of a response: a key is computed")
    raise NotLiteral("not a Python literal of a response: a key is no text")


def _moment(call: ast.Call) -> datetime:
    zone: tzinfo | None = None
    parts: dict[str, int] = {}
    for keyword in call.keywords:
        if keyword.arg == "tzinfo":
            zone = _zone(keyword.value)
        else:
            parts[keyword.arg or ""] = _number(keyword.value)
    numbers = [_number(argument) for argument in call.args]
    make: Callable[..., datetime] = datetime
    return make(*numbers, **parts, tzinfo=zone)


def _zone(node: ast.expr) -> tzinfo | None:
    """The zone of a time; None for an unknown one, such as a local one."""
    if _dotted(node) in _UTC:
        return UTC
    if not isinstance(node, ast.Call):
        raise NotLiteral("not a Python literal of a response: an unknown time zone")
    named = [*node.args, *(keyword.value for keyword in node.keywords)]
    zone: tzinfo | None = None
    match (_dotted(node.func).rpartition(".")[2], named):
        case ("tzlocal", []):
            pass
        case ("tzutc", []):
            zone = UTC
        case ("tzoffset", [_, offset]):
            zone = timezone(timedelta(seconds=_number(offset)))
        case ("timezone", [ast.Call() as delta]):
            zone = timezone(_delta(delta))
        case ("ZoneInfo" | "tzfile", [ast.Constant(value=str() as name)]):
            zone = _named_zone(name)
        case _:
            raise NotLiteral("not a Python literal of a response: an unknown time zone")
    return zone


def _named_zone(name: str) -> tzinfo | None:
    """The zone of a name, or of a zone file's path."""
    with suppress(LookupError, ValueError, OSError):
        return ZoneInfo(name.rpartition("zoneinfo/")[2])
    return None


def _delta(call: ast.Call) -> timedelta:
    if _dotted(call.func) not in ("datetime.timedelta", "timedelta"):
        raise NotLiteral("not a Python literal of a response: an unknown time zone")
    make: Callable[..., timedelta] = timedelta
    named = {keyword.arg or "": _number(keyword.value) for keyword in call.keywords}
    return make(*(_number(argument) for argument in call.args), **named)


def _number(node: ast.expr) -> int:
    value = _value(node)
    if type(value) is not int:
        raise NotLiteral("not a Python literal of a response: a part of a time is no number")
    return value


def _dotted(node: ast.expr) -> str:
    """`datetime.timezone.utc` as text; empty for anything but names and dots."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(names)])
