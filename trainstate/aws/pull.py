"""Records the histories of many jobs: list them, describe each, one line a response."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from os import PathLike
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from trainstate.aws.faults import AccessError, Fault, ServiceError, fault_of
from trainstate.aws.journal import Journal
from trainstate.aws.pace import Pace, Timing
from trainstate.aws.requests import method_of, request_for
from trainstate.errors import UsageError
from trainstate.machine.record import written
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec


@define(kw_only=True)
class Caller:
    """Calls of one client. ``rate`` is the most calls a second; ``renew`` makes a fresh client."""

    client: Any
    rate: float
    pace: Pace
    patience: float
    clock: Timing
    renew: Callable[[], Any] | None = None
    _next: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._next = self.clock.now()

    def call(self, operation: str, **arguments: Any) -> Any:
        """The answer to a call; None if the resource is missing.

        Raises AccessError if the call is refused, ServiceError if it fails for longer than
        ``patience``.
        """
        began, faults = self.clock.now(), 0
        while True:
            self._take_turn()
            try:
                return getattr(self.client, operation)(**arguments)
            except Exception as error:  # noqa: BLE001 - sorted by fault_of
                fault, faults = fault_of(error), faults + 1
                if fault is Fault.MISSING:
                    return None
                self._give_up(operation, fault, error, since=began)
                if fault is Fault.EXPIRED and self.renew is not None:
                    self.client = self.renew()
                self.clock.sleep(self.pace.troubled(faults, self.clock.chance()))

    def _take_turn(self) -> None:
        now = self.clock.now()
        if now < self._next:
            self.clock.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate

    def _give_up(self, operation: str, fault: Fault, error: Exception, *, since: float) -> None:
        if fault is Fault.FATAL:
            raise AccessError(f"The service refuses {operation}: {error}.") from error
        if self.clock.now() - since < self.patience:
            return
        if fault is Fault.EXPIRED:
            raise AccessError(
                f"The credentials have expired: {error}. Renew them and run again: what was"
                " recorded so far is kept."
            ) from error
        raise ServiceError(
            f"The service has failed for {self.patience:g} s at {operation}: {error}. Run again"
            " later: what was recorded so far is kept."
        ) from error


_METADATA = "ResponseMetadata"
_MOST = 100
"""Jobs on a page of the list: the service's maximum."""


@frozen(kw_only=True)
class Pulled:
    """What a pull did: jobs listed, responses written, jobs already known, jobs now gone."""

    listed: int = 0
    written: int = 0
    known: int = 0
    gone: int = 0


def pull(
    client: Any,
    path: str | PathLike[str],
    *,
    spec: Spec | None = None,
    secrets: bool = False,
    rate: float = 4.0,
    patience: float = 900.0,
    pace: Pace | None = None,
    renew: Callable[[], Any] | None = None,
    progress: Callable[[Pulled], object] | None = None,
    clock: Timing | None = None,
    **filters: Any,
) -> Pulled:
    """Records one response of every job in an NDJSON file, and reports what it did.

    The jobs are training jobs, or those of ``spec``. ``client`` is boto3's for SageMaker;
    ``filters`` are arguments of ListTrainingJobs or its like (``NameContains``,
    ``CreationTimeAfter``, …); ``rate`` is the most calls a second. A job already recorded at its
    present LastModifiedTime is skipped, so a second run adds what is new and continues an
    interrupted one: nothing is lost or recorded twice. Hyperparameters and environment variables
    are left out unless ``secrets`` is true. If a job is deleted meanwhile, its summary is
    recorded. Raises AccessError, ServiceError, InputError or UsageError.
    """
    if not rate > 0:
        raise UsageError(f"Expected rate to be calls a second, above 0, but got {rate!r}.")
    spec, clock = spec or builtin_spec(), clock or Timing()
    caller = Caller(
        client=client,
        rate=rate,
        pace=pace or Pace(shortest=1.0),
        patience=patience,
        clock=clock,
        renew=renew,
    )
    layout = spec.layout
    done = Pulled()
    identity = tuple(filter(None, (layout.arn, layout.created, layout.modified)))
    with Journal(Path(path), identity) as journal:
        for summary in _summaries(caller, spec, filters):
            done = _recorded(done, caller, journal, summary, spec, secrets=secrets)
            if progress is not None:
                progress(done)
    return done


def _summaries(
    caller: Caller, spec: Spec, filters: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The summaries of all jobs, oldest first, so that jobs created meanwhile come last."""
    page: dict[str, Any] = {}
    wanted = {"SortBy": "CreationTime", "SortOrder": "Ascending", "MaxResults": _MOST, **filters}
    while True:
        answer = caller.call(method_of(spec.layout.listing), **wanted, **page) or {}
        yield from answer.get(spec.layout.listed, ())
        if not answer.get("NextToken"):
            return
        page = {"NextToken": answer["NextToken"]}


def _recorded(
    done: Pulled,
    caller: Caller,
    journal: Journal,
    summary: Mapping[str, Any],
    spec: Spec,
    *,
    secrets: bool,
) -> Pulled:
    """The counts with one more job."""
    listed = _plain(summary)
    if spec.layout.modified in listed and journal.has(listed):
        return _counted(done, known=1)
    answer = caller.call(method_of(spec.layout.operation), **request_for(spec, summary))
    if answer is None:
        return _counted(done, gone=1, written=journal.add(listed))
    kept = _plain(answer if secrets else without_secrets(answer, spec))
    added = journal.add(kept)
    return _counted(done, written=added, known=not added)


def _counted(done: Pulled, *, written: int = 0, known: int = 0, gone: int = 0) -> Pulled:
    return Pulled(
        listed=done.listed + 1,
        written=done.written + written,
        known=done.known + known,
        gone=done.gone + gone,
    )


def without_secrets(response: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """A response without the members that may hold keys and passwords."""
    secret = {member.name for member in spec.members if member.secret}
    return {key: value for key, value in response.items() if key not in secret}


def _plain(response: Mapping[str, Any]) -> dict[str, Any]:
    """A response as JSON values: times in UTC, without boto3's metadata."""
    kept = {key: value for key, value in response.items() if key != _METADATA}
    plain: dict[str, Any] = written(kept, lambda time: time.astimezone(UTC).isoformat())
    return plain
