"""Clients of a server that a test starts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.request import urlopen

import boto3
from botocore.config import Config

Serve = Callable[..., tuple[str, "subprocess.Popen[str]"]]
"""Starts `trainstate serve` with options; gives its address and its process."""


Connect = Callable[[str], Any]
"""Gives a client of a server, which is closed after the test."""


def client_of(url: str) -> Any:
    """A boto3 client of a server; its secret is one that must never be logged."""
    return boto3.client(
        "sagemaker",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="not-to-be-logged",
        config=Config(retries={"max_attempts": 1, "mode": "standard"}, max_pool_connections=20),
    )


def clock_of(url: str) -> datetime:
    """What the clock of a server shows."""
    with urlopen(f"{url}/_trainstate/clock", timeout=10) as reply:
        return datetime.fromisoformat(json.loads(reply.read())["now"])
