"""A service for the live tests: AWS JSON 1.1 over real HTTP on loopback, with planned faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from attrs import define, field
from botocore.config import Config

Answer = tuple[int, dict[str, Any]]

THROTTLED: Answer = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
BROKEN: Answer = (500, {"__type": "InternalFailure", "message": "try later"})
EXPIRED: Answer = (400, {"__type": "ExpiredTokenException", "message": "The token has expired"})
DENIED: Answer = (400, {"__type": "AccessDeniedException", "message": "not for you"})
MISSING: Answer = (
    400,
    {"__type": "ValidationException", "message": "Requested resource not found."},
)
ENDED: Answer = (
    400,
    {
        "__type": "ValidationException",
        "message": "The request was rejected because the training job is in status Stopped.",
    },
)
HANG: Answer = (0, {})
"""An answer that never comes."""
CUT: Answer = (-1, {})
"""A connection that is closed without an answer."""


@define
class Service:
    """What the service answers: by plan, else by the jobs that it has."""

    plan: list[Answer] = field(factory=list)
    jobs: dict[str, list[dict[str, Any]]] = field(factory=dict)
    page: int = 2
    calls: list[tuple[str, dict[str, Any]]] = field(factory=list)
    pause: float = 0.0
    on_call: Callable[[str, dict[str, Any]], None] | None = None
    url: str = ""
    lock: threading.Lock = field(factory=threading.Lock)

    def answer(self, operation: str, arguments: dict[str, Any]) -> Answer:
        with self.lock:
            self.calls.append((operation, arguments))
            if self.on_call is not None:
                self.on_call(operation, arguments)
            if self.plan:
                return self.plan.pop(0)
            if operation == "DescribeTrainingJob":
                return self._describe(arguments["TrainingJobName"])
            if operation == "ListTrainingJobs":
                return self._list(arguments)
            return 200, {}

    def _describe(self, name: str) -> Answer:
        """The job's next response; its last one stays."""
        responses = self.jobs.get(name)
        if not responses:
            return MISSING
        return 200, responses.pop(0) if len(responses) > 1 else responses[0]

    def _list(self, arguments: dict[str, Any]) -> Answer:
        """A page of summaries, oldest first."""
        wanted = arguments.get("NameContains", "")
        names = [name for name in self.jobs if wanted in name and self.jobs[name]]
        start = int(arguments.get("NextToken", "0"))
        members = ("TrainingJobName", "TrainingJobArn", "CreationTime", "LastModifiedTime")
        page = [
            {
                **{member: self.jobs[name][-1][member] for member in members},
                "TrainingJobStatus": self.jobs[name][-1]["TrainingJobStatus"],
            }
            for name in names[start : start + self.page]
        ]
        more = start + self.page < len(names)
        token = {"NextToken": str(start + self.page)} if more else {}
        return 200, {"TrainingJobSummaries": page, **token}

    def client(self, **config: Any) -> Any:
        """A real boto3 client of this service, without retries of its own."""
        return boto3.client(
            "sagemaker",
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(size)
        if len(body) < size:  # the client was killed while it asked
            self.close_connection = True
            return
        arguments = json.loads(body or b"{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        status, answer = self.service.answer(operation, arguments)
        time.sleep(1.5 if status == 0 else self.service.pause)
        if status <= 0:
            self.close_connection = True
            return
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Says nothing: the tests look at the calls."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that went away is part of the tests."""


@contextmanager
def serving() -> Iterator[Service]:
    """A running service on a free port of the loopback interface."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = _Server(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
