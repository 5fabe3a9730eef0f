"""The server: any SDK's protocol, its own controls, and what it refuses."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

import trainstate
from tests.served import Connect, Serve
from trainstate.simulator import Service, VirtualClock, chooser, on_demand, spot

JSON = {"Content-Type": "application/json"}


def asked(
    url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of a plain HTTP request."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_a_job_lives_on_a_server(serve: Serve, connect: Connect) -> None:
    """Created, polled to its end under a clock that a client advances, listed, deleted."""
    url, process = serve(
        *("--speed", "0", "--scenario", "spot().interrupted(after='5m').then_completed()")
    )
    client = connect(url)
    client.create_training_job(**spot().request("job"))
    seen = []
    for _ in range(30):
        seen.append(client.describe_training_job(TrainingJobName="job"))
        asked(url, "POST", "/_trainstate/clock", b'{"advance": "1m"}', JSON)
    names = [job["TrainingJobName"] for job in client.list_training_jobs()["TrainingJobSummaries"]]
    client.delete_training_job(TrainingJobName="job")
    process.terminate()
    _, logged = process.communicate(timeout=10)

    assert "Completed" == seen[-1]["TrainingJobStatus"]
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)
    assert ["job"] == names
    assert "" == logged


def test_errors_have_their_codes(serve: Serve, connect: Connect) -> None:
    """A client sees the modelled exception, or the code and the text."""
    client = connect(serve("--speed", "0")[0])
    client.create_training_job(**on_demand().request("job"))

    with pytest.raises(client.exceptions.ResourceInUse):
        client.create_training_job(**on_demand().request("job"))
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.describe_training_job(TrainingJobName="none")
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.list_models()


def test_the_controls_say_what_is_wrong(serve: Serve) -> None:
    """Readiness, clock and scenarios answer in JSON; a form that a browser sends is refused."""
    url, _ = serve("--speed", "0", "--start", "2026-03-01T00:00:00Z")
    clock, scenarios = "/_trainstate/clock", "/_trainstate/scenarios"
    plot = json.dumps({"pattern": "bad-*", "scenario": "on_demand().then_failed()"}).encode()

    assert (200, "2026-03-01T00:00:00Z") == (
        (answer := asked(url, "GET", "/"))[0],
        answer[1]["now"],
    )
    assert "2026-03-01T00:00:10Z" == (asked(url, "POST", clock, b'{"advance": 10}', JSON)[1]["now"])
    assert (200, {}) == asked(url, "POST", scenarios, plot, JSON)
    for body in (b'{"advance": "soon"}', b'{"advance": -1}', b"{}", b"[]", b"{"):
        assert 400 == asked(url, "POST", clock, body, JSON)[0]
    assert 400 == asked(url, "POST", clock, b'{"advance": 10}', {"Content-Type": "text/plain"})[0]
    assert 400 == asked(url, "POST", scenarios, b'{"scenario": "exit()"}', JSON)[0]
    assert "2026-03-01T00:00:10Z" == asked(url, "GET", clock)[1]["now"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"NameContains": "\\ud800"}']
)
def test_a_broken_body_is_refused(serve: Serve, body: bytes) -> None:
    """No body makes the server fail."""
    url, _ = serve("--speed", "0")
    target = {"X-Amz-Target": "SageMaker.ListTrainingJobs"}
    status, said = asked(url, "POST", "/", body, target)

    assert (400, "SerializationException") == (status, said["__type"])


def test_a_search_that_is_nested_too_deep_is_refused(serve: Serve) -> None:
    """The server goes on."""
    url, _ = serve("--speed", "0")
    depth = 900
    expression = '{"SubExpressions":[' * depth + "{}" + "]}" * depth
    body = f'{{"Resource": "TrainingJob", "SearchExpression": {expression}}}'.encode()

    assert 400 == asked(url, "POST", "/", body, {"X-Amz-Target": "SageMaker.Search"})[0]
    assert 200 == asked(url, "GET", "/")[0]


def test_a_body_that_is_too_long_is_refused(serve: Serve) -> None:
    """It is not read to its end."""
    url, _ = serve("--speed", "0")
    body = b" " * (5 * 1024 * 1024)

    assert 413 == asked(url, "POST", "/", body, {"X-Amz-Target": "SageMaker.Search"})[0]


def test_a_port_that_is_taken_is_a_misuse(serve: Serve) -> None:
    """One line on standard error, and exit status 2."""
    url, _ = serve("--speed", "0")
    port = urlsplit(url).port
    taken = subprocess.run(
        [sys.executable, "-m", "trainstate", "serve", "--port", str(port)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (2, 1) == (taken.returncode, len(taken.stderr.splitlines()))
    assert "cannot be listened on" in taken.stderr


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "attacker.example:4599"},
        {"Host": "[::2]:80"},
        {"Origin": "http://attacker.example"},
        {"Host": "localhost.attacker.example"},
    ],
    ids=str,
)
def test_a_foreign_host_gets_no_answer(serve: Serve, headers: dict[str, str]) -> None:
    """A page whose name was bound to loopback can neither read nor change anything."""
    url, _ = serve("--speed", "0", "--allow-host", "simulator")
    target = {"X-Amz-Target": "SageMaker.ListTrainingJobs"}

    assert 403 == asked(url, "GET", "/", headers=headers)[0]
    assert 403 == asked(url, "POST", "/", b"{}", {**target, **headers})[0]
    assert (
        403 == asked(url, "POST", "/_trainstate/clock", b'{"advance": 1}', {**JSON, **headers})[0]
    )
    for host in ("localhost", "127.0.0.1:80", "[::1]:4599", "simulator:4599", "LOCALHOST"):
        assert 200 == asked(url, "GET", "/", headers={"Host": host})[0]


@pytest.mark.parametrize("began", [b"", b"POST / HTTP/1.1\r\nHost: localhost\r\n", b"POST /"])
def test_a_slow_connection_is_closed(monkeypatch: pytest.MonkeyPatch, began: bytes) -> None:
    """A head that does not come to its end does not keep its connection for ever."""
    server = pytest.importorskip("trainstate.simulator.server")
    monkeypatch.setattr(server, "IDLE", 1)
    listening = server.bound("127.0.0.1", 0)
    service = Service(choose=chooser(None), clock=VirtualClock())
    Thread(target=server.serve, args=(server.App(service), listening), daemon=True).start()
    with socket.create_connection(listening.getsockname(), timeout=10) as connection:
        for byte in range(0, len(began), 8):
            connection.sendall(began[byte : byte + 8])

        assert b"" == connection.recv(100)


@pytest.mark.slow
def test_an_idle_connection_is_kept(serve: Serve) -> None:
    """A client that polls every few seconds finds its connection open."""
    url, _ = serve()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", "/")
    connection.getresponse().read()
    opened = connection.sock
    time.sleep(6)
    connection.request("GET", "/")

    assert 200 == connection.getresponse().status
    assert opened is connection.sock
    connection.close()
