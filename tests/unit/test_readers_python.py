"""Responses as Python prints them: literals and datetimes, and nothing is evaluated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from trainstate.history import Response, Unreadable
from trainstate.history.readers import SourceReport, read_paths
from trainstate.history.readers.python_literal import NotLiteral, literal
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
NAIVE = datetime(2021, 4, 23)  # noqa: DTZ001 - a time without a zone
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{'a': [1, -2.5, None, True, 'x'], 'b': (1,)}",
            {"a": [1, -2.5, None, True, "x"], "b": [1]},
        ),
        ("datetime.datetime(2021, 4, 23, 15, 36)", datetime(2021, 4, 23, 15, 36)),  # noqa: DTZ001
        ("datetime.datetime(2021, 4, 23, tzinfo=tzlocal())", datetime(2021, 4, 23)),  # noqa: DTZ001
        ("datetime(2021, 4, 23, tzinfo=tzutc())", datetime(2021, 4, 23, tzinfo=UTC)),
        ("datetime(2021, 4, 23, tzinfo=dateutil.tz.tzutc())", datetime(2021, 4, 23, tzinfo=UTC)),
        (
            "datetime.datetime(2021, 4, 23, hour=1, tzinfo=datetime.timezone.utc)",
            datetime(2021, 4, 23, 1, tzinfo=UTC),
        ),
        ("datetime(2021, 4, 23, tzinfo=tzoffset(None, 7200))", datetime(2021, 4, 23, tzinfo=EAST)),
        (
            "datetime(2021, 4, 23, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))",
            datetime(2021, 4, 23, tzinfo=EAST),
        ),
        (
            "datetime(2021, 4, 23, tzinfo=timezone(timedelta(-1, 36000)))",
            datetime(2021, 4, 23, tzinfo=timezone(timedelta(hours=-14))),
        ),
        (r"{'a': '\d'}", {"a": r"\d"}),
        ("FakeDatetime(2021, 4, 23, tzinfo=tzutc())", datetime(2021, 4, 23, tzinfo=UTC)),
        ("Timestamp('2021-04-23 00:00:00+0000', tz='UTC')", "2021-04-23 00:00:00+0000"),
        (
            "datetime.datetime(2021, 4, 23, tzinfo=zoneinfo.ZoneInfo(key='UTC'))",
            datetime(2021, 4, 23, tzinfo=UTC),
        ),
        (
            "datetime.datetime(2021, 4, 23, tzinfo=tzfile('/usr/share/zoneinfo/UTC'))",
            datetime(2021, 4, 23, tzinfo=UTC),
        ),
        ("datetime(2021, 4, 23, tzinfo=tzfile('/etc/localtime'))", NAIVE),
        ("datetime(2021, 4, 23, tzinfo=ZoneInfo('../passwd'))", NAIVE),
        ("[Decimal('159'), Decimal('1.5'), Decimal('1E+30')]", [159, 1.5, 1e30]),
        ("OrderedDict([('a', 1)])", {"a": 1}),
        ("OrderedDict({'a': 1})", {"a": 1}),
        ("defaultdict(None, {'a': inf})", {"a": float("inf")}),
    ],
)
def test_literals_and_times_are_read(text: str, expected: Any) -> None:
    """What boto3's dictionaries hold is read; a local time is naive."""
    assert expected == literal(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "print(1)",
        "__import__('os').system('true')",
        "{'a': open('x')}",
        "{'a': nana}",
        "{'a': b''}",
        "{'a': Decimal('x')}",
        "{'a': Decimal(1)}",
        "{'a': Timestamp(1)}",
        "OrderedDict([1])",
        "OrderedDict([(1, 2)])",
        "OrderedDict(x)",
        "{'a': 1 + 1}",
        "{'a': -'x'}",
        "{1: 2}",
        "{**{}}",
        "{[]: 1}",
        "{'a'",
        "datetime.datetime()",
        "datetime.datetime(2021, 13, 1)",
        "datetime.datetime(10**9, 1, 1)",
        "datetime.datetime(99999999999999999999, 1, 1)",
        "datetime.datetime('2021', 1, 1)",
        "datetime.datetime(2021, 1, 1, tzinfo=5)",
        "datetime.datetime(2021, 1, 1, tzinfo=zone())",
        "datetime.datetime(2021, 1, 1, tzinfo=ZoneInfo(5))",
        "datetime.datetime(2021, 1, 1, tzinfo=timezone(5))",
        "datetime.datetime(2021, 1, 1, tzinfo=timezone(other(5)))",
        "datetime.datetime(2021, 1, 1, tzinfo=f().utc)",
        "datetime.datetime(2021, 1, 1, **x)",
        "datetime.datetime(*x)",
        "(" * 1000,
        "-" * 100_000 + "1",
        "1+" * 100_000 + "1",
        "a." * 100_000 + "a",
        "1" * 5000,
        "'" + "x" * (5 << 20) + "'",
        "\0",
    ],
)
def test_nothing_else_is(text: str) -> None:
    """Whatever is no literal is refused, and nothing escapes but the refusal."""
    with pytest.raises(NotLiteral):
        literal(text.encode())


def test_a_literal_is_utf_8() -> None:
    """Bytes that are no text are refused."""
    with pytest.raises(NotLiteral, match="not UTF-8"):
        literal(b"'\xff'")


def test_a_file_of_literals_is_recognised(tmp_path: Path) -> None:
    """A text of dictionaries, one after another, is read; one that is none is unreadable."""
    file = tmp_path / "describe.txt"
    file.write_text(
        "{'TrainingJobName': 'one', 'SecondaryStatus': 'Starting'}\n"
        "[{'SecondaryStatus': 'Starting', 'TrainingJobName':\n'two'}]\n{'a': nana}\n"
    )
    reports: list[SourceReport] = []

    *named, broken = read_paths([file], SPEC, on_source=reports.append)

    assert [("one", 1), ("two", 2)] == [
        (record.name, record.origin.line) for record in named if isinstance(record, Response)
    ]
    assert isinstance(broken, Unreadable)
    assert ("not a Python literal: it has a name in it", 4) == (broken.reason, broken.origin.line)
    assert [SourceReport(file=str(file), reader="python", records=3)] == reports
