"""Recordings of a simulated fleet: what polls of the service would have recorded."""

import json
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

from attrs import evolve, frozen

from trainstate.simulator.clock import VirtualClock
from trainstate.simulator.inprocess import chooser
from trainstate.simulator.random_scenario import seeded
from trainstate.simulator.scenario import Scenario, on_demand, spot
from trainstate.simulator.service import Chooser, Params, Service
from trainstate.simulator.wire import answer
from trainstate.spec.model import Evidence

AT_ONCE = 50
"""Jobs in one service: each advance of time visits all of them."""

_WITHIN = 900.0
_GAPS = (15.0, 60.0, 300.0, 900.0)
_SPOT = 0.4
_RULE = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": "123456789012.dkr.ecr.x/rules:1"}
_MEMBERS: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.2, {"RetryStrategy": {"MaximumRetryAttempts": 2}}),
    (0.2, {"DebugRuleConfigurations": [_RULE]}),
    (0.2, {"ProfilerConfig": {"S3OutputPath": "s3://example-bucket/profile"}}),
    (0.2, {"ProfilerRuleConfigurations": [{**_RULE, "RuleConfigurationName": "idle"}]}),
)
_POOL = 0.2, 1800
_ANYTHING, _INTERRUPTED, _WAITING, _RETRIED = 0.1, 0.5, 0.2, 0.6


@frozen(order=True)
class _Turn:
    """When a job is created (times 0) or polled, and how long until the next poll."""

    at: float
    name: str
    times: int
    gap: float


def recorded(
    *, jobs: int, polls: int, seed: int = 0, accept: Evidence = Evidence.RECORDED
) -> Iterator[str]:
    """The polls of jobs as lines of JSON in the service's own form, ``polls`` of each job.

    Most jobs do the usual, some anything that ``accept`` allows; the same seed gives the same
    lines.
    """
    for first in range(0, jobs, AT_ONCE):
        numbers = range(first, min(jobs, first + AT_ONCE))
        # One job in three has capitals, which its ARN has in lower case.
        names = [f"{'sim' if number % 3 else 'Sim'}-{number:06d}" for number in numbers]
        yield from _polled(names, polls, seed, accept)


def _polled(names: Iterable[str], polls: int, seed: int, accept: Evidence) -> Iterator[str]:
    clock, elapsed = VirtualClock(), 0.0
    service = Service(choose=_ways(seed, accept), clock=clock)
    rngs = {name: seeded(seed, f"turn of {name}") for name in names}
    turns = [_Turn(r.uniform(0, _WITHIN), name, 0, r.choice(_GAPS)) for name, r in rngs.items()]
    heapify(turns)
    while turns:
        turn = heappop(turns)
        clock.advance(turn.at - elapsed)
        elapsed = turn.at
        if not turn.times:
            service.call("CreateTrainingJob", _request(turn.name, seed))
        else:
            body = json.dumps({"TrainingJobName": turn.name}).encode()
            yield answer(service, "DescribeTrainingJob", body).body.decode("ascii")
        if turn.times < polls:
            at = turn.at + (turn.gap if turn.times else 0.5)
            heappush(turns, evolve(turn, at=at, times=turn.times + 1))


def _ways(seed: int, accept: Evidence) -> Chooser:
    """What happens to the jobs: mostly the usual, sometimes anything possible."""
    by_chance = chooser(seed, accept=accept)

    def choose(request: Params) -> Scenario:
        rng = seeded(seed, f"way of {request['TrainingJobName']}")
        if rng.random() < _ANYTHING:
            return by_chance(request)
        trains = rng.uniform(300, 3_000)
        if request.get("EnableManagedSpotTraining"):
            begun = spot()
            while rng.random() < _INTERRUPTED:
                begun = begun.interrupted(after=rng.uniform(60, 900))
        else:
            begun = on_demand().pending(trains) if rng.random() < _WAITING else on_demand()
        if "RetryStrategy" in request and rng.random() < _RETRIED:
            begun = begun.retried(after=rng.uniform(60, 900))
        return _ended(begun, trains, rng)

    return choose


def _ended(begun: Scenario, trains: float, rng: Random) -> Scenario:
    """A scenario with its ending; six jobs in ten complete."""
    ending = rng.random()
    if ending < 0.6:
        return begun.then_completed(after=trains)
    if ending < 0.75:
        return begun.then_failed(during="Training", after=trains)
    if ending < 0.9:
        return begun.then_stopped(after=trains)
    spotty = begun.spot and ending < 0.95
    return begun.then_out_of_wait_time() if spotty else begun.then_out_of_time()


def _request(name: str, seed: int) -> dict[str, Any]:
    rng = seeded(seed, f"request of {name}")
    spotty = rng.random() < _SPOT
    members: dict[str, Any] = {}
    for share, member in _MEMBERS:
        if rng.random() < share:
            members |= member
    request = (spot() if spotty else on_demand()).request(name, **members)
    share, period = _POOL
    if not spotty and rng.random() < share:
        request["ResourceConfig"] = {
            **request["ResourceConfig"],
            "KeepAlivePeriodInSeconds": period,
        }
    return request
