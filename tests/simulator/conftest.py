"""A server in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.served import Connect, Serve, client_of


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts `trainstate serve` with options; gives its address and its process."""
    pytest.importorskip("uvicorn", reason="the extra `server` is not installed")
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, port: int = 0) -> tuple[str, subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "trainstate", "serve", "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("serving on http://"), (line, process.stderr)
        return line.removeprefix("serving on ").strip(), process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Gives clients of servers, and closes them."""
    clients: list[Any] = []

    def made(url: str) -> Any:
        clients.append(client_of(url))
        return clients[-1]

    yield made
    for client in clients:
        client.close()
