"""A service by its URL: a trainstate or moto server, or any other that speaks AWS's JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from trainstate.errors import InputError, UsageError, needing
from trainstate.testing.fuzzing.subject import Advance, Script, Subject, Target

_CLOCK = "/_trainstate/clock"
_RESET = "/moto-api/reset"
_TIMEOUT = 30
_UNREACHED = "it cannot be reached"


def served(url: str) -> Target:
    """The target at a URL.

    Raises InputError where nobody answers there, and UsageError for AWS itself.
    """
    base = url.rstrip("/")
    host = urlsplit(base).hostname or ""
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws")):
        raise UsageError(f"The target {url!r} is AWS: the fuzzer creates jobs and deletes them.")
    said = _asked(base, "/", method="GET")
    if said is None:
        raise InputError(f"The target {url!r} does not answer; is the server running?")
    ours = b'"trainstate"' in said
    moto = not ours and _asked(base, "/moto-api/data.json", method="GET") not in (None, b"")
    advance = _advancing(base) if ours else None
    still = ours and _speed(base) == 0
    client = _client(base)

    @contextmanager
    def opened(_seed: int) -> Iterator[Subject]:
        if moto:
            _asked(base, _RESET, method="POST")
        yield Subject(client=client, advance=advance, still=still)

    return Target(
        label=base,
        open=opened,
        script=_script(base, ours),
        patience=0.0 if moto else 5.0,
        shared=True,
    )


def _advancing(base: str) -> Advance:
    def advance(seconds: float) -> None:
        body = json.dumps({"advance": seconds}).encode()
        if _asked(base, _CLOCK, method="POST", body=body) is None:
            raise InputError(f"The clock of {base!r} cannot be advanced: {_UNREACHED}.")

    return advance


def _speed(base: str) -> float:
    said = _asked(base, _CLOCK, method="GET")
    return float(json.loads(said)["speed"]) if said else 1.0


def _asked(base: str, path: str, *, method: str, body: bytes | None = None) -> bytes | None:
    """What a server says; empty where it refuses, None where it cannot be reached."""
    headers = {"Content-Type": "application/json"}
    request = Request(base + path, data=body, method=method, headers=headers)  # noqa: S310 - http
    try:
        with urlopen(request, timeout=_TIMEOUT) as reply:  # noqa: S310 - checked by `named`
            said: bytes = reply.read()
            return said
    except HTTPError as error:
        error.close()
        return b""
    except (URLError, OSError):
        return None


def _client(base: str) -> Any:
    with needing("Fuzzing a server", ": pip install 'boto3'."):
        import boto3  # noqa: PLC0415 - an optional package
        from botocore.config import Config  # noqa: PLC0415 - an optional package
    return boto3.client(
        "sagemaker",
        endpoint_url=base,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106 - nobody asks for it
        # A retry hides what the service said at first.
        config=Config(retries={"total_max_attempts": 1}),
    )


def _script(base: str, ours: bool) -> Script:
    setup = [
        "import boto3",
        *(["import json", "from urllib.request import Request, urlopen"] if ours else []),
        "",
        "client = boto3.client(",
        '    "sagemaker",',
        f'    endpoint_url="{base}",',
        '    region_name="us-east-1",',
        '    aws_access_key_id="any",',
        '    aws_secret_access_key="any",',
        ")",
    ]
    body = 'json.dumps({{"advance": {seconds}}}).encode()'
    kind = '{{"Content-Type": "application/json"}}'
    advance = f'urlopen(Request("{base}{_CLOCK}", {body}, {kind}))' if ours else ""
    return Script(setup=tuple(setup), advance=advance, unique=True)
