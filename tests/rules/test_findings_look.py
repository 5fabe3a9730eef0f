"""What every rule says of its bad examples: run with UPDATE_SNAPSHOTS=1 after a meant change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import trainstate
from trainstate.rules.index import rules

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "findings.txt"


def said() -> Iterator[str]:
    """A line for each finding that a bad example of a rule about recordings gives to any rule."""
    for rule in rules():
        for number, example in enumerate(rule.bad):
            if example.service is not None or example.session:
                continue
            seen = example.responses() if example.text is None else example.text.encode()
            for found in trainstate.check(seen):
                via = f" via {', '.join(found.witness)}" if found.witness else ""
                unknown = " (unknown)" if found.unknown else ""
                place = f"{found.index} {found.pointer}"
                yield (
                    f"{rule.code}.{number}: {found.code} {found.severity}{unknown}"
                    f" {place}: {found.message}{via}"
                )


def test_findings_say_what_they_said() -> None:
    """Rule, severity, place, words and witness of every finding are those of the snapshot."""
    found = "".join(f"{line}\n" for line in said())
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found, encoding="utf-8")

    assert SNAPSHOT.read_text("utf-8") == found
