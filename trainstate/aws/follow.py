"""Follows a job without I/O: what a response or an error means, and when to ask next.

The synchronous and the asynchronous watch both use it, so they cannot differ.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from trainstate.aws.faults import (
    AccessError,
    Fault,
    JobNotFound,
    ServiceError,
    WatchTimeout,
    fault_of,
)
from trainstate.aws.pace import Pace, Timing
from trainstate.history.instants import NotAnInstant, parse, same_instant
from trainstate.track import Tracker, Update

_LOG = logging.getLogger(__name__)


@frozen(kw_only=True)
class WatchLimits:
    """How long to wait, in seconds.

    ``total`` for the job's end, None for ever; ``patience`` for a failing service or network;
    ``grace`` for a job that the service does not know yet, or no longer knows.
    """

    total: float | None = None
    patience: float = 900.0
    grace: float = 30.0


@define(kw_only=True)
class Follower:
    """One followed job.

    ``renew`` is called when credentials have expired; it may return another client.
    """

    name: str
    tracker: Tracker
    pace: Pace
    limits: WatchLimits
    clock: Timing
    done: bool = False
    renewals: int = 0
    _began: float = field(init=False)
    _changed: float = field(init=False)
    _well: float = field(init=False)
    _faults: int = 0
    _misses: int = 0
    _created: int | None = None
    _trouble: str = ""

    def __attrs_post_init__(self) -> None:
        self._began = self._changed = self._well = self.clock.now()

    def took(self, response: Mapping[str, Any]) -> Iterator[Update]:
        """The updates from a response; the job's last one sets ``done``."""
        self._faults = self._misses = self.renewals = 0
        self._well, self._trouble = self.clock.now(), ""
        if self._is_another_job(response):
            yield from self._ended_by(self.tracker.lost())
            return
        update = self.tracker.observe(response)
        if update.is_new:
            self._changed = self._well
            _LOG.info("%s: %s", self.name, update.state)
        self.done = self.tracker.is_terminal
        if update.is_new or update.findings or self.done:
            yield update

    def failed(self, error: Exception) -> Iterator[Update]:
        """The updates from an error; raises its meaning if the watch cannot continue."""
        fault = fault_of(error)
        self._faults += 1
        self._trouble = f" The last call failed: {_said(error)}."
        _LOG.info("%s: call %d in a row failed: %s", self.name, self._faults, _said(error))
        if fault is Fault.MISSING:
            yield from self._missing(error)
        elif fault is Fault.FATAL:
            raise AccessError(
                f"The service refuses to describe the job {self.name!r}: {_said(error)}."
            ) from error
        elif self.clock.now() - self._well >= self.limits.patience:
            raise self._out_of_patience(fault, error) from error
        elif fault is Fault.EXPIRED:
            self.renewals += 1

    def delay(self) -> float:
        """Seconds until the next call; raises WatchTimeout if the time is over."""
        total = self.limits.total
        left = None if total is None else self._began + total - self.clock.now()
        if left is not None and left <= 0:
            raise WatchTimeout(f"{self._late()}{self._trouble}")
        chance = self.clock.chance()
        if self._faults:
            delay = self.pace.troubled(self._faults, chance)
        else:
            delay = self.pace.quiet(self.clock.now() - self._changed, chance)
        return delay if left is None else min(delay, left)

    def _late(self) -> str:
        """What is said of a job that did not end within the time."""
        within = f"within {self.limits.total:g} s"
        if not self.tracker.job_was_seen:
            return f"The service did not show the job {self.name!r} {within}."
        return (
            f"The job {self.name!r} did not end {within}: it is {self.tracker.state}. The job"
            " itself goes on."
        )

    def _missing(self, error: Exception) -> Iterator[Update]:
        """A known job is deleted once two calls say so; a new one may come."""
        self._misses += 1
        if self.tracker.job_was_seen:
            if self._misses > 1:
                yield from self._ended_by(self.tracker.lost())
        elif self.clock.now() - self._well >= self.limits.grace:
            kind = self.tracker.spec.name.replace("-", " ")
            raise JobNotFound(
                f"The service knows no {kind} {self.name!r}; check the name, the region and"
                " the account."
            ) from error

    def _ended_by(self, update: Update) -> Iterator[Update]:
        self.done = True
        yield update

    def _is_another_job(self, response: Mapping[str, Any]) -> bool:
        """Whether the name now belongs to another job, created later."""
        created = _created(response, self.tracker.spec.layout.created)
        if self._created is None:
            known = self.tracker.created
            self._created = created if known is None else parse(known)[0]
        return created is not None and not same_instant(self._created or created, created)

    def _out_of_patience(self, fault: Fault, error: Exception) -> AccessError | ServiceError:
        where = f"while the job {self.name!r} was followed: {_said(error)}. The job itself goes on"
        if fault is Fault.EXPIRED:
            return AccessError(
                f"The credentials have expired {where}; renew them, or pass renew= to watch."
            )
        return ServiceError(f"The service has failed for {self.limits.patience:g} s {where}.")


def _said(error: Exception) -> str:
    """The text of an error, to be embedded in a sentence."""
    return str(error).rstrip(" .")


def _created(response: Mapping[str, Any], member: str) -> int | None:
    try:
        return parse(response[member])[0]
    except (KeyError, NotAnInstant):
        return None
