"""Requests and answers as they are on the wire: AWS's JSON 1.1."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from trainstate.simulator.errors import ServiceError
from trainstate.simulator.service import Service

CONTENT_TYPE = "application/x-amz-json-1.1"
PREFIX = "SageMaker."


@frozen(kw_only=True)
class Reply:
    """A status, headers and a body, as they are sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def answer(service: Service, operation: str, body: bytes) -> Reply:
    """The service's reply to an operation whose parameters are a JSON object."""
    try:
        return _reply(200, service.call(operation, _parameters(body)))
    except ServiceError as error:
        return refused(error)
    except RecursionError:
        return refused(ServiceError("SerializationException", "The body is nested too deep."))


def refused(error: ServiceError) -> Reply:
    """The reply that tells a client of an error."""
    # botocore reads the small letter, the API's model has the large one.
    said = {"__type": error.code, "message": error.message, "Message": error.message}
    return _reply(error.status, said, {"x-amzn-ErrorType": error.code})


def _parameters(body: bytes) -> Mapping[str, Any]:
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException", "The body is not JSON.") from None
    if b"\\ud" in body.lower() and _has_half_characters(params):
        raise ServiceError("SerializationException", "The body has half a character.")
    if not isinstance(params, dict):
        raise ServiceError("SerializationException", "The body is no JSON object.")
    return params


def _has_half_characters(params: object) -> bool:
    """Holds if a text has one half of a pair of surrogates, which is no character."""
    try:
        json.dumps(params, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Reply:
    body = json.dumps(content, default=_plain).encode() if content else b"{}"
    fixed = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": secrets.token_hex(16)}
    return Reply(status=status, body=body, headers={**fixed, **headers})


def _plain(value: object) -> float:
    """A time as the epoch seconds that the protocol has for it."""
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"{type(value).__name__} is not on the wire")
