"""The simulator as a server: any AWS SDK talks to it, in AWS's JSON 1.1."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trainstate.errors import TrainstateError, UsageError
from trainstate.history.instants import iso
from trainstate.simulator.errors import ServiceError, unknown_operation
from trainstate.simulator.script import Book
from trainstate.simulator.service import Service
from trainstate.simulator.wire import PREFIX, Reply, answer, refused
from trainstate.version import installed_version

BODY_LIMIT = 4 * 1024 * 1024
"""The bytes of the largest body that is read; a request with more is refused."""

_TICK = 0.2
_KEPT = 120
"""Seconds that an idle connection is kept: longer than any usual time between two polls.

Closed sooner, it would be closed at times in the moment of the client's next request.
"""


def app(service: Service, *, book: Book | None = None, body_limit: int = BODY_LIMIT) -> Starlette:
    """The ASGI application of a service.

    ``POST /`` is the service, ``GET /`` answers when it is ready, ``/_trainstate/clock``
    shows and advances the clock, ``/_trainstate/scenarios`` takes scenarios for jobs
    that are created later. Nothing is logged.
    """

    async def ready(_request: Request) -> Response:
        return JSONResponse(
            {"service": "trainstate", "version": installed_version(), "now": _now(service)}
        )

    async def call(request: Request) -> Response:
        return _sent(_replied(service, request, await _body(request, body_limit)))

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            asked = await _asked(request, body_limit)
            service.clock.advance(_member(asked, "advance"))
            service.keep_time()
        return JSONResponse({"now": _now(service), "speed": service.clock.speed})

    async def scenarios(request: Request) -> Response:
        asked = await _asked(request, body_limit)
        if book is None:
            raise UsageError("This server takes no scenarios.")
        book.add(str(asked.get("pattern", "*")), str(_member(asked, "scenario")))
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/", ready, methods=["GET"]),
            Route("/", call, methods=["POST"]),
            Route("/_trainstate/clock", clock, methods=["GET", "POST"]),
            Route("/_trainstate/scenarios", scenarios, methods=["POST"]),
        ],
        lifespan=_lifespan(service),
        exception_handlers={TrainstateError: _explained, ServiceError: _refused},
    )


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 stands for any. Raises UsageError where it cannot."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be listened on: {error.strerror}.") from error


def serve(application: Starlette, listening: socket.socket) -> None:
    """Serves until the process is asked to end."""
    # No access log: a request's headers hold credentials, its path and query may.
    config = uvicorn.Config(
        application, log_level="warning", access_log=False, timeout_keep_alive=_KEPT
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _lifespan(service: Service) -> Callable[[Starlette], Any]:
    """While the application runs, time passes for its jobs without anybody's asking."""

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_ticking(service))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            service.close()

    return running


async def _ticking(service: Service) -> None:
    while True:
        await asyncio.sleep(_TICK)
        service.tick()


def _replied(service: Service, request: Request, body: bytes) -> Reply:
    target = request.headers.get("x-amz-target", "")
    if not target.startswith(PREFIX):
        return refused(unknown_operation(target or "without X-Amz-Target"))
    try:
        return answer(service, target.removeprefix(PREFIX), body)
    except TrainstateError as error:
        return refused(ServiceError("ValidationException", str(error)))


async def _body(request: Request, limit: int) -> bytes:
    """The body of a request; raises ServiceError as soon as it is too long."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            message = f"The body has more than {limit} bytes."
            raise ServiceError("RequestEntityTooLargeException", message, status=413)
        parts.append(part)
    return b"".join(parts)


async def _asked(request: Request, limit: int) -> dict[str, Any]:
    """The JSON object of a control request.

    Its content type is not one that a browser sends to a foreign host unasked.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise UsageError("Expected the content type application/json.")
    try:
        asked = json.loads(await _body(request, limit))
    except (ValueError, RecursionError):
        raise UsageError("Expected a JSON object.") from None
    if not isinstance(asked, dict):
        raise UsageError("Expected a JSON object.")
    return asked


def _member(asked: dict[str, Any], name: str) -> Any:
    value = asked.get(name)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UsageError(f"Expected {name!r} with a text or a number.")
    return value


async def _explained(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - it is registered for this class
    return _sent(refused(error))


def _sent(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, headers=dict(reply.headers))


def _now(service: Service) -> str:
    return iso(service.clock.now)
