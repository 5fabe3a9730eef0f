"""How a tracker takes an observation in: as a repeat, by a remembered step, or by the rules.

Each way says the same. A repeat is told by comparison; a step of which the rules were
silent before, for any tracker of the process, is told from memory; everything else is
judged. The ledger, which can answer every question, is brought up to date when it is asked.
"""

from __future__ import annotations

import time
from functools import reduce
from typing import Any

from attrs import define

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.track.ledger import Ledger
from trainstate.track.observed import records_of
from trainstate.track.options import Options
from trainstate.track.repeat import Footprint, footprint
from trainstate.track.shortcut import Shortcut
from trainstate.track.update import Novelty, Standing, Update, joined

_STARTS = 4
"""How often a shortcut is tried again where something unusual made an end of it."""


@define(kw_only=True)
class Intake:
    """A tracker's ledger, and the shorter ways by which observations reach it."""

    ledger: Ledger
    options: Options
    _shortcut: Shortcut | None = None
    _starts: int = _STARTS
    _footprint: Footprint | None = None
    _is_settled: bool = False
    _last: Update | None = None

    def take(self, observed: Any) -> Update:
        """What an observation brings."""
        known = self._footprint if self._known(observed) else None
        if known is not None and self._is_settled and self._last is not None:
            self._repeat(self._last)
            return self._last
        update = self._shortly(observed)
        if update is None:
            update = self._in_full(observed)
        # What was told twice in the same way of the same response is told so again.
        self._is_settled = known is not None and update == self._last
        self._footprint = known
        if not self._is_settled:
            comparable = self._is_comparable(update)
            self._footprint = footprint(observed, self.spec) if comparable else None
        self._last = update
        return update

    def _known(self, observed: Any) -> bool:
        """Holds if a response is equal to the last one."""
        return self._footprint is not None and self._footprint.matches(observed)

    def _is_comparable(self, update: Update) -> bool:
        """Holds if responses like the last one are to be compared with it.

        Where the shortcut knows the job it compares lines, which costs less, but where
        the local time has a summer time: then each time costs more than its comparison.
        """
        if update.is_new or update.findings or update.is_stale:
            return False
        return self._shortcut is None or bool(time.daylight)

    def lose(self) -> Update:
        """Takes in that the record of the job is gone."""
        ledger = self.settled()
        self._shortcut = self._footprint = self._last = None
        self._starts = 0
        novelty = Novelty.NEW if ledger.lose() else Novelty.REPEAT
        return ledger.update(ledger.picture(), novelty=novelty)

    def settled(self) -> Ledger:
        """The ledger, which has taken in everything that was observed."""
        if self._shortcut is not None:
            self._shortcut.settle(self.ledger)
        return self.ledger

    @property
    def spec(self) -> Spec:
        """The specification that the job is judged by."""
        return self.ledger.checker.spec

    @property
    def job(self) -> str | None:
        """The ARN of the job, or its name; None before it is known."""
        return self.ledger.arn or self.ledger.name

    @property
    def has_begun(self) -> bool:
        """Holds if an observation has shown the job."""
        return bool(self.ledger.lives) or self._is_ahead

    @property
    def state(self) -> Standing:
        """Where the job stands: the newest pair."""
        if self._is_ahead and self._last is not None:
            return self._last.state
        return self.ledger.picture().state

    @property
    def outcome(self) -> Outcome:
        """What has become of the job."""
        if self._is_ahead and self._last is not None:
            return self._last.outcome
        return self.ledger.picture().outcome

    @property
    def configuration(self) -> Configuration:
        """What the job's configuration allows, as far as it was seen."""
        if self._is_ahead and self._shortcut is not None:
            return self._shortcut.configuration
        states = self.ledger.checker.states
        return states[self.ledger.current].epoch.config if states else UNSEEN

    @property
    def _is_ahead(self) -> bool:
        return self._shortcut is not None and self._shortcut.is_ahead

    def _repeat(self, last: Update) -> None:
        if self._shortcut is None or not self._shortcut.repeat():
            self.ledger.repeat(last.epoch)

    def _shortly(self, observed: Any) -> Update | None:
        """What a remembered step brings; None where the rules must be asked."""
        if self._shortcut is None and not self.ledger.lives and self._starts:
            self._starts -= 1
            self._shortcut = Shortcut.of(self.spec, self.options)
        return None if self._shortcut is None else self._shortcut.take(observed, self.ledger)

    def _in_full(self, observed: Any) -> Update:
        ledger = self.settled()
        records = records_of(observed, self.spec)
        updates = [ledger.take(record) for record in records]
        update = reduce(joined, updates) if updates else ledger.update(ledger.picture())
        self._learn(observed, update)
        return update

    def _learn(self, observed: Any, update: Update) -> None:
        """The shortcut learns from an observation in full, or ends, or begins."""
        if self._shortcut is not None and not self._shortcut.learn(observed, update, self.ledger):
            self._shortcut = None
        if self._shortcut is None and self._starts:
            shortcut = Shortcut.of(self.spec, self.options)
            self._starts -= 1
            if shortcut is not None and shortcut.begin(observed, update, self.ledger):
                self._shortcut = shortcut
