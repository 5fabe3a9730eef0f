"""State change events as EventBridge delivers them: late, twice, out of order, or never."""

import json
import queue
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from attrs import frozen

from trainstate.errors import UsageError, unwritable
from trainstate.history.instants import SECOND
from trainstate.machine.record import Record, describe, event, written
from trainstate.simulator import one_status
from trainstate.simulator.clock import seconds
from trainstate.simulator.random_scenario import seeded
from trainstate.spec.model import Spec

Event = dict[str, Any]
Sink = Callable[[Event], None]

_TIMEOUT = 5.0


@frozen(kw_only=True)
class Faults:
    """Shares from 0 to 1 of events that are lost, sent twice, or sent after the next one.

    ``delay`` is the longest random delay in virtual seconds.
    """

    delay: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    reordering: float = 0.0
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        for share in (self.loss, self.duplicates, self.reordering):
            if not 0 <= share <= 1:
                raise UsageError(f"Expected a share from 0 to 1 but got {share!r}.")
        seconds(self.delay)


def event_of(record: Record, spec: Spec, count: int) -> Event:
    """The event for a record's state, its times in epoch milliseconds."""
    own = one_status.spec_of(record)
    shown = describe(record, spec) if own is None else one_status.described(own, spec, record)
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{record.arn}#{count}"))
    detail = written(shown, lambda time: round(time.timestamp() * 1000))
    return event(record, own or spec, detail, number=number)


class Bus:
    """Sends an event whenever a job's status changes, with the faults of a delivery."""

    def __init__(self, sink: Sink, *, spec: Spec, faults: Faults | None = None) -> None:
        self._sink = sink
        self._spec = spec
        self._faults = faults or Faults()
        self._rng = seeded(self._faults.seed, "events")
        self._held: list[Event] = []
        self._late: list[tuple[int, int, Event]] = []
        self._count = 0

    def __call__(self, before: Record | None, after: Record) -> None:
        """Handles a change; most changes of only a message send no event."""
        self.pass_time(after.modified)
        same_job = before is not None and before.created == after.created
        if same_job and before is not None and _shown(before) == _shown(after):
            return
        self._count += 1
        sent = event_of(after, self._spec, self._count)
        for number, copy in enumerate(self._delivered(sent)):
            late = self._rng.random() * self._faults.delay if self._faults.delay else 0
            if late:
                due = after.modified + round(late * SECOND)
                heappush(self._late, (due, self._count * 4 + number, copy))
            else:
                self._sink(copy)

    def pass_time(self, now: int) -> None:
        """Delivers what is due until an instant."""
        while self._late and self._late[0][0] <= now:
            self._sink(heappop(self._late)[2])

    def flush(self) -> None:
        """Delivers what is held back."""
        held, self._held = self._held, []
        for sent in (*(late[2] for late in sorted(self._late)), *held):
            self._sink(sent)
        self._late = []

    def _delivered(self, event: Event) -> Iterable[Event]:
        held, self._held = self._held, []
        if self._rng.random() < self._faults.loss:
            return held
        copies = [event] * (2 if self._rng.random() < self._faults.duplicates else 1)
        if self._rng.random() < self._faults.reordering:
            self._held = copies
            return held
        return [*copies, *held]


def _shown(record: Record) -> object:
    """The status that shows: of a job with one status less than its state."""
    return record.state if one_status.spec_of(record) is None else record.state.primary


def file_sink(path: Path | str) -> Sink:
    """A sink that appends each event to a file, one JSON object a line.

    Raises InputError if the file cannot be written; later failures lose events, as delivery is
    best effort.
    """
    lock, target = threading.Lock(), Path(path)
    try:
        target.open("a", encoding="utf-8").close()
    except OSError as error:
        raise unwritable("The events", path, error) from error

    def write(event: Event) -> None:
        with suppress(OSError), lock, target.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    return write


def url_sink(url: str) -> Sink:
    """A sink that posts each event to an address, from its own thread.

    Delivery is best effort: what the address does not accept is lost. Raises UsageError for an
    address that is not HTTP.
    """
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"Expected an address that begins with http:// but got {url!r}.")
    waiting: queue.Queue[Event] = queue.Queue()

    def deliver() -> None:
        while True:
            _post(url, waiting.get())

    threading.Thread(target=deliver, daemon=True, name="trainstate-events").start()
    return waiting.put


def sink_to(target: str) -> Sink:
    """The sink for a path or an address."""
    return url_sink(target) if "://" in target else file_sink(target)


def _post(url: str, event: Event) -> None:
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, data=json.dumps(event).encode(), headers={"Content-Type": "application/json"}
    )
    # EventBridge also gives up in the end.
    with suppress(OSError), urllib.request.urlopen(request, timeout=_TIMEOUT):  # noqa: S310
        return
