"""The command `trainstate`, and ``python -m trainstate``.

Everything else is imported inside, so that Ctrl-C in the first moments, while modules are
still being loaded, ends the program as it does later.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""


def main() -> None:
    """Runs the command line; an interruption is one line and the exit status 130."""
    try:
        from trainstate.cli import main as command  # noqa: PLC0415 - see the module

        command()
    except KeyboardInterrupt:
        # Not 1: that would tell of findings, or of a job that failed.
        sys.stderr.write("trainstate: interrupted\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
