"""What a tracker knows: the state of the check, and a life for each epoch of the job."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import define, field, frozen

from trainstate.checking.order import BEFORE_ALL, Rank, rank_of
from trainstate.checking.report import Finding
from trainstate.checking.stream import Checker
from trainstate.errors import UsageError
from trainstate.history.model import Response, Unreadable
from trainstate.history.readers.lines import Line, Record
from trainstate.spec.outcome import Outcome
from trainstate.track.life import Life
from trainstate.track.observed import named, read
from trainstate.track.outcome import ENDED, outcome_of
from trainstate.track.standing import changes, message_changes, split, standing
from trainstate.track.timeline import timeline
from trainstate.track.update import Novelty, Standing, TimelineItem, Update


@frozen(kw_only=True)
class Picture:
    """What is known of an epoch at one moment: its timeline, standing and outcome."""

    items: tuple[TimelineItem, ...] = ()
    state: Standing = field(factory=Standing)
    outcome: Outcome = Outcome.UNKNOWN


@define(kw_only=True)
class Ledger:
    """A job's epochs, each with the state of its check and its life, in order of arrival."""

    checker: Checker
    name: str | None = None
    arn: str | None = None
    lives: list[Life] = field(factory=list)
    _pictures: dict[int, Picture] = field(factory=dict, init=False, eq=False)

    def recognise(self, response: Response) -> None:
        """Adopts the job's name and ARN; raises UsageError for another job's response."""
        name, arn = response.name, response.identity
        other_arn = bool(arn and self.arn and arn != self.arn)
        # ARNs have names in lower case, and the service has no two that differ only in case.
        other_name = bool(name and self.name and name.casefold() != self.name.casefold())
        if other_arn or other_name:
            raise UsageError(
                f"This tracker follows {self.arn or self.name!r} but got a response of"
                f" {arn or name!r}; make one tracker for each job, and store them by ARN."
            )
        first_named = (self.name, self.arn) == (None, None) and bool(self.lives)
        self.name, self.arn = name or self.name, self.arn or arn
        if first_named and (name or arn):
            self._rename(arn or name or "")

    def _rename(self, key: str) -> None:
        """Renames the epochs of a job that had no name so far."""
        for old in [known for known in self.checker.jobs if known != key]:
            self.checker.jobs[key] = self.checker.jobs.pop(old)

    def take(self, record: Record) -> Update:
        """Judges a record and takes it; raises UsageError for another job's response."""
        if isinstance(record, Line) and len(self.lives) == 1 and self.checker.repeats(record):
            return self.update()
        response = read(record)
        if isinstance(response, Unreadable):
            found = self.checker.feed(response)
            return self.update(Picture() if not self.lives else self.picture(), found)
        response = named(response, self.name, self.arn)
        self.recognise(response)
        states = self.checker.states
        before = [(state.responses, state.newest) for state in states]
        # The check mutates a state: draw what was known before.
        pictures = [self.picture(place) for place in range(len(before))]
        found = self.checker.feed(record if isinstance(record, Line) else response)
        if len(self.checker.states) > len(before):
            return self._began(response, found)
        place = next(at for at, state in enumerate(states) if state.responses > before[at][0])
        arrival, newest = before[place]
        rank = rank_of(response, arrival=arrival, newest=newest, order=self.checker.order)
        return self._continued(place, pictures[place], response, rank, found)

    def _began(self, response: Response, found: list[Finding]) -> Update:
        spec, order = self.checker.spec, self.checker.order
        rank = rank_of(response, arrival=0, newest=BEFORE_ALL, order=order)
        life = Life()
        life.take(response, rank, spec)
        self.lives.append(life)
        place = len(self.lives) - 1
        now = self.picture(place)
        passed = tuple(changes(spec, None, now.state, now.items, at=response.modified))
        new = Novelty.NEW
        return self.update(now, found, place=place, novelty=new, changes=passed, began=True)

    def _continued(
        self, place: int, was: Picture, response: Response, rank: Rank | None, found: list[Finding]
    ) -> Update:
        life, spec = self.lives[place], self.checker.spec
        older, entries = life.is_older(rank), life.entries
        life.take(response, rank, spec)
        self._pictures.pop(place, None)
        now = self.picture(place)
        learned, fresh = split(was.items, now.items)
        messages = tuple(message_changes(entries, life.entries))
        stale = older or place != self.current
        idle = Novelty.STALE if stale else Novelty.REPEAT
        return self.update(
            now,
            found,
            place=place,
            novelty=Novelty.NEW if was != now or messages else idle,
            changes=tuple(changes(spec, was.state, now.state, fresh, at=response.modified)),
            learned=tuple(learned),
            messages=messages,
        )

    def lose(self) -> Update:
        """Records that the job's record is gone."""
        known = not self.lives or self.lives[self.current].gone
        if not known:
            self.lives[self.current].gone = True
            self._pictures.clear()
        return self.update(novelty=Novelty.REPEAT if known else Novelty.NEW)

    def update(
        self,
        picture: Picture | None = None,
        found: Iterable[Finding] = (),
        *,
        place: int | None = None,
        novelty: Novelty = Novelty.REPEAT,
        **shown: Any,
    ) -> Update:
        """An update with the present state by default; ``shown`` are its other fields."""
        picture = self.picture() if picture is None else picture
        return Update(
            novelty=novelty,
            state=picture.state,
            outcome=picture.outcome,
            findings=tuple(found),
            epoch=max(self.current, 0) if place is None else place,
            **shown,
        )

    @property
    def current(self) -> int:
        """The index of the present epoch, the one created last; -1 if there is none."""
        states = self.checker.states
        if len(states) < 2:
            return len(states) - 1
        created = [state.created or BEFORE_ALL for state in states]
        return max(range(len(created)), key=lambda place: (created[place], place))

    def picture(self, place: int | None = None) -> Picture:
        """What is known of an epoch, by default the present one."""
        place = self.current if place is None else place
        if place < 0:
            return Picture()
        if place not in self._pictures:
            self._pictures[place] = self._drawn(place)
        return self._pictures[place]

    def _drawn(self, place: int) -> Picture:
        life, known, spec = self.lives[place], self.checker.states[place], self.checker.spec
        items = timeline(life, spec, known.config, known.runs)
        state = standing(life, items, spec)
        outcome = outcome_of(spec, *state.pair)
        if life.gone and outcome not in ENDED:
            outcome = Outcome.DELETED
        return Picture(items=items, state=state, outcome=outcome)
