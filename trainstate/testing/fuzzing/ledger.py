"""What the calls so far have shown of each job, and what the service does with the next."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from trainstate.history.model import Response
from trainstate.rules.exchange import (
    CREATE,
    DELETE,
    DESCRIBE,
    ENDED,
    LIST,
    STOP,
    UPDATE,
    WHOLE,
    Exchange,
    Failure,
    KnownJob,
    Listing,
    RefusalForm,
    Why,
    stoppable,
    summary_of,
)
from trainstate.spec.load import BUILTIN
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.requests import kind_of, limit_of

FACTS = "{}_api.toml"
"""The file with the facts about a machine's operations, by its name."""
_BROKEN = 500
_CAPITAL = re.compile("(?<!^)(?=[A-Z])")


@frozen(kw_only=True)
class Operation:
    """An operation: its role, its name, and its error codes."""

    part: str
    name: str
    declared: frozenset[str]


@frozen(kw_only=True)
class Api:
    """Operations by role, refusals by reason, and the signs of a missing operation.

    ``methods`` are the methods of a boto3 client, by role of their operation.
    """

    operations: Mapping[str, Operation]
    refusals: Mapping[Why, RefusalForm]
    methods: Mapping[str, str]
    common: frozenset[str]
    lacking: frozenset[str]
    lacking_types: frozenset[str]

    def documented(self, declared: frozenset[str], fault: Failure | None) -> frozenset[str]:
        """The codes with which an operation may fail; none once the service has broken."""
        return frozenset() if fault and fault.internal else declared | self.common

    def called(
        self, client: Any, method: str, params: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Failure | None]:
        """The answer of a client's method, or how it failed."""
        try:
            answer = getattr(client, method)(**params)
        except Exception as error:  # noqa: BLE001 - whatever comes out is what is judged
            return {}, self.fault_of(error)
        if not isinstance(answer, Mapping):
            return {}, None
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}, None

    def fault_of(self, error: Exception) -> Failure:
        """The content of an exception, whether or not it is like botocore's ClientError."""
        kind = type(error).__name__
        said = getattr(error, "response", None)
        about = said.get("Error") if isinstance(said, Mapping) else None
        if not isinstance(about, Mapping):
            return Failure(type=kind, message=str(error), lacking=kind in self.lacking_types)
        code = str(about.get("Code") or "")
        status = _status(said)
        # A server that lacks the operation can only say so by its status.
        lacking = code in self.lacking or (status in (404, 501) and not code.isalpha())
        return Failure(
            type=kind,
            code=code or kind,
            message=str(about.get("Message") or ""),
            lacking=lacking,
            internal=status >= _BROKEN,
        )


def _status(response: Any) -> int:
    meta = response.get("ResponseMetadata")
    status = meta.get("HTTPStatusCode") if isinstance(meta, Mapping) else None
    return status if isinstance(status, int) else 0


@cache
def api(machine: str = BUILTIN) -> Api:
    """The built-in facts about the operations of one of ``JOBS``."""
    facts, common = facts_of(machine), facts_of(BUILTIN)["common"]
    operations = [
        Operation(part=row["part"], name=row["name"], declared=frozenset(row["errors"]))
        for row in facts["operation"]
    ]
    return Api(
        operations={operation.part: operation for operation in operations},
        methods={one.part: _CAPITAL.sub("_", one.name).lower() for one in operations},
        refusals={
            Why(row["why"]): RefusalForm(codes=tuple(row["codes"]), text=row.get("text", ""))
            for row in facts["refusal"]
        },
        common=frozenset(common["errors"]),
        lacking=frozenset(common["lacking"]),
        lacking_types=frozenset(common["lacking_types"]),
    )


def facts_of(machine: str) -> Mapping[str, Any]:
    """The rows of the file about a machine's operations."""
    name = FACTS.format(machine.replace("-", "_"))
    return tomllib.loads(resources.files("trainstate.data").joinpath(name).read_text("utf-8"))


Pages = tuple[tuple[Mapping[str, Any], ...], ...]
_POOL = "WarmPoolStatus"
"""An available warm pool may prevent a job's deletion."""


@define(kw_only=True)
class JobLedger:
    """What is known of the jobs of one program. It turns calls into exchanges.

    ``still``: time passes only by ``pass_time``; otherwise an active job may have changed since it
    was seen.
    """

    spec: Spec
    still: bool = True
    facts: Api = field(default=Factory(lambda self: api(kind_of(self.spec)), takes_self=True))
    standings: dict[str, KnownJob] = field(factory=dict)
    shown: set[str] = field(factory=set)
    spots: int = 0
    _polls: dict[str, int] = field(factory=dict)

    def pass_time(self, seconds: float) -> None:
        """Ages the jobs: observations of active ones are no longer fresh."""
        for name, known in self.standings.items():
            self.standings[name] = evolve(known, age=known.age + seconds, fresh=False)

    def called(
        self,
        part: str,
        name: str,
        *,
        fault: Failure | None = None,
        answer: Mapping[str, Any] | None = None,
        request: Mapping[str, Any] | None = None,
        valid: bool = True,
        response: Response | None = None,
    ) -> Exchange:
        """The exchange of a call about one job, and what it changes."""
        before = self.standings.get(name)
        expected, why = self._expected(part, before, valid=valid)
        exchange = self._exchange(
            part,
            fault,
            # With two reasons to refuse, the service may name either.
            refusal=None if before and why is Why.INVALID else self.facts.refusals.get(why),
            expected=expected,
            why=why,
            standing=before,
            response=response,
            answer=answer or {},
        )
        self._take(exchange, name, request or {})
        return exchange

    def listed(
        self, filters: Mapping[str, Any], pages: Pages, *, fault: Failure | None, cut: bool
    ) -> Exchange:
        """The exchange of a list, all its pages."""
        rows = tuple(tuple(summary_of(row, self.spec.layout) for row in page) for page in pages)
        listing = Listing(asked=filters, pages=rows, known=dict(self.standings), cut=cut)
        return self._exchange(LIST, fault, expected=True, listing=None if fault else listing)

    def _exchange(
        self,
        part: str,
        fault: Failure | None,
        *,
        refusal: RefusalForm | None = None,
        **known: Any,
    ) -> Exchange:
        operation, codes = self.facts.operations[part], refusal.codes if refusal else ()
        return Exchange(
            spec=self.spec,
            part=part,
            operation=operation.name,
            fault=fault,
            documented=self.facts.documented(operation.declared.union(codes), fault),
            refusal=refusal,
            **known,
        )

    def ended(self, name: str, *, clocked: bool) -> Exchange:
        """The exchange of a job that had time to end."""
        known = self.standings.get(name)
        limit = limit_of(known.request) if known is not None and clocked else None
        if clocked and limit is None:
            known = None  # nothing ends such a job
        if known is not None and known.is_over(self.spec) and self._is_spot(known):
            self.spots += 1
        return Exchange(
            spec=self.spec,
            part=ENDED,
            standing=known,
            limit=limit,
            polls=self._polls.get(name, 0),
        )

    def _is_spot(self, known: KnownJob) -> bool:
        guard = self.spec.guard_by_name.get(self.spec.time.savings_guard or "")
        member = "" if guard is None else guard.member.strip("/")
        return bool(known.request.get(member))

    def _expected(
        self, part: str, known: KnownJob | None, *, valid: bool
    ) -> tuple[bool | None, Why]:
        """Whether the service accepts a call, and why not; None if that is unknown."""
        if part == CREATE and not valid:
            return False, Why.INVALID
        if known is None:
            return (True, Why.NOTHING) if part == CREATE else (False, Why.ABSENT)
        if known.doubtful or known.deleted:
            return None, Why.NOTHING
        if part == CREATE:
            return False, Why.TAKEN
        if part == DESCRIBE:
            return True, Why.NOTHING
        return self._by_status(part, known)

    def _by_status(self, part: str, known: KnownJob) -> tuple[bool | None, Why]:
        over, active = known.is_over(self.spec), known.is_active(self.spec)
        if part == STOP and over:
            return self._refused(Why.OVER)
        if part == STOP and active and known.primary in stoppable(self.spec):
            return True, Why.NOTHING
        if part == DELETE and over and not (known.seen and _POOL in known.seen.members):
            return True, Why.NOTHING
        if part == DELETE and active:
            return self._refused(Why.ACTIVE)
        return None, Why.NOTHING

    def _refused(self, why: Why) -> tuple[bool | None, Why]:
        """The refusal of a request, if the service is known to refuse it."""
        return (False, why) if why in self.facts.refusals else (None, Why.NOTHING)

    def _take(self, exchange: Exchange, name: str, request: Mapping[str, Any]) -> None:
        part, known = exchange.part, exchange.standing
        if part == CREATE:
            self._created(exchange, name, request)
        elif part == DESCRIBE:
            self._described(exchange, name)
        elif known is not None and exchange.accepted:
            self.standings[name] = self._asked(part, known)
        elif known is not None and not exchange.refused:
            self.standings[name] = evolve(known, fresh=False)

    def _created(self, exchange: Exchange, name: str, request: Mapping[str, Any]) -> None:
        known = exchange.standing
        if exchange.accepted:
            arn = exchange.answer.get(self.spec.layout.arn)
            fresh = KnownJob(name=name, request=request, arn=arn if isinstance(arn, str) else "")
            if known is not None and not known.deleted:
                # It may be the first or the second job: expect nothing.
                fresh = evolve(fresh, doubtful=True, seen=known.seen)
            else:
                self._polls.pop(name, None)
            self.standings[name] = fresh
        elif exchange.expected and not exchange.refused:
            # It broke: the job may or may not exist.
            self.standings[name] = KnownJob(name=name, request=request, doubtful=True)

    def _described(self, exchange: Exchange, name: str) -> None:
        known, response = exchange.standing, exchange.response
        self._polls[name] = self._polls.get(name, 0) + 1
        if known is None:
            return
        if response is not None:
            self.shown.update(response.statuses)
            self.shown.update(filter(None, (response.primary, response.secondary)))
            self.standings[name] = evolve(known, seen=response, fresh=self.still)
        elif exchange.refused and (known.deleted or known.doubtful):
            del self.standings[name]
        elif exchange.fault is not None:
            self.standings[name] = evolve(known, doubtful=True)

    def _asked(self, part: str, known: KnownJob) -> KnownJob:
        """What is known after an accepted request to change a job."""
        active = known.is_active(self.spec) and known.primary in stoppable(self.spec)
        if part == STOP:
            return evolve(known, fresh=False, stopped=known.stopped or active)
        if part == DELETE:
            return evolve(known, fresh=False, deleted=True)
        return evolve(known, fresh=part == UPDATE and known.fresh)


def whole(spec: Spec, *, spots: int, shown: frozenset[str]) -> Exchange:
    """The exchange of the whole session: what all programs have shown together."""
    return Exchange(spec=spec, part=WHOLE, spots=spots, shown=shown)
