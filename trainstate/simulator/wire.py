"""Requests and answers on the wire: AWS's JSON, and forms with XML."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from attrs import frozen

from trainstate.errors import TrainstateError
from trainstate.simulator.errors import ApiError, invalid, unknown_operation
from trainstate.simulator.other_services import TARGETS, is_ours
from trainstate.simulator.service import HANDLERS, IAM, METRICS, SAGEMAKER, SERVICES, STS, Service

CONTENT_TYPE = "application/x-amz-json-1.1"
_SCOPE = re.compile(r"Credential=[^/,]+/\d+/([a-z]{2}(?:-[a-z]+)+-\d+)/", re.ASCII)
_FORM = "application/x-www-form-urlencoded"
NAMESPACES = {
    STS: "https://sts.amazonaws.com/doc/2011-06-15/",
    IAM: "https://iam.amazonaws.com/doc/2010-05-08/",
}
"""Services that take forms and answer in XML."""


@frozen(kw_only=True)
class Reply:
    """A status, headers and a body."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def operation_of(path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The service and operation of a request; empty if it is not ours."""
    prefix, _, operation = headers.get("x-amz-target", "").partition(".")
    if path == "/" and prefix in TARGETS:
        return TARGETS[prefix], operation
    if path == "/BatchGetMetrics":
        return METRICS, "BatchGetMetrics"
    if headers.get("content-type", "").startswith(_FORM):
        action = next((v for k, v in parse_qsl(body.decode("latin-1")) if k == "Action"), "")
        api = SERVICES.get(action, "")
        return (api, action) if api in NAMESPACES else ("", action)
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
    api: str = SAGEMAKER,
    region: str | None = None,
) -> Reply:
    """The service's reply to an operation whose parameters are a JSON object."""
    try:
        params = _form(body) if api in NAMESPACES else parameters(body)
        answered = service.call(operation, params, region=region)
    except ApiError as error:
        return refused(error)
    except RecursionError:
        return refused(ApiError("SerializationException", "The body is nested too deep."))
    except TrainstateError as error:
        return refused(invalid(str(error)))
    if api in NAMESPACES:
        return _xml(operation, answered, NAMESPACES[api])
    return _reply(200, answered)


def is_known(api: str, operation: str, body: bytes) -> bool:
    """Whether a request is for the simulator, not for a service beside it."""
    if api in NAMESPACES:
        return operation in HANDLERS
    try:
        return operation in HANDLERS and is_ours(api, operation, parameters(body))
    except (ApiError, RecursionError):
        return operation in HANDLERS and api == SAGEMAKER


def refused(error: ApiError) -> Reply:
    """The reply that reports an error to a client."""
    # botocore reads the lower-case member, the API's model has the capital.
    said = {"__type": error.code, "message": error.message, "Message": error.message}
    return _reply(error.status, said, {"x-amzn-ErrorType": error.code})


def unknown(operation: str, headers: Mapping[str, str]) -> Reply:
    """The reply to an unknown request, in the caller's protocol."""
    error = unknown_operation(operation[:80])
    if "x-amz-target" in headers:
        return refused(error)
    inner = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    form = headers.get("content-type", "").startswith(_FORM)
    text = f"<ErrorResponse>{inner}</ErrorResponse>" if form else inner
    return Reply(status=error.status, body=text.encode(), headers={"Content-Type": "text/xml"})


def parameters(body: bytes) -> Mapping[str, Any]:
    """The parameters of a request. Raises ApiError if the body is not a JSON object."""
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ApiError("SerializationException", "The body is not JSON.") from None
    if b"\\ud" in body.lower() and _has_half_characters(params):
        raise ApiError("SerializationException", "The body has a lone surrogate.")
    if not isinstance(params, dict):
        raise ApiError("SerializationException", "The body is not a JSON object.")
    return params


def _has_half_characters(params: object) -> bool:
    """Whether a text has a lone surrogate, which is not a character."""
    try:
        json.dumps(params, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Reply:
    body = _ENCODED(content).encode()
    fixed = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": secrets.token_hex(16)}
    return Reply(status=status, body=body, headers={**fixed, **headers})


def _form(body: bytes) -> dict[str, Any]:
    """The parameters of a form, in which list items are numbered."""
    params: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("latin-1")):
        first, numbered, _ = name.partition(".member.")
        if numbered:
            params.setdefault(first, []).append(value)
        elif name not in ("Action", "Version"):
            params[name] = value
    return params


def _xml(operation: str, content: Mapping[str, Any], namespace: str) -> Reply:
    request = secrets.token_hex(16)
    text = (
        f'<{operation}Response xmlns="{namespace}">'
        f"<{operation}Result>{_elements(content)}</{operation}Result>"
        f"<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request}
    return Reply(status=200, body=text.encode(), headers=headers)


def _elements(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_elements(item)}</{name}>" for name, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_elements(item)}</member>" for item in value)
    return escape(str(value))


def _plain(value: object) -> float:
    """A time as epoch seconds, the protocol's form."""
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"{type(value).__name__} is not on the wire")


_ENCODED = json.JSONEncoder(default=_plain).encode
