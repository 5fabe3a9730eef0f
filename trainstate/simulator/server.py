"""The simulator as a server for any AWS SDK."""

import asyncio
import http.client
import json
import logging
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from trainstate.errors import TrainstateError, UsageError, needing
from trainstate.history.instants import iso
from trainstate.simulator import wire
from trainstate.simulator.errors import ApiError
from trainstate.simulator.inprocess import Book
from trainstate.simulator.service import Service
from trainstate.version import installed_version

_TIMEOUT = 60
_OF_THE_CONNECTION = {
    *("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"),
    "content-length",
}


class MotoServer:
    """A moto server in this process on its own port, and the forwarding of requests to it."""

    def __init__(self) -> None:
        with needing("`trainstate serve --beside moto`", ": pip install 'moto[server]'"):
            from moto.server import ThreadedMotoServer  # noqa: PLC0415 - an optional package
        # Its request log would contain headers and queries.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        self._address = self._server.get_host_and_port()

    def reply(self, scope: Mapping[str, Any], body: bytes, operation: str) -> wire.Reply:
        """The other server's reply to a request. Raises ApiError if there is none."""
        target = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        if scope.get("query_string"):
            target += "?" + scope["query_string"].decode("latin-1")
        connection = http.client.HTTPConnection(*self._address, timeout=_TIMEOUT)
        try:
            connection.putrequest(
                scope["method"], target, skip_host=True, skip_accept_encoding=True
            )
            for name, value in scope["headers"]:
                if name.decode("latin-1") not in _OF_THE_CONNECTION:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            headers = {
                name: value
                for name, value in response.getheaders()
                if name.lower() not in _OF_THE_CONNECTION
            }
            said = response.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            message = f"The server beside does not answer: {type(error).__name__}."
            raise ApiError("ServiceUnavailable", message, status=503) from error
        finally:
            connection.close()
        if response.status >= 500 and said.lstrip()[:9].lower() == b"<!doctype":
            # An operation that moto lacks is an exception there, and an HTML page.
            headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
            return wire.unknown(operation, headers)
        return wire.Reply(status=response.status, body=said, headers=headers)

    def close(self) -> None:
        """Stops the other server."""
        self._server.stop()


BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of the largest body; a larger request is refused."""

IDLE = 120
"""Seconds after which a connection without a complete request is closed.

Longer than the usual time between two polls: a shorter time would sometimes close a
connection just as the client sends its next request.
"""

_PORT = re.compile(r":\d*$", re.ASCII)
_BESIDE_LIMIT = 64 * 1024 * 1024
_JSON = "application/json"
Headers = Mapping[str, str]


class App:
    """The ASGI application of a service.

    ``POST /`` is the service, ``GET /`` answers when it is ready, ``/_trainstate/clock`` shows
    and advances the clock, ``/_trainstate/scenarios`` takes scenarios for jobs created later.
    What is not simulated goes to the server ``beside``, if there is one. Hosts are the names
    that clients may use for it. Nothing is logged.
    """

    def __init__(
        self,
        service: Service,
        *,
        book: Book | None = None,
        beside: MotoServer | None = None,
        hosts: Iterable[str] = (),
    ) -> None:
        self.service = service
        self._book = book
        self._beside = beside
        self._hosts = frozenset(("localhost", "127.0.0.1", "[::1]", *hosts))
        self._limit = BODY_LIMIT if beside is None else _BESIDE_LIMIT

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Answers one request."""
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        try:
            self._check_host(headers)
            async with asyncio.timeout(IDLE):
                body = await _body(receive, self._limit)
            reply = await self._replied(scope, headers, body)
        except TimeoutError:
            reply = _json(408, {"error": "The body did not come in time."})
        except ApiError as error:
            reply = wire.refused(error)
        except TrainstateError as error:
            reply = _json(400, {"error": str(error)})
        fields = [(k.lower().encode(), v.encode("latin-1")) for k, v in reply.headers.items()]
        fields.append((b"content-length", str(len(reply.body)).encode()))
        if reply.status in (408, 413):
            fields.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        body = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body})

    def _check_host(self, headers: Headers) -> None:
        """Raises ApiError for a foreign host: a web page may try to rebind it."""
        origin = headers.get("origin", "").rpartition("//")[2]
        for host in filter(None, (headers.get("host"), origin)):
            name = _PORT.sub("", host.lower())
            if name not in self._hosts and not name.endswith(".localhost"):
                message = f"{name[:80]} is not a host of this server; --allow-host adds one."
                raise ApiError("AccessDeniedException", message, status=403)

    async def _replied(self, scope: Mapping[str, Any], headers: Headers, body: bytes) -> wire.Reply:
        method, path = scope["method"], scope["path"]
        api, operation = wire.operation_of(path, headers, body) if method == "POST" else ("", path)
        if self._beside is not None and not path.startswith("/_trainstate/"):
            signed = "authorization" in headers
            ours = wire.is_known(api, operation, body) if api else method == "GET" and not signed
            if not ours or (path != "/" and not api):
                return await asyncio.to_thread(self._beside.reply, scope, body, operation)
        if len(body) > BODY_LIMIT:
            raise _too_long(BODY_LIMIT)
        if api:
            region = wire.region_of(headers)
            return wire.answer(self.service, operation, body, api=api, region=region)
        if path == "/" and method in ("GET", "HEAD"):
            return _json(
                200, {"service": "trainstate", "version": installed_version(), **self._now()}
            )
        if path == "/_trainstate/clock" and method in ("GET", "POST"):
            if method == "POST":
                self.service.clock.advance(_member(_control_request(headers, body), "advance"))
            return _json(200, {**self._now(), "speed": self.service.clock.speed})
        if path == "/_trainstate/scenarios" and method == "POST":
            self._add(_control_request(headers, body))
            return _json(200, {})
        return wire.unknown(operation, headers)

    def _add(self, said: Mapping[str, Any]) -> None:
        if self._book is None:
            raise UsageError("This server takes no scenarios.")
        self._book.add(str(said.get("pattern", "*")), str(_member(said, "scenario")))

    def _now(self) -> dict[str, str]:
        return {"now": iso(self.service.clock.now)}


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 means any. Raises UsageError if that fails."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be listened on: {error.strerror}.") from error
    # asyncio disables Nagle's algorithm only for sockets that say they are TCP, and create_server's
    # does not: each answer would wait 40 ms for the client's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


def serve(application: App, listening: socket.socket) -> None:
    """Serves until the process is asked to end."""
    # No access log: headers hold credentials, and path and query may.
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=IDLE,
        lifespan="off",
        ws="none",
        http=_Protocol,
        proxy_headers=False,
        server_header=False,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, application.service).run(sockets=[listening])


class _Whole:
    """A transport that sends everything written in one turn of the loop at once.

    uvicorn writes head and body separately: two system calls and two packets.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            asyncio.get_running_loop().call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts = []


class _Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    def connection_made(self, transport: Any) -> None:
        super().connection_made(_Whole(transport))


class _Server(uvicorn.Server):
    """Advances the jobs without requests, and closes slow connections."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._waiting: dict[Any, tuple[Any, float]] = {}

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if counter % 2 == 0:
            with suppress(ApiError):  # a full disk may have room later
                self._service.tick()
        if counter % 10 == 0:
            self._sweep(time.monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called before the ending signal is passed on."""
        await super().shutdown(sockets)
        self._service.close()

    def _sweep(self, now: float) -> None:
        """Closes connections whose next request head is not complete in time."""
        before, self._waiting = self._waiting, {}
        for connection in tuple(self.server_state.connections):
            last = connection.cycle  # type: ignore[union-attr]
            if last is not None and not last.response_complete:
                continue
            known, since = before.get(connection, (last, now))
            self._waiting[connection] = last, since if known is last else now
            if now - self._waiting[connection][1] > IDLE:
                connection.transport.close()


async def _body(receive: Callable[[], Awaitable[Mapping[str, Any]]], limit: int) -> bytes:
    """The body of a request; raises ApiError as soon as it is too long."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_long(limit)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _too_long(limit: int) -> ApiError:
    message = f"The body has more than {limit} bytes."
    return ApiError("RequestEntityTooLargeException", message, status=413)


def _control_request(headers: Headers, body: bytes) -> dict[str, Any]:
    """The JSON object of a control request.

    Browsers do not send its content type to a foreign host unasked.
    """
    if headers.get("content-type", "").partition(";")[0] != _JSON:
        raise UsageError(f"Expected the content type {_JSON}.")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("Expected a JSON object.") from None
    if not isinstance(said, dict):
        raise UsageError("Expected a JSON object.")
    return said


def _member(said: Mapping[str, Any], name: str) -> Any:
    value = said.get(name)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UsageError(f"Expected {name!r} with a text or a number.")
    return value


def _json(status: int, content: Mapping[str, Any]) -> wire.Reply:
    body = json.dumps(content).encode()
    return wire.Reply(status=status, body=body, headers={"Content-Type": _JSON})
