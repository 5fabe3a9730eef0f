"""When to poll: often after a change, seldom while nothing happens, later after a fault."""

import random
import time
from collections.abc import Callable

from attrs import field, frozen

from trainstate.errors import UsageError


def _positive(_owner: object, attribute: object, value: float) -> None:
    if not value > 0:
        name = getattr(attribute, "name", "value")
        raise UsageError(f"Expected {name} to be a number of seconds above 0 but got {value!r}.")


@frozen(kw_only=True)
class Pace:
    """Seconds between polls.

    After a change the delay is ``shortest``; it grows with the time since the last change, times
    ``ease``, up to ``longest``. After consecutive faults it doubles from ``shortest``. A random
    part of each delay, up to ``jitter`` of it, is dropped, so that many watchers do not poll at
    once.
    """

    shortest: float = field(default=5.0, validator=_positive)
    longest: float = field(default=60.0, validator=_positive)
    ease: float = field(default=0.1, validator=_positive)
    jitter: float = 0.2

    def __attrs_post_init__(self) -> None:
        if self.longest < self.shortest:
            raise UsageError(
                f"Expected longest to be at least shortest, but {self.longest} < {self.shortest}."
            )

    def quiet(self, unchanged: float, chance: float) -> float:
        """The delay after so many seconds without a change; ``chance`` is in [0, 1)."""
        return self._jittered(min(max(self.shortest, self.ease * unchanged), self.longest), chance)

    def troubled(self, faults: int, chance: float) -> float:
        """The delay after so many consecutive faults."""
        grown = self.shortest * 2.0 ** min(faults - 1, 16)
        return self._jittered(min(grown, self.longest), chance)

    def _jittered(self, delay: float, chance: float) -> float:
        return delay * (1 - self.jitter * chance)


@frozen(kw_only=True)
class Timing:
    """Time, sleep and chance, so that tests need not wait.

    ``now`` returns seconds of a monotonic clock. The functions are those of `time` at the moment
    of creation: the simulator replaces its sleep.
    """

    now: Callable[[], float] = field(factory=lambda: time.monotonic)
    sleep: Callable[[float], object] = field(factory=lambda: time.sleep)
    chance: Callable[[], float] = random.random
