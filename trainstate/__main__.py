"""The command `trainstate`, and ``python -m trainstate``.

Everything else is imported inside, so that Ctrl-C in the first moments, while modules are
still being loaded, ends the program as it does later.
"""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""


def main() -> None:
    """Runs the command line; an interruption is one line and the exit status 130.

    A request to end (SIGTERM, a terminal that closes) lets what is being done put away what it
    has begun, as an interruption does; the exit status is that of shells.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # A caller who ignores it, as nohup does, is obeyed.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        from trainstate.cli import main as command  # noqa: PLC0415 - see the module

        command()
    except KeyboardInterrupt:
        # Not 1: that would tell of findings, or of a job that failed.
        sys.stderr.write("trainstate: interrupted\n")
        sys.exit(INTERRUPTED)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
