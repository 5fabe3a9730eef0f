"""P9: any bytes give a report or a documented error, and work is linear in their number.

Independent of how the readers work: the bytes are recordings that were damaged anywhere,
or no recordings at all, and work is counted in calls. ``tests/fuzz`` looks for more with the
coverage of the readers as its guide; ``benchmarks/doubling.py`` measures time.
"""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trainstate
from tests.fuzz.test_readers_survive import broken
from tests.properties.growing import KINDS, Growing
from trainstate.cli import main
from trainstate.errors import TrainstateError
from trainstate.history.readers import FORMATS

DAMAGED = broken() | st.binary(max_size=400)


@given(DAMAGED)
def test_bytes_give_a_report_or_a_documented_error(data: bytes) -> None:
    """A verdict is one of three, and what is refused is refused with a text."""
    try:
        said: object = trainstate.check(data).verdict
    except TrainstateError as error:
        said = str(error).strip()

    assert said


@given(DAMAGED, st.sampled_from(FORMATS), st.sampled_from(["text", "json", "sarif", "junit"]))
@settings(
    # A command is run from its options to its exit status: that takes some milliseconds.
    suppress_health_check=[HealthCheck.too_slow],
)
def test_the_command_ends_with_a_status_and_without_a_traceback(
    data: bytes, input_format: str, output_format: str
) -> None:
    """Whatever is on standard input: 0, 1 or 2, and with JSON a document."""
    asked = ["check", "-", "--format", output_format, "--input-format", input_format]
    ran = CliRunner().invoke(main, asked, input=data)

    assert ran.exit_code in (0, 1, 2), ran.exception
    assert "Traceback" not in ran.stderr
    assert isinstance(ran.exception, SystemExit | None)
    if output_format == "json" and ran.exit_code < 2:
        assert 1 == json.loads(ran.stdout)["schema"]


def calls(data: bytes) -> int:
    """The calls of functions that a check makes: the same number on every machine."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        trainstate.check(data)
    finally:
        sys.setprofile(before)
    return made


BARE = [kind for kind in KINDS if "without a history" in kind.name or "events" in kind.name]


@pytest.mark.parametrize("kind", BARE, ids=lambda kind: kind.name)
def test_work_is_linear_where_runs_are_searched_for(kind: Growing) -> None:
    """Four times the responses without a history make four times the calls, in any order."""
    # Enough of them that what rules say of a value for the first time is a small part.
    few, many = kind.made(64), kind.made(256)
    trainstate.check(few)
    grown = calls(many) / calls(few)

    assert grown <= 4 * 1.25
