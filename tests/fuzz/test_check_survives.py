"""Whatever is in a record costs that record alone: no rule, tracker or format raises."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import trainstate
from tests.fuzz.target import reported, tracked
from tests.render.recordings import HOSTILE, SURROGATES, bad, good
from trainstate.history.readers import read_values
from trainstate.rules.model import Severity
from trainstate.testing import polls

FAR = timedelta(hours=23, minutes=59)
FIRST = datetime.min.replace(tzinfo=timezone(FAR))
LAST = datetime.max.replace(tzinfo=timezone(-FAR))
TIMES: tuple[Any, ...] = (
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z"),
    *("9999-12-31T23:59:60Z", "/Date(253402300800000)/", "Tue, 05 May 2026 10:00:00 GMT"),
    *(-1, 0, 1e11, 1e14, 1e17, 1e20, 10**400, -(10**400), 1e308, float("nan"), float("inf")),
    *({"$date": {"$numberLong": "9" * 30}}, {"$date": {"$date": 1}}),
    *(
        FIRST.replace(tzinfo=None),
        LAST.replace(tzinfo=None),
        FIRST,
        datetime(2026, 1, 1, tzinfo=UTC),
    ),
    *(LAST, Decimal("NaN"), Decimal("1e400"), Decimal("-Infinity")),
)
ODD: tuple[Any, ...] = (
    *(None, True, "", " ", "x" * 5000, HOSTILE, SURROGATES, b"bytes", 2**63, 2**53 + 0.5),
    *([], {}, [[]], [{}], {"": None}, [None], [1, "a", {}], {"Status": []}, [[[[[]]]]] * 3),
    *({"MaxRuntimeInSeconds": float("nan")}, {"MaximumRetryAttempts": 10**30}),
    *(object(), {1: 2}, {None: 3}, ("a",), range(3)),
)
ANY = st.sampled_from((*TIMES, *ODD)) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside another."""
    inside = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


def planted(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The value with another one at a path."""
    whole = copy.deepcopy(value)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    return whole


@st.composite
def odd_jobs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The polls of a job, of which some values are replaced by others."""
    found: list[dict[str, Any]] = draw(polls() | st.sampled_from([[good()], [bad(), bad()]]))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(list(places(found))))
        # A value that was replaced may have been around this one.
        found = planted(found, path, draw(ANY)) if path in set(places(found)) else found
    return found


@given(odd_jobs())
@example([{**bad(), "CreationTime": "9999-12-31T23:59:59-23:59"}])
def test_no_value_anywhere_raises(job: list[Any]) -> None:
    """Every format, stats, discovery and a tracker take a job with any values, and what follows."""
    values = [response for response in job if isinstance(response, dict)]
    reported(list(read_values([*values, good()], trainstate.SPEC)))
    tracker = tracked([*job, *values])

    assert tracker.observe([]) is not None


@given(odd_jobs())
def test_a_record_costs_itself_alone(job: list[Any]) -> None:
    """What is said of another job is the same, whatever stands before and behind it."""
    texts = [json.dumps(one, default=str) for one in job]
    own = {str(finding) for finding in trainstate.check(bad())}
    among = trainstate.check("\n".join([*texts[:1], json.dumps(bad()), *texts[1:]]))
    name = bad()["TrainingJobArn"]

    if name not in "".join(texts) and "bad" not in "".join(texts):
        said = {f"{f.job}: {f.code} {f.name}: {f.message}" for f in among if f.job == name}
        assert said == own


@pytest.mark.slow
def test_every_odd_value_at_every_place() -> None:
    """One job at a time: each value that has broken a program, at each place of a response."""
    whole = {**bad(), "FailureReason": "x", "WarmPoolStatus": {"Status": "Available"}}
    for path in places(whole):
        for odd in (*TIMES, *ODD):
            found = trainstate.check([planted(whole, path, odd), good()])

            assert found.at_least(Severity.INFO) is not None
