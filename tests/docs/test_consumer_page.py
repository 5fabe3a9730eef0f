"""The page about testing consumers shows a whole test file: it is run as such."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from trainstate.testing.consumers import CourseScope, FindingKind, adapters

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "test-a-consumer.md").read_text("utf-8")
FILES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", FILES)
def test_the_file_of_the_page_passes(pytester: pytest.Pytester, text: str) -> None:
    """Its consumer is right, and its test says so."""
    pytester.makepyfile(text)

    pytester.runpytest_inprocess("-pno:cacheprovider").assert_outcomes(passed=1)


def test_the_page_names_what_there_is() -> None:
    """Every kind of finding, option of the scope and adapter is on the page."""
    options = [field.name for field in attrs.fields(CourseScope)]
    named = set(re.findall(r"`(\w+)", PAGE))
    public = {name for name in adapters.__all__ if name[0].isupper()}

    assert set() == {*FindingKind, *options, *public} - named
