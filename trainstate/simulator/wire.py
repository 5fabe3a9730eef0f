"""Requests and answers as they are on the wire: AWS's JSON, and its XML for who one is."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from attrs import frozen

from trainstate.errors import TrainstateError
from trainstate.simulator.doors import METRICS, SAGEMAKER, STS, TARGETS, is_ours
from trainstate.simulator.errors import ServiceError, invalid
from trainstate.simulator.service import HANDLERS, Service

CONTENT_TYPE = "application/x-amz-json-1.1"
_SCOPE = re.compile(r"Credential=[^/,]+/\d+/([a-z]{2}(?:-[a-z]+)+-\d+)/", re.ASCII)
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@frozen(kw_only=True)
class Reply:
    """A status, headers and a body, as they are sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def asked(path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The service and the operation that a request means; empty where it is none of ours."""
    prefix, _, operation = headers.get("x-amz-target", "").partition(".")
    if path == "/" and prefix in TARGETS:
        return TARGETS[prefix], operation
    if path == "/BatchGetMetrics":
        return METRICS, "BatchGetMetrics"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(body[:4096].decode("latin-1")).get("Action", [""])[0]
        return (STS, action) if action == "GetCallerIdentity" else ("", action)
    return "", operation or path


def region_of(headers: Mapping[str, str]) -> str | None:
    """The region that a request was signed for."""
    scope = _SCOPE.search(headers.get("authorization", ""))
    return scope[1] if scope else None


def answer(
    service: Service,
    operation: str,
    body: bytes,
    *,
    door: str = SAGEMAKER,
    region: str | None = None,
) -> Reply:
    """The service's reply to an operation whose parameters are a JSON object."""
    try:
        params = {} if door == STS else parameters(body)
        answered = service.call(operation, params, region=region)
    except ServiceError as error:
        return refused(error)
    except RecursionError:
        return refused(ServiceError("SerializationException", "The body is nested too deep."))
    except TrainstateError as error:
        return refused(invalid(str(error)))
    return _xml(operation, answered) if door == STS else _reply(200, answered)


def is_known(door: str, operation: str, body: bytes) -> bool:
    """Holds if a request is for the simulator, not for a service that stands beside it."""
    if door == STS:
        return True
    try:
        return operation in HANDLERS and is_ours(door, operation, parameters(body))
    except (ServiceError, RecursionError):
        return operation in HANDLERS and door == SAGEMAKER


def refused(error: ServiceError) -> Reply:
    """The reply that tells a client of an error."""
    # botocore reads the small letter, the API's model has the large one.
    said = {"__type": error.code, "message": error.message, "Message": error.message}
    return _reply(error.status, said, {"x-amzn-ErrorType": error.code})


def parameters(body: bytes) -> Mapping[str, Any]:
    """The parameters of a request. Raises ServiceError where the body is no JSON object."""
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


def _xml(operation: str, content: Mapping[str, Any]) -> Reply:
    request = secrets.token_hex(16)
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in content.items())
    text = (
        f'<{operation}Response xmlns="{_NAMESPACE}"><{operation}Result>{inner}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request}
    return Reply(status=200, body=text.encode(), headers=headers)


def _plain(value: object) -> float:
    """A time as the epoch seconds that the protocol has for it."""
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"{type(value).__name__} is not on the wire")
