"""Runs a program against a service, and judges the answers."""

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Self

from attrs import define, evolve, field

from trainstate.checking.findings import finding_of
from trainstate.checking.report import Finding
from trainstate.checking.stream import Checker
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.wire import read_response
from trainstate.rules.exchange import ASK, DESCRIBE, LIST, Exchange, Failure
from trainstate.rules.index import rules as all_rules
from trainstate.rules.model import Rule, Scope
from trainstate.spec.model import Spec
from trainstate.testing.coverage import Coverage
from trainstate.testing.fuzzing.ledger import JobLedger
from trainstate.testing.fuzzing.other_calls import OtherCalls
from trainstate.testing.fuzzing.program import ADVANCE, FINISH, Call, Program, request
from trainstate.testing.fuzzing.requests import DAY, INVALID, job_name, limit_of, listing
from trainstate.testing.fuzzing.subject import Subject

MOST_PAGES = 12
_POLLS = (1.0, 3.0, 8.0, 20.0, 45.0, 120.0, 300.0, *(900.0 * 2**times for times in range(6)))
"""Seconds between polls of a job that should end; the last is repeated to its limit."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.01, 0.25


@define(kw_only=True)
class Performer:
    """Runs one program. ``token`` keeps its jobs apart from others'.

    Afterwards it has what the program showed: the findings in order, each with the number of its
    call, what it visited, and what is known of its jobs.
    """

    subject: Subject
    spec: Spec
    rules: tuple[Rule, ...]
    token: str
    patience: float = 2.0
    calls: int = 0
    spotted: list[tuple[int, Finding]] = field(factory=list)
    visits: Coverage = field(init=False)
    ledger: JobLedger = field(init=False)
    checker: Checker = field(init=False)
    _beside: OtherCalls = field(init=False)
    _created: datetime | None = None
    _number: int = 0
    _moment: float = field(factory=time.monotonic)

    def __attrs_post_init__(self) -> None:
        still = self.subject.advance is not None and self.subject.still
        self.visits = Coverage(self.spec)
        self.ledger = JobLedger(spec=self.spec, still=still)
        self.checker = Checker(spec=self.spec, rules=self.rules)
        self._beside = OtherCalls(
            clients=self.subject.beside, spec=self.spec, ledger=self.ledger, token=self.token
        )

    def perform(self, program: Program) -> Self:
        """Runs the steps; returns itself."""
        for number, call in enumerate(program.calls):
            self._number = number
            self._step(call)
        self._keep([finding for _, finding in self.checker.close()[0]])
        self.calls += self._beside.calls
        return self

    def _step(self, call: Call) -> None:
        if call.verb == ADVANCE:
            self._pass(call.seconds)
        elif call.verb == FINISH:
            self._finish(call.slot)
        elif call.verb == LIST:
            self._list(call)
        elif call.verb == ASK:
            self._ask_beside(call)
        elif call.verb == DESCRIBE:
            self._describe(job_name(call.slot, self.token))
        else:
            self._ask(call)

    def _ask(self, call: Call) -> None:
        params = request(call, self.token, self.spec)
        answer, fault = self._request(call.verb, params)
        name, valid = params[self.spec.layout.name], call.word not in INVALID
        self._exchange(
            self.ledger.called(
                call.verb, name, fault=fault, answer=answer, request=params, valid=valid
            )
        )

    def _ask_beside(self, call: Call) -> None:
        for seen in self._beside.ask(call.word, call.slot):
            if isinstance(seen, Exchange):
                self._exchange(seen)
            else:
                self.visits.see(seen)
                self._keep(self.checker.feed(seen))

    def _describe(self, name: str) -> Response | None:
        answer, fault = self._request(DESCRIBE, {self.spec.layout.name: name})
        response = None if fault else self._read(answer)
        if response is not None:
            created = response.members.get(self.spec.layout.created)
            if self._created is None and isinstance(created, datetime):
                self._created = created
            self.visits.see(response)
            self._keep(self.checker.feed(response))
        self._exchange(self.ledger.called(DESCRIBE, name, fault=fault, response=response))
        return response

    def _list(self, call: Call) -> None:
        filters = listing(call.word, self._created)
        pages: list[tuple[Mapping[str, Any], ...]] = []
        fault, token = None, None
        while len(pages) < MOST_PAGES and fault is None and (token or not pages):
            params = {**filters, "NextToken": token} if token else filters
            answer, fault = self._request(LIST, params)
            summaries = answer.get(self.spec.layout.listed) or ()
            pages.append(tuple(s for s in summaries if isinstance(s, Mapping)))
            token = answer.get("NextToken")
        cut = fault is None and bool(token)
        self._exchange(self.ledger.listed(filters, tuple(pages), fault=fault, cut=cut))
        # The summaries of our own jobs belong to the checked histories.
        for summary in chain.from_iterable(pages):
            if summary.get(self.spec.layout.name) in self.ledger.standings:
                self._keep(self.checker.feed(self._read(summary, kind=Kind.SUMMARY)))

    def _finish(self, slot: str) -> None:
        """Polls a job until it has ended, is gone, or its time is over."""
        name = job_name(slot, self.token)
        begun = time.monotonic()
        for pause in self._pauses(name, begun):
            response = self._describe(name)
            known = self.ledger.standings.get(name)
            if response is None or known is None or known.doubtful:
                return
            if not known.deleted and known.is_over(self.spec):
                break
            self._pass(pause)
        clocked = self.subject.advance is not None
        self._exchange(self.ledger.ended(name, clocked=clocked))

    def _pauses(self, name: str, begun: float) -> Iterator[float]:
        if self.subject.advance is None:
            yield (pause := _SHORTEST_PAUSE)
            while time.monotonic() - begun < self.patience:
                yield (pause := min(2 * pause, _LONGEST_PAUSE))
            return
        known = self.ledger.standings.get(name)
        limit, passed = 0.0, 0.0
        if known is not None:
            limit = limit_of(known.request) or DAY
        for pause in chain(_POLLS, repeat(_POLLS[-1])):
            if passed > limit:
                return
            yield pause
            passed += pause

    def _pass(self, seconds: float) -> None:
        if self.subject.advance is None:
            # Without a clock to advance, only a moment passes.
            time.sleep(min(seconds, _LONGEST_PAUSE) if self.patience else 0.0)
            before, self._moment = self._moment, time.monotonic()
            self.ledger.pass_time(self._moment - before)
        else:
            self.subject.advance(seconds)
            self.ledger.pass_time(seconds)

    def _request(
        self, part: str, params: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Failure | None]:
        """The answer to a request, or how it failed."""
        self.calls += 1
        facts = self.ledger.facts
        return facts.called(self.subject.client, facts.methods[part], params)

    def _read(self, members: Mapping[str, Any], *, kind: Kind = Kind.RESPONSE) -> Response:
        whole = kind is Kind.RESPONSE  # a service's answer is not an excerpt
        origin = Origin(reader="call", line=self._number + 1, whole=whole)
        return read_response(members, self.spec, kind=kind, origin=origin)

    def _exchange(self, exchange: Exchange) -> None:
        self._keep(judged(exchange, self.rules), operation=exchange.operation)

    def _keep(self, found: Any, *, operation: str = "") -> None:
        for finding in found:
            facts = {**finding.facts, **({"operation": operation} if operation else {})}
            self.spotted.append((self._number, evolve(finding, facts=facts)))


def judged(exchange: Exchange, rules: Iterable[Rule] | None = None) -> Iterator[Finding]:
    """The findings about one exchange; without ``rules``, of all rules about operations."""
    for rule in all_rules() if rules is None else rules:
        if rule.scope is Scope.OPERATION:
            for place in rule.check(exchange):
                yield finding_of(rule, place)
