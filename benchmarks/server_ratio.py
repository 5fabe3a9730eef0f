"""How far `trainstate serve` is from a bare asyncio server that answers the same bytes.

Both are polled in turn, so that whatever else the machine does meets both alike: by one boto3
client, by sixteen threads of it, and over a thousand open connections without a client library.
Prints the median of each, the ratio with its spread, and processor time of the server a poll.

    python benchmarks/server_ratio.py [--rounds 5] [--polls 300] [--connections 1000]

Needs the extra `server`, and Linux for the processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from goals import Spread, spread
from server_load import Connection
from simulator_polls import client_of

from trainstate.simulator import on_demand

_TICK = os.sysconf("SC_CLK_TCK")
_THREADS = 16


class Bare(asyncio.Protocol):
    """Answers every request with the same bytes, and reads of it its length alone."""

    def __init__(self, answer: bytes) -> None:
        self._answer, self._read = answer, b""

    def connection_made(self, transport: Any) -> None:
        """Keeps the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each request that is whole."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self._read) < end + 4 + size:
                return
            self._read = self._read[end + 4 + size :]
            self._transport.write(self._answer)


def bare(listening: socket.socket, answer: bytes) -> None:
    """Serves the same bytes for ever."""

    async def forever() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Bare(answer), sock=listening)
        await server.serve_forever()

    asyncio.run(forever())


def processor_time(pid: int) -> float:
    """The seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def raw(port: int) -> bytes:
    """An answer as it is on the wire."""
    body = b'{"TrainingJobName": "job"}'
    head = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: SageMaker.DescribeTrainingJob\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return connection.recv(1 << 20)


def one(client: Any, polls: int) -> float:
    """Milliseconds of a poll at the median."""
    took = []
    for _ in range(polls):
        begun = time.perf_counter()
        client.describe_training_job(TrainingJobName="job")
        took.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(took)


def threads(client: Any, polls: int) -> float:
    """Polls a second of many threads."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda _: client.describe_training_job(TrainingJobName="job"), range(polls)))
    return polls / (time.perf_counter() - begun)


async def crowd(port: int, connections: int) -> float:
    """Polls a second over many open connections."""
    opened = [
        Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(connections)
    ]

    async def polls(connection: Connection) -> None:
        for _ in range(3):
            await connection.call("DescribeTrainingJob", TrainingJobName="job")

    begun = time.perf_counter()
    await asyncio.gather(*map(polls, opened))
    return 3 * connections / (time.perf_counter() - begun)


def measured(options: argparse.Namespace, ports: tuple[int, int]) -> dict[str, list[list[float]]]:
    """What each measure gave for the two servers, which take turns."""
    clients = [client_of(f"http://127.0.0.1:{port}", _THREADS) for port in ports]
    measures: dict[str, Callable[[int], float]] = {
        "boto3, one thread, ms a poll": lambda which: one(clients[which], options.polls),
        "boto3, 16 threads, polls/s": lambda which: threads(clients[which], 2 * options.polls),
        f"{options.connections} connections, polls/s": lambda which: asyncio.run(
            crowd(ports[which], options.connections)
        ),
    }
    found: dict[str, list[list[float]]] = {name: [[], []] for name in measures}
    for _ in range(options.rounds):
        for name, measure in measures.items():
            for which in (0, 1):
                found[name][which].append(measure(which))
    return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--polls", type=int, default=300)
    parser.add_argument("--connections", type=int, default=1000)
    options = parser.parse_args()
    command = [sys.executable, "-m", "trainstate", "serve", "--port", "0", "--speed", "1"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline().rpartition(":")[2])
    client_of(f"http://127.0.0.1:{port}", 1).create_training_job(**on_demand().request("job"))
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    other = multiprocessing.Process(target=bare, args=(listening, raw(port)), daemon=True)
    other.start()
    before = processor_time(server.pid)
    try:
        found = measured(options, (port, listening.getsockname()[1]))
        used = 1e3 * (processor_time(server.pid) - before), 1e3 * processor_time(other.pid or 0)
    finally:
        server.terminate()
        other.terminate()
        server.wait()
    polls = options.rounds * 3 * (options.polls + options.connections)
    print("| measure | trainstate serve | bare asyncio | ratio (lowest - highest) |")
    print("| --- | --- | --- | --- |")
    for name, (ours, bares) in found.items():
        ratio: Spread = spread(ours, bares)
        print(
            f"| {name} | {statistics.median(ours):.2f} | {statistics.median(bares):.2f} | {ratio} |"
        )
    each = [f"{one / polls:.2f}" for one in used]
    print(f"| processor ms a poll | {each[0]} | {each[1]} | {used[0] / used[1]:.1f} |")


if __name__ == "__main__":
    main()
