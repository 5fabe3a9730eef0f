"""A moto server beside the simulator: it answers everything that is not about training jobs."""

import http.client
import logging
from collections.abc import Mapping
from typing import Any

from trainstate.errors import needing
from trainstate.simulator.errors import ApiError
from trainstate.simulator.wire import Reply, unknown

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

    def reply(self, scope: Mapping[str, Any], body: bytes, operation: str) -> Reply:
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
            asked = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
            return unknown(operation, asked)
        return Reply(status=response.status, body=said, headers=headers)

    def close(self) -> None:
        """Stops the other server."""
        self._server.stop()
