"""What jobs cost, where the user gives prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from trainstate.stats.prices import Prices

if TYPE_CHECKING:
    from trainstate.stats.measure import JobMeasure


@define
class Cost:
    """The sums of priced jobs: what was trained, billed, saved, lost and retained, times instances.

    The price of a spot job is that of its billable seconds, in which the savings are already.
    ``unpriced`` counts jobs by the type and region that have no price.
    """

    prices: Prices
    sums: dict[str, float] = field(factory=dict)
    priced: int = 0
    unpriced: Counter[tuple[str, str]] = field(factory=Counter)

    def take(self, job: JobMeasure) -> None:
        """Takes a job in."""
        found = costs(job, self.prices)
        if found is None:
            self.unpriced[job.instance_type, job.region] += 1
            return
        self.priced += 1
        for name, amount in found.items():
            self.sums[name] = self.sums.get(name, 0.0) + amount


def costs(job: JobMeasure, prices: Prices) -> dict[str, float] | None:
    """What a job cost, by what for; None where its instances have no price."""
    price = prices.per_second(job.instance_type, job.region)
    if price is None:
        return None
    return {name: seconds * job.instances * price for name, seconds in _seconds(job)}


def _seconds(job: JobMeasure) -> Iterator[tuple[str, float]]:
    yield "trained", job.training or 0.0
    yield "billed", job.billable or 0.0
    saved = 0.0 if job.training is None or job.billable is None else job.training - job.billable
    yield "saved", max(saved, 0.0)
    yield "lost", job.lost or 0.0
    yield "retained", job.retained or 0.0
