"""The command line: thin commands over the package."""

from trainstate.cli.main import main

__all__ = ["main"]
