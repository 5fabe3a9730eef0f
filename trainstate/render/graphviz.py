"""Pictures by Graphviz, where its program is installed."""

from __future__ import annotations

import shutil
import subprocess

from trainstate.errors import UsageError

SECONDS = 60
"""How long a drawing may take."""


def svg(text: str) -> str:
    """The SVG of a graph in Graphviz's language; raises UsageError where `dot` is missing."""
    program = shutil.which("dot")
    if program is None:
        raise UsageError(
            "Expected Graphviz's program `dot` on the PATH for SVG but found none; install"
            " the package graphviz, or ask for the format dot or mermaid."
        )
    try:
        done = subprocess.run(  # noqa: S603 -- a found program, and input on its stdin
            [program, "-Tsvg"],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"Graphviz's `dot` failed: {error}.") from error
    return done.stdout
