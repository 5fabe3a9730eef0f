"""moto in this process: the mock is on while a program runs, and reset before each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trainstate.errors import needing
from trainstate.testing.fuzzing.subject import Script, Subject, Target

_SCRIPT = Script(
    setup=("import boto3", "from moto import mock_aws"),
    block="with mock_aws():",
    inner=(
        "client = boto3.client(",
        '    "sagemaker",',
        '    region_name="us-east-1",',
        '    aws_access_key_id="any",',
        '    aws_secret_access_key="any",',
        ")",
    ),
)


def moto() -> Target:
    """The target. Raises UsageError where moto is not installed."""
    with needing("Fuzzing moto", ": pip install 'moto[sagemaker]'."):
        from moto import mock_aws  # noqa: PLC0415 - an optional package
        from moto.core.config import default_user_config  # noqa: F401, PLC0415
    # Making a client takes a hundred times as long as a call: one is enough for all programs.
    kept: list[Any] = []

    @contextmanager
    def opened(_seed: int) -> Iterator[Subject]:
        with mock_aws():
            kept[:] = kept or [_client()]
            yield Subject(client=kept[0])

    return Target(label="moto", open=opened, script=_SCRIPT, patience=0.0, shared=False)


def _client() -> Any:
    import boto3  # noqa: PLC0415 - an optional package

    return boto3.client(
        "sagemaker",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106 - nobody asks for it
    )
