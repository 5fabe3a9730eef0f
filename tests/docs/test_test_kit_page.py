"""The page about the test kit shows whole test files: they are run as such."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import trainstate.testing
import trainstate.testing.plugin
from trainstate.testing.options import Keywords

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "test-kit.md").read_text("utf-8")
FILES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", FILES, ids=["consumer", "simulator"])
def test_a_file_of_the_page_passes(pytester: pytest.Pytester, text: str) -> None:
    """All tests of a file of the page pass with the plugin, without a warning."""
    pytester.makepyfile(text)
    count = len(re.findall(r"^def test_", text, re.MULTILINE))
    options = ["-ptrainstate_pytest", "-pno:cacheprovider", "--strict-markers", "-Werror"]

    pytester.runpytest_inprocess(*options).assert_outcomes(passed=count)


def test_the_page_names_the_whole_kit() -> None:
    """Every function of the kit and every option of its strategies is on the page."""
    functions = [name for name in trainstate.testing.__all__ if name[0].islower()]
    named = set(re.findall(r"`(\w+)", PAGE))

    assert set() == {*functions, *Keywords.__annotations__} - named
