"""The service that the live tests talk to, and a clock that does not wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import define, field

from tests.service import Service, serving
from trainstate.aws import Timing


@define
class Hours:
    """A clock that is set forward by sleeping; it keeps the sleeps."""

    time: float = 0.0
    sleeps: list[float] = field(factory=list)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Timing:
        return Timing(now=lambda: self.time, sleep=self.sleep, chance=lambda: 0.0)


@pytest.fixture
def hours() -> Hours:
    """A clock that does not wait."""
    return Hours()


@pytest.fixture
def service() -> Iterator[Service]:
    """A running service."""
    with serving() as running:
        yield running
