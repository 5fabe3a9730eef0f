"""A boto3 client without retries of its own, so that all retries are seen and paced here."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from trainstate.errors import UsageError

_CONNECT, _READ = 10, 60


def sagemaker_client(
    *, profile: str | None = None, region: str | None = None, endpoint_url: str | None = None
) -> Any:
    """A SageMaker client; raises UsageError if the session cannot be set up."""
    config = Config(
        connect_timeout=_CONNECT,
        read_timeout=_READ,
        retries={"total_max_attempts": 1},
        user_agent_extra="trainstate",
    )
    try:
        session = boto3.session.Session(profile_name=profile, region_name=region)
        return session.client("sagemaker", endpoint_url=endpoint_url, config=config)
    except (BotoCoreError, ValueError) as error:
        said = str(error).rstrip(".")
        raise UsageError(
            f"No client can be made: {said}. Name a region with --region, credentials with"
            " --profile and an address with --endpoint-url http://HOST:PORT, or set them up as"
            " for the AWS CLI."
        ) from error
