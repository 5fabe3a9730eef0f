"""The forms in which responses are written down, each by a writer of these tests' own.

The writers use the standard library alone (pyarrow for Parquet): none of them shares code
with the readers, with what the package writes, or with each other but ``json``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import pprint
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from attrs import frozen

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Response = dict[str, Any]
Clock = Callable[[datetime], Any]

TOKYO = timezone(timedelta(hours=9))
MAPS = ("HyperParameters", "Environment")

CLOCKS: dict[str, Clock] = {
    "ISO 8601 in UTC": lambda time: time.isoformat(),
    "ISO 8601 with Z": lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    "ISO 8601 elsewhere": lambda time: time.astimezone(TOKYO).isoformat(),
    "the AWS CLI's": lambda time: time.astimezone(TOKYO).isoformat(timespec="microseconds"),
    "epoch seconds": lambda time: time.timestamp(),
    "epoch milliseconds": lambda time: round(time.timestamp() * 1000),
    "epoch milliseconds as text": lambda time: str(round(time.timestamp() * 1000)),
}
"""How a time is written; all keep the millisecond."""


def told(value: Any, clock: Clock) -> Any:
    """A value with its times written by a clock."""
    if isinstance(value, dict):
        return {name: told(item, clock) for name, item in value.items()}
    if isinstance(value, list):
        return [told(item, clock) for item in value]
    return clock(value) if isinstance(value, datetime) else value


@frozen(kw_only=True)
class Form:
    """A way to write responses down; ``declared`` is the format's name on the command line.

    ``kind`` is what the reader makes of them, ``alone`` holds where one input has one
    response only, ``clocked`` where the writer writes times as it is told; ``read_as`` is how
    those of others are read. ``exact`` does not hold where the form loses the capitals of names
    inside members.
    """

    name: str
    declared: str
    write: Callable[[Sequence[Response], Clock], bytes]
    kind: str = "response"
    alone: bool = False
    clocked: bool = True
    read_as: Clock | None = None
    exact: bool = True


def _json(value: Any, **options: Any) -> bytes:
    return json.dumps(value, **options).encode()


def _lines(values: Sequence[Any], end: bytes = b"\n") -> bytes:
    return b"".join(_json(value) + end for value in values)


def _to_the_microsecond(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")


def _each(responses: Sequence[Response], clock: Clock) -> list[Response]:
    return [told(response, clock) for response in responses]


def _event(detail: Response) -> Response:
    return {
        "version": "0",
        "id": "8f6a6f0e-0000-4000-8000-000000000000",
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "time": detail["LastModifiedTime"],
        "resources": [detail["TrainingJobArn"]],
        "detail": detail,
    }


def _cells(texts: Iterable[str]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(["@timestamp", "@message"])
    writer.writerows(["2026-01-02 10:00:00.000", text] for text in texts)
    return sink.getvalue().encode()


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _ruby(value: Any, name: str = "") -> Any:
    """A response under snake_case names; the keys that a user chose stay as they are."""
    if isinstance(value, dict) and name not in MAPS:
        return {_snake(key): _ruby(item, key) for key, item in value.items()}
    return [_ruby(item) for item in value] if isinstance(value, list) else value


def _notebook(text: str, *, result: bool) -> bytes:
    shown: Response = (
        {"output_type": "execute_result", "data": {"text/plain": text.splitlines(keepends=True)}}
        if result
        else {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}
    )
    cell = {"cell_type": "code", "source": ["describe()"], "outputs": [shown], "metadata": {}}
    text_cell = {"cell_type": "markdown", "source": ["A job."], "metadata": {}}
    cells = {"cells": [text_cell, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return _json(cells, indent=1)


def _printed(responses: Sequence[Response]) -> str:
    return "".join(f"{response!r}\n" for response in responses)


def _parquet(responses: Sequence[Response], clock: Clock) -> bytes:
    del clock
    sink = io.BytesIO()
    pq.write_table(_columns(responses), sink)
    return sink.getvalue()


def _arrow(responses: Sequence[Response], clock: Clock) -> bytes:
    del clock
    sink, table = io.BytesIO(), _columns(responses)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _columns(responses: Sequence[Response]) -> pa.Table:
    """A table with a column for each member; maps are lists of pairs, times have microseconds."""
    names = list(dict.fromkeys(name for response in responses for name in response))
    columns = {
        name: pa.array(
            [_pairs(name, response.get(name)) for response in responses],
            type=pa.map_(pa.string(), pa.string()) if name in MAPS else None,
        )
        for name in names
    }
    # Parquet has no structure without a member.
    hollow = [n for n, one in columns.items() if pa.types.is_struct(one.type) and not one.type]
    return pa.table({name: one for name, one in columns.items() if name not in hollow})


def _pairs(name: str, value: Any) -> Any:
    return list(value.items()) if name in MAPS and value is not None else value


FORMS = (
    Form(name="NDJSON", declared="ndjson", write=lambda rs, c: _lines(_each(rs, c))),
    Form(
        name="NDJSON with CR LF",
        declared="ndjson",
        write=lambda rs, c: _lines(_each(rs, c), b"\r\n"),
    ),
    Form(
        name="NDJSON with a byte order mark",
        declared="ndjson",
        write=lambda rs, c: b"\xef\xbb\xbf" + _lines(_each(rs, c)),
    ),
    Form(name="a JSON array", declared="json", write=lambda rs, c: _json(_each(rs, c), indent=2)),
    Form(
        name="JSON documents one after the other",
        declared="json",
        write=lambda rs, c: b"\n".join(_json(one, indent=4) for one in _each(rs, c)),
    ),
    Form(
        name="one JSON object",
        declared="json",
        write=lambda rs, c: _json(told(rs[0], c), indent=4),
        alone=True,
    ),
    Form(
        name="a page of Search",
        declared="json",
        write=lambda rs, c: _json({"Results": [{"TrainingJob": one} for one in _each(rs, c)]}),
        kind="search",
    ),
    Form(
        name="EventBridge events",
        declared="ndjson",
        write=lambda rs, c: _lines([_event(one) for one in _each(rs, c)]),
        kind="event",
    ),
    Form(
        name="recorded calls",
        declared="ndjson",
        write=lambda rs, c: _lines([{"request": {}, "response": one} for one in _each(rs, c)]),
    ),
    Form(
        name="NDJSON in snake_case",
        declared="ndjson",
        write=lambda rs, c: _lines([_ruby(one) for one in _each(rs, c)]),
        exact=False,
    ),
    Form(
        name="printed by Python",
        declared="python",
        write=lambda rs, _: _printed(rs).encode(),
        clocked=False,
    ),
    Form(
        name="pretty-printed by Python",
        declared="python",
        write=lambda rs, _: "\n".join(map(pprint.pformat, rs)).encode(),
        clocked=False,
    ),
    Form(
        name="printed in a notebook",
        declared="notebook",
        write=lambda rs, _: _notebook(_printed(rs), result=False),
        clocked=False,
    ),
    Form(
        name="the result of a notebook's cell",
        declared="notebook",
        write=lambda rs, _: _notebook(pprint.pformat(rs[0]), result=True),
        alone=True,
        clocked=False,
    ),
    Form(
        name="JSON printed in a notebook",
        declared="notebook",
        write=lambda rs, c: _notebook(_lines(_each(rs, c)).decode(), result=False),
    ),
    Form(
        name="YAML",
        declared="yaml",
        write=lambda rs, c: yaml.safe_dump(_each(rs, c), sort_keys=False).encode(),
        exact=False,
    ),
    Form(
        name="CSV with JSON in its cells",
        declared="csv",
        write=lambda rs, c: _cells(_json(one).decode() for one in _each(rs, c)),
    ),
    Form(
        name="Parquet",
        declared="parquet",
        write=_parquet,
        clocked=False,
        read_as=_to_the_microsecond,
    ),
    Form(name="Arrow", declared="arrow", write=_arrow, clocked=False, read_as=_to_the_microsecond),
)

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "gzip of two members": lambda data: (
        gzip.compress(data[: len(data) // 2], mtime=0) + gzip.compress(data[len(data) // 2 :])
    ),
    "zstd": zstd.compress,
}
