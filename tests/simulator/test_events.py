"""The events are those of the jobs, with the faults of a delivery."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import trainstate
from trainstate.errors import UsageError
from trainstate.simulator import simulate, spot
from trainstate.simulator.events import Bus, Faults, sink_to

SCENARIO = spot().interrupted(after="5m").then_completed()


def sent(*faults: Faults) -> list[dict[str, Any]]:
    """The events of one job, as they arrive."""
    events: list[dict[str, Any]] = []
    with simulate(SCENARIO) as sm:
        bus = Bus(events.append, spec=sm.service.spec, faults=faults[0] if faults else None)
        sm.service.listen(bus)
        client = sm.client()
        client.create_training_job(**SCENARIO.request("job"))
        sm.clock.advance("2h")
        bus.flush()
    return events


def test_an_event_tells_of_each_status() -> None:
    """One for each change, in EventBridge's shape, its times in milliseconds."""
    events = sent()
    detail = events[-1]["detail"]

    assert 9 == len(events)
    assert len({event["id"] for event in events}) == len(events)
    assert "SageMaker Training Job State Change" == events[0]["detail-type"]
    assert [detail["TrainingJobArn"]] == events[0]["resources"]
    assert 1_767_348_000_000 == detail["CreationTime"]


@pytest.mark.parametrize(
    "faults",
    [Faults(), Faults(loss=0.3), Faults(duplicates=0.5), Faults(reordering=0.5)],
    ids=repr,
)
def test_faults_of_the_delivery_are_no_faults_of_the_job(faults: Faults, tmp_path: Path) -> None:
    """Events that are lost, doubled or late are consistent all the same."""
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in sent(faults)))
    report = trainstate.check([path])

    assert [] == [str(found) for found in report.findings if found.severity == "error"]


def test_faults_come_from_the_seed() -> None:
    """The same seed loses the same events; all that are lost are fewer."""
    faults = Faults(loss=0.4, duplicates=0.2, reordering=0.3, seed=5)

    assert sent(faults) == sent(faults)
    assert 9 == len(sent(Faults(reordering=1)))
    assert 18 == len(sent(Faults(duplicates=1)))
    assert [] == sent(Faults(loss=1))


def test_a_share_is_between_nothing_and_all() -> None:
    """Another share is an error of ours."""
    with pytest.raises(UsageError, match="share"):
        Faults(loss=1.5)


def test_a_file_gets_a_line_for_each_event(tmp_path: Path) -> None:
    """Lines are added to what is there."""
    path = tmp_path / "events.jsonl"
    for number in (1, 2):
        sink_to(str(path))({"id": number})

    assert [{"id": 1}, {"id": 2}] == [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any], threading.Event]]:
    got: list[Any] = []
    arrived = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, arrived
    server.shutdown()
    server.server_close()


def test_an_address_gets_each_event(hook: tuple[str, list[Any], threading.Event]) -> None:
    """It is posted as JSON, from another thread."""
    url, got, arrived = hook
    sink_to(url)({"id": 1})
    arrived.wait(5)

    assert [{"id": 1}] == got


def test_no_other_address_is_one() -> None:
    """A scheme that urllib would open as a file is refused."""
    with pytest.raises(UsageError, match="http"):
        sink_to("file:///etc/passwd")
