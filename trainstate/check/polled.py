"""A job whose responses were all plain: what the next one must go on from, and nothing more.

Its state is made again, when something unusual comes, of the lines that changed it, which
are read once more from where they are. That is why such a job takes a kilobyte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

import msgspec
from attrs import evolve

from trainstate.check.epoch import Epoch
from trainstate.check.memory import Place, Setting, Standing
from trainstate.check.past import Past
from trainstate.check.repeat import Repeat
from trainstate.check.setting import Attached
from trainstate.check.stamp import WRITTEN, instant_of
from trainstate.history.instants import Instant, parse
from trainstate.history.model import Response
from trainstate.history.readers.shelf import Shelf

_PAST = Struct("<IQIB")


def mark_of(before: bytes, after: bytes) -> int:
    """What a line that is cut around its LastModifiedTime is known by."""
    return hash((before, after))


class Facts(msgspec.Struct, gc=False, eq=False):
    """What a job's last line says that the next one must go on from.

    ``counts`` are the numbers that only grow, ``statuses`` those of attached machines,
    ``kinds`` tell which results are shown; ``fixed`` is a hash of how the members are
    written that must not change, ``come`` one of those that may come, ``attached`` and
    ``outcome`` are those of its parts, ``reason`` is one of the reason why it failed.
    ``ended`` holds if the job shows when it ended.
    """

    created: Any
    started: Any
    setting: Setting
    past: Past
    counts: tuple[int | None, ...]
    statuses: Attached
    kinds: bytes
    fixed: int
    come: int
    attached: int
    outcome: int
    reason: int
    ended: bool


class Stored(msgspec.Struct, gc=False, eq=False):
    """The facts of a job of which nothing more is expected, in a fifth of their memory."""

    setting: Setting
    statuses: Attached
    packed: bytes

    @classmethod
    def of(cls, facts: Facts) -> Stored:
        """Puts facts away."""
        past = facts.past
        values = (
            *(facts.created, facts.started, past.begun, past.last, past.closed, past.trained),
            *(past.broken, past.written, past.cut, past.before_cut, facts.counts, facts.kinds),
            *(facts.fixed, facts.come, facts.attached, facts.outcome, facts.reason, facts.ended),
        )
        return cls(facts.setting, facts.statuses, msgspec.msgpack.encode(values))

    def facts(self) -> Facts:
        """The facts as they were: instants in UTC."""
        created, started, *times, counts, kinds, fixed, come, attached, outcome, reason, ended = (
            msgspec.msgpack.decode(self.packed)
        )
        return Facts(
            *(created, started, self.setting, Past(*times), tuple(counts), self.statuses, kinds),
            *(fixed, come, attached, outcome, reason, ended),
        )


class Polled(msgspec.Struct, gc=False, eq=False):
    """A job by its lines: what the last one says, and where it is.

    ``at`` is the job's place among all. ``place`` is where in the memory the job is; None
    while it needs its state in full, which has ``repeat`` then. ``text`` is the last line
    if it is at hand, with LastModifiedTime from ``start`` to ``end``; ``mark`` stands for
    what is around that, None while the text is at hand and nobody needs it. ``token`` is
    LastModifiedTime as it was written last, ``modified`` that time, None where the facts
    are stored, ``count`` how often the last line came again. ``past`` packs the lines
    before the last, ``earlier`` is the number of their responses. ``facts`` are ``stored``
    once the job has ended and its text is not at hand.
    """

    arn: str
    at: int
    place: Place | None = None
    repeat: Repeat | None = None
    mark: int | None = None
    text: bytes | None = None
    start: int = 0
    end: int = 0
    token: bytes = b""
    modified: Any = None
    count: int = 0
    facts: Facts | None = None
    stored: Stored | None = None
    earlier: int = 0
    shelf: int = 0
    offset: int = -1
    past: bytes = b""

    @property
    def standing(self) -> Standing:
        """What decides of a job without a state in full."""
        standing = None if self.place is None else self.place.standing
        if standing is None:
            raise LookupError(f"The job {self.arn!r} has a state in full: ask that.")
        return standing

    @property
    def created(self) -> Instant | None:
        """The instant at which the job was created."""
        facts = self.facts if self.stored is None else self.stored.facts()
        return None if facts is None else parse(facts.created)[0]

    def known(self) -> Facts | None:
        """The facts of the last line, from where they were put away."""
        if self.facts is None and self.stored is not None:
            self.facts, self.stored = self.stored.facts(), None
        return self.facts

    @property
    def responses(self) -> int:
        """How many responses there were."""
        return self.earlier + 1 + self.count

    def repeated(self, line: bytes) -> bytes | None:
        """LastModifiedTime in a line that says for the rest what the text at hand says."""
        known, start, end = self.text, self.start, self.end
        if known is None or len(line) != len(known) or line[:start] != known[:start]:
            return None
        if line[end:] != known[end:] or not WRITTEN.fullmatch(line, start, end):
            return None
        self.text = line
        return line[start:end]

    def put(self, shelf: int, offset: int) -> None:
        """The line that was the last one is past; there is another."""
        if self.offset >= 0:
            self.past += self._packed()
            self.earlier += 1 + self.count
        self.count, self.shelf, self.offset = 0, shelf, offset

    def forget(self) -> None:
        """The job has a state in full, and its last line is not known any more."""
        self.place = self.repeat = self.facts = self.stored = self.text = None
        self.mark = None

    @property
    def marked(self) -> int | None:
        """The mark of the last line; None where nothing is known of it."""
        if self.mark is None and self.text is not None:
            self.mark = mark_of(self.text[: self.start], self.text[self.end :])
        return self.mark

    def put_away(self) -> None:
        """The text of the last line goes; what it said is known by its mark."""
        self.mark = self.marked
        self.text, self.start, self.end = None, 0, 0
        facts = self.facts
        if facts is not None and self.standing.ended:
            self.facts, self.stored, self.modified = None, Stored.of(facts), None

    def relive(
        self, epoch: Epoch, shelves: list[Shelf], read: Callable[[bytes, Shelf], Response]
    ) -> None:
        """The epoch observes what the job was seen to be; ``read`` makes a line a response."""
        for shelf, offset, count, token in self._lines():
            response = read(shelves[shelf].take(offset), shelves[shelf])
            if epoch.created is None:
                epoch.created = response.created
            epoch.observe(response)
            if count:
                epoch.responses += count - 1
                epoch.observe(_again(response, token, epoch))

    def recur(
        self, epoch: Epoch, shelves: list[Shelf], read: Callable[[bytes, Shelf], Response]
    ) -> None:
        """The epoch observes the job's last line alone, as the one that came last."""
        shelf = shelves[self.shelf]
        line = shelf.take(self.offset) if self.text is None else self.text
        response = read(line, shelf)
        epoch.created, epoch.responses = response.created, self.responses - 1
        epoch.members.expect(response, epoch.spec, epoch.responses)
        epoch.observe(_again(response, self.token, epoch) if self.count else response)

    def _lines(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Each line that changed the job: shelf, offset, repetitions, and the last one's time."""
        packed, at = self.past + self._packed(), 0
        while at < len(packed):
            shelf, offset, count, size = _PAST.unpack_from(packed, at)
            at += _PAST.size + size
            yield shelf, offset, count, packed[at - size : at]

    def _packed(self) -> bytes:
        # A line without repetitions has its own time.
        token = self.token if self.count else b""
        return _PAST.pack(self.shelf, self.offset, self.count, len(token)) + token


def _again(response: Response, token: bytes, epoch: Epoch) -> Response:
    """The same response at another LastModifiedTime."""
    moment = instant_of(token)
    if moment is None:
        return response  # pragma: no cover - only what was read as a time has been counted
    name = epoch.spec.layout.modified
    instants = {**response.instants, name: Instant(moment)}
    return evolve(response, modified=Instant(moment), instants=instants)


__all__ = ["Facts", "Polled", "mark_of"]
