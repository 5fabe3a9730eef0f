"""The command `trainstate`, and ``python -m trainstate``.

Everything else is imported inside, so that Ctrl-C also works while modules are loading.
"""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130
"""The exit status after Ctrl-C, as in shells."""


def main() -> None:
    """Runs the command line; an interruption is one line and the exit status 130.

    A request to end (SIGTERM, a closed terminal) lets running work clean up, as an interruption
    does; the exit status is that of shells.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Obey a caller who ignores it, as nohup does.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        from trainstate.cli import main as command  # noqa: PLC0415 - see the module

        command()
    except KeyboardInterrupt:
        # Not 1: that would mean findings, or a failed job.
        sys.stderr.write("trainstate: interrupted\n")
        sys.exit(INTERRUPTED)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
