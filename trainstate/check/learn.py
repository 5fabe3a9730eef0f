"""How the fast path learns from the plain one, and how a job comes back from it."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from attrs import define, evolve, field

from trainstate.check.advance import Advances
from trainstate.check.epoch import Epoch
from trainstate.check.glance import glances
from trainstate.check.jobs import JobState, Said
from trainstate.check.line import Line, Unlearnt
from trainstate.check.memory import Memory, Place, Spoken, Standing
from trainstate.check.order import Order
from trainstate.check.polled import Polled
from trainstate.check.regular import Regular
from trainstate.check.repeat import Repeat, is_newest
from trainstate.check.setting import Settings
from trainstate.check.shape import FastPath
from trainstate.errors import InputError
from trainstate.history.model import Origin, Response
from trainstate.history.readers.json_text import NotJson, decode
from trainstate.history.readers.shelf import Shelf
from trainstate.history.wire import read_response
from trainstate.rules.model import Reading, Rule, Scope, Step
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

_SENTINEL = b'"not a time"'


class Check(Protocol):
    """What the fast path shares with its check."""

    spec: Spec
    rules: tuple[Rule, ...]
    order: Order | None
    tolerances: Tolerances
    names: dict[str, str]
    jobs: dict[str, list[JobState]]

    @property
    def order_of_jobs(self) -> list[Any]:
        """All jobs in the order of their first responses."""


@define(kw_only=True)
class Learner:
    """The fast path of a check, and what it is taught of each response that was judged.

    ``dated`` are the codes of the rules that read LastModifiedTime: where one of them
    objected, another time could make it say something else.
    """

    spec: Spec
    order: Order | None
    tolerances: Tolerances
    path: FastPath
    dated: frozenset[str]
    _probe: msgspec.json.Decoder[Any] = field(init=False)

    @_probe.default
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        name = self.spec.layout.modified
        struct = msgspec.defstruct("Probe", [("value", Any, None)], rename={"value": name})
        return msgspec.json.Decoder(struct)

    @classmethod
    def of(cls, check: Check, *, beside: FastPath | None = None) -> Learner:
        """For a check, whose jobs and names it shares.

        ``beside`` is that of another check of the same kind, whose memory is shared, too.
        """
        spec, modified = check.spec, check.spec.layout.modified
        path = FastPath(
            advances=_advances(check) if beside is None else beside.advances,
            memory=Memory(spec=spec) if beside is None else beside.memory,
            names=check.names,
            modified_key=msgspec.json.encode(modified),
            arn_key=msgspec.json.encode(spec.layout.arn),
            order=check.order_of_jobs,
            full=check.jobs,
        )
        # Rules name the members of the training job, whatever the specification.
        dates = {modified, builtin_spec().layout.modified}
        dated = frozenset(rule.code for rule in check.rules if not dates.isdisjoint(rule.reads))
        return cls(
            spec=spec, order=check.order, tolerances=check.tolerances, path=path, dated=dated
        )

    def recalled(self, key: str) -> JobState | None:
        """The state in full of a job that had none; None for any other job."""
        job = self.path.jobs.get(key)
        if job is None:
            return None
        if job.place is None:
            job.forget()
            return None
        state = self._state_of(job)
        job.relive(state.epoch, self.path.shelves, self._read)
        self.path.order[job.at] = state
        job.forget()
        return state

    def recurred(self) -> JobState | None:
        """The job of a line to learn from, as if only its line before had been seen.

        What rules say of a line is decided by its job's place, and that line alone leads
        there, too. None where the job has no line before.
        """
        pending = self.path.pending
        if pending is None or pending.job is None:
            return None
        state = self._state_of(pending.job)
        pending.job.recur(state.epoch, self.path.shelves, self._read)
        return state

    def _state_of(self, job: Polled) -> JobState:
        """A state in full for a job that had none, of which the epoch has seen nothing yet."""
        epoch = Epoch(spec=self.spec, job=job.arn, order=self.order, tolerances=self.tolerances)
        standing = job.standing
        return JobState(
            epoch,
            unknown=standing.unknown,
            assumed=standing.assumed,
            last_pair=standing.pair,
            reported=set(standing.reported),
        )

    def spoken(self, response: Response) -> tuple[Step, Spoken, Said] | None:
        """The step of a response, if the rules that have something to say of it are known.

        With them comes what was found of the job before.
        """
        pending = self.path.pending
        if pending is None:
            return None
        known = pending.place.spoken.get(pending.advance.shape)
        fresh = self.path.memory.seen.issuperset(pending.advance.fresh)
        if known is None or not fresh:
            return None
        reading = Reading(
            response=response,
            spec=self.spec,
            tolerances=self.tolerances,
            config=pending.advance.facts.setting.config,
        )
        index = 0 if pending.job is None else pending.job.responses
        before = pending.place.standing
        said = Said() if before is None else Said(0, before.unknown, set(before.reported))
        return Step(reading=reading, index=index), known, said

    def went_on(self, known: Spoken, said: Said) -> bool:
        """Whether the job of the last line has gone on by a step on which rules spoke."""
        line, pending = self.path.line, self.path.pending
        after = known.place.standing
        if line is None or pending is None or after is None or said.errors:
            # Only where a rule of no error before finds one in a line of the same shape.
            return False  # pragma: no cover - then P7 fails, whose rules look at shapes alone
        standing = evolve(after, unknown=said.unknown, reported=frozenset(said.reported))
        place = self.path.memory.place(standing)
        if place is None:
            return False  # pragma: no cover - the same was said before: the place is known
        self.path.line = self.path.pending = None
        self.path.go_on(pending, place, line)
        return True

    def judged(
        self, step: Step, state: JobState, *, silent: bool, rules: tuple[Rule, ...], objected: bool
    ) -> bool:
        """Learns from a response that was judged; whether its job needs no state any more.

        ``silent`` tells that nothing new was found, ``rules`` are those that spoke,
        ``objected`` that another job of the name was there.
        """
        line, pending = self.path.line, self.path.pending
        self.path.line = self.path.pending = None
        objected |= self._is_dated(rules)
        if line is None or objected or not is_newest(step, state.epoch):
            return False
        if (
            pending is not None
            and self._is_lone(pending, state)
            and self._learns(pending, line, step, state, silent=silent, rules=rules)
        ):
            return True
        self._counted(line, step, state)
        return False

    def learns(self, step: Step, state: JobState, *, silent: bool, rules: tuple[Rule, ...]) -> bool:
        """Whether something is learnt of a response that was judged after the line before alone.

        If not, nothing has changed.
        """
        line, pending = self.path.line, self.path.pending
        alone = all(rule.scope is Scope.RESPONSE for rule in rules) and not self._is_dated(rules)
        if line is None or pending is None or not alone or not is_newest(step, state.epoch):
            return False
        if not self._learns(pending, line, step, state, silent=silent, rules=rules):
            return False
        self.path.line = self.path.pending = None
        return True

    def _is_dated(self, rules: tuple[Rule, ...]) -> bool:
        return any(rule.code in self.dated for rule in rules)

    def _learns(
        self,
        pending: Unlearnt,
        line: Line,
        step: Step,
        state: JobState,
        *,
        silent: bool,
        rules: tuple[Rule, ...],
    ) -> bool:
        """Whether the job of a line goes on by a step that is remembered from now on."""
        place = None if state.errors else self.path.memory.place(_standing(pending, step, state))
        if place is None:
            return False
        self._learn(pending, place, silent=silent, rules=rules)
        self.path.go_on(pending, place, line)
        return True

    def _is_lone(self, pending: Unlearnt, state: JobState) -> bool:
        """Whether the job has been all plain until now."""
        if pending.job is None:
            return state.epoch.responses == 1 and self.path.order[-1] is state
        return self.path.order[pending.job.at] is state

    def _learn(
        self, pending: Unlearnt, place: Place, *, silent: bool, rules: tuple[Rule, ...]
    ) -> None:
        memory, advance = self.path.memory, pending.advance
        memory.learn(pending.place, advance.shape, place, silent=silent, rules=rules)
        if silent:
            memory.seen.update(advance.fresh)

    def _counted(self, line: Line, step: Step, state: JobState) -> None:
        """Remembers the line of a job in full, so that it is counted when it comes again."""
        repeat = Repeat.of(step, state.epoch)
        if repeat is None or not self._is_top_level(line):
            return
        arn = step.response.job
        job = self.path.jobs.setdefault(arn, Polled(arn, -1))
        self.path.keep(job, line)
        job.repeat = state.repeat = repeat

    def _is_top_level(self, line: Line) -> bool:
        """Whether the value that was cut out is the member's, and not one of the same name."""
        text = line.text
        try:
            found = self._probe.decode(text[: line.start] + _SENTINEL + text[line.end :]).value
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return bool(found == msgspec.json.decode(_SENTINEL))

    def _read(self, line: bytes, shelf: Shelf) -> Response:
        try:
            return read_response(decode(line), self.spec, origin=Origin(file=shelf.file))
        except (NotJson, AttributeError):
            raise InputError(
                f"{shelf.file}: has changed while it was read; check it again when it is complete."
            ) from None


def _standing(pending: Unlearnt, step: Step, state: JobState) -> Standing:
    """What decides of a job after a response that was judged."""
    history = step.response.history or ()
    return Standing(
        statuses=step.response.statuses,
        pair=state.last_pair,
        absent=pending.advance.facts.setting.absent,
        closed=history[-1].end is not None,
        ended=state.epoch.ended,
        unknown=state.unknown,
        assumed=state.assumed,
        reported=frozenset(state.reported),
    )


def _advances(check: Check) -> Advances | None:
    """How the lines of a check are compared; None where none of them can be."""
    regular = None if check.order is Order.FREE else Regular.of(check.spec, check.tolerances)
    decoders = None if regular is None else glances(check.spec, check.rules)
    if regular is None or decoders is None:
        return None
    settings = Settings(spec=check.spec, glances=decoders)
    return Advances(spec=check.spec, glances=decoders, settings=settings, regular=regular)


__all__ = ["Learner"]
