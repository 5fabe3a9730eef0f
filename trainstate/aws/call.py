"""One call after another at a bounded rate, each made again until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field

from trainstate.aws.faults import AccessError, Fault, ServiceError, fault_of
from trainstate.aws.pace import Clock, Pace


@define(kw_only=True)
class Caller:
    """Calls of one client. ``rate`` is the most calls a second; ``renew`` gives a fresh client."""

    client: Any
    rate: float
    pace: Pace
    patience: float
    clock: Clock
    renew: Callable[[], Any] | None = None
    _next: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._next = self.clock.now()

    def call(self, operation: str, **arguments: Any) -> Any:
        """The answer to a call; None where the resource is missing.

        Raises AccessError where the call is refused, ServiceError where it fails for
        longer than ``patience``.
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
