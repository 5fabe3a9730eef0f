"""The epochs of a name are found by their creations, as a look at each of them would."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

import trainstate as ts
from tests.lives import poll
from trainstate.checking.creations import Creations
from trainstate.history.instants import same_instant

INSTANTS = st.integers(10_000_000, 13_000_000) | st.sampled_from(
    [10_000_000, 11_000_000, 11_001_000, 11_001_001, 11_002_000, 12_000_000]
)


@given(st.lists(INSTANTS))
def test_births_find_what_a_look_at_each_finds(instants: list[int]) -> None:
    """The first epoch that fits, and the one that was created next."""
    creations, known = Creations(), list[int]()
    for seen in instants:
        fits = [at for at, one in enumerate(known) if same_instant(one, seen)]
        later = sorted((one, at) for at, one in enumerate(known) if one > seen)

        assert creations.at(seen) == (fits[0] if fits else None)
        assert creations.after(seen) == (later[0][1] if later else None)
        if not fits:
            creations.add(seen)
            known.append(seen)


def test_a_name_with_many_creations_has_as_many_epochs() -> None:
    """Each response goes to its own, whatever came between."""
    polls = [
        poll(*statuses, born=1_600_000_000.0 + 1000 * at)
        for statuses in (["Starting"], ["Starting", "Training"])
        for at in range(40)
    ]
    report = ts.check(polls)

    assert [2] * 40 == [job.responses for job in report.jobs]
    born = [datetime.fromtimestamp(1_600_000_000 + 1000 * at, UTC) for at in range(40)]
    assert born == [job.created for job in report.jobs]
