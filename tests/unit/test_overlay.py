"""Overlays: facts on top of the built-in ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainstate.errors import SpecError
from trainstate.spec.load import builtin_spec, load_spec, parse_spec

ROW = """
extends = "builtin"
[spec]
version = "mine"
[[transition]]
before = "Training"
after = {after}
evidence = "recorded"
sources = ["recordings-logs"]
"""


def test_an_overlay_adds_rows() -> None:
    """A row with a name of its own is added, and the tables are merged by their keys."""
    spec = parse_spec(
        'extends = "builtin"\n[spec]\nversion = "mine"\n'
        '[[source]]\nid = "observed"\nkind = "recording"\ntitle = "ours"\n'
    )

    assert ("mine", builtin_spec().title, True) == (
        spec.version,
        spec.title,
        "observed" in spec.source_by_id,
    )


def test_an_overlay_replaces_the_row_of_the_same_name() -> None:
    """A transition between the same statuses takes the place of the built-in one."""
    spec = parse_spec(ROW.format(after='["Completed", "Failed"]'))
    found = [row.evidence for row in spec.transitions if row.before == "Training"]

    assert len(builtin_spec().transitions) == len(spec.transitions)
    assert 2 == found.count(found[0].__class__.RECORDED)


def test_an_empty_overlay_is_the_builtin_specification() -> None:
    """An overlay that says nothing changes nothing."""
    spec = parse_spec('extends = "builtin"')

    assert (builtin_spec().transitions, builtin_spec().members) == (spec.transitions, spec.members)


def test_an_overlay_is_linted(tmp_path: Path) -> None:
    """What an overlay adds is held against the lint, as a whole specification is."""
    file = tmp_path / "o.toml"
    file.write_text(ROW.format(after='"Nowhere"'), encoding="utf-8")

    with pytest.raises(SpecError, match="Nowhere"):
        load_spec(file)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('extends = "other"', "other"),
        ('extends = "builtin"\n[transition]\nbefore = "Training"', "array of tables"),
        ('extends = "builtin"\ntransition = [1]', "array of tables"),
        ('extends = "builtin"\nspec = 1', "spec"),
        ('extends = "builtin"\ntime = 1', "time"),
        ("spec = 1", "spec"),
        ('transition = [1]\n[spec]\nname = "n"\ntitle = "t"\nversion = "v"', "transition"),
        ('extends = "builtin"\n[nonsense]\na = 1', "nonsense"),
    ],
)
def test_a_wrong_overlay_is_refused(text: str, named: str) -> None:
    """The error names what is wrong."""
    with pytest.raises(SpecError, match=named):
        parse_spec(text)
