"""What `trainstate serve` bears: a thousand jobs, each polled over a connection of its own.

Starts a server on loopback with a store on disk, creates the jobs, then polls all of them
at once, one open connection a job, and prints the polls a second, the latency and the
errors; the histories that were seen are checked at the end.

    python benchmarks/server_load.py [--jobs 1000] [--rounds 5]

Needs the extra `server`. The polls are bare HTTP, so that no client library is measured;
`tests/simulator/test_load.py` polls with boto3.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import trainstate
from trainstate.simulator import on_demand

_HEAD = (
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"
    "X-Amz-Target: SageMaker.{operation}\r\nContent-Length: {size}\r\n\r\n"
)


class Connection:
    """One open connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """The answer to an operation; raises RuntimeError for any status but 200."""
        body = json.dumps(params).encode()
        self._writer.write(_HEAD.format(operation=operation, size=len(body)).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        size = int(head.partition("content-length:")[2].partition("\r\n")[0])
        answer: dict[str, Any] = json.loads(await self._reader.readexactly(size))
        if " 200 " not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{operation}: {answer}")
        return answer


async def load(port: int, jobs: int, rounds: int) -> tuple[list[float], float, list[Any]]:
    """The latencies, the seconds in all, and what was seen."""
    connections = [
        Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(jobs)
    ]
    names = [f"job-{number}" for number in range(jobs)]
    for connection, name in zip(connections, names, strict=True):
        await connection.call("CreateTrainingJob", **on_demand().request(name))
    took: list[float] = []
    seen: list[Any] = []

    async def polls(connection: Connection, name: str) -> None:
        for _ in range(rounds):
            begun = time.perf_counter()
            seen.append(await connection.call("DescribeTrainingJob", TrainingJobName=name))
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*map(polls, connections, names))
    return took, time.perf_counter() - begun, seen


def served(folder: str) -> tuple[subprocess.Popen[str], int]:
    """A server with a store, and its port."""
    command = [sys.executable, "-m", "trainstate", "serve", "--port", "0", "--speed", "60"]
    command += ["--scenario", "random", "--store", str(Path(folder) / "jobs.db")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, int(server.stdout.readline().rpartition(":")[2])


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server, port = served(folder)
        try:
            took, seconds, seen = asyncio.run(load(port, options.jobs, options.rounds))
        finally:
            server.terminate()
            server.wait()
    latencies = sorted(1e3 * one for one in took)
    print(
        f"{len(took)} polls over {options.jobs} connections: {len(took) / seconds:.0f} a second,"
        f" latency {statistics.median(latencies):.0f} ms median,"
        f" {latencies[len(latencies) * 99 // 100]:.0f} ms 99th of 100, {latencies[-1]:.0f} ms most"
    )
    print(f"no error; the check says {trainstate.check(seen).verdict}")


if __name__ == "__main__":
    main()
