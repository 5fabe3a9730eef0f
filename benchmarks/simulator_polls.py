"""What a client of `trainstate serve` waits: boto3 over loopback, one thread and sixteen.

    python benchmarks/simulator_polls.py [--polls 500] [--threads 16]

Needs the extra `server`. Starts a server, creates a job, and polls it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from trainstate.simulator import on_demand


def client_of(url: str, threads: int) -> Any:
    """A client with a connection for each thread."""
    return boto3.client(
        "sagemaker",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(max_pool_connections=threads),
    )


def main() -> None:
    """Prints the median of a poll, and the polls a second of all threads."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--polls", type=int, default=500)
    parser.add_argument("--threads", type=int, default=16)
    options = parser.parse_args()
    command = [sys.executable, "-m", "trainstate", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    client = client_of(server.stdout.readline().split()[-1], options.threads)
    client.create_training_job(**on_demand().request("job"))

    def poll(_: int) -> float:
        begun = time.perf_counter()
        client.describe_training_job(TrainingJobName="job")
        return time.perf_counter() - begun

    try:
        alone = [poll(number) for number in range(options.polls)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(options.threads) as pool:
            many = list(pool.map(poll, range(4 * options.polls)))
        seconds = time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()
    print(
        f"one thread: {1e3 * statistics.median(alone):.1f} ms a poll at the median;"
        f" {options.threads} threads: {len(many) / seconds:.0f} polls a second"
    )


if __name__ == "__main__":
    main()
