"""P3, on parts: what a source leaves out of a legal job accuses it of nothing.

A job is seen by many eyes: Describe, Search, a list, events, a client that is older than a
member, a ``--query``, somebody's own log lines. They may be mixed in one recording, in any order.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

import trainstate
from trainstate.history.excerpt import always_given
from trainstate.history.instants import SECOND, parse
from trainstate.spec.load import builtin_spec
from trainstate.testing import polls
from trainstate.testing.observations import written

Response = dict[str, Any]

SPEC = builtin_spec()
LAYOUT = SPEC.layout
ALWAYS = always_given(SPEC)
# A name alone, with which a request begins as well, is no response.
NAMES = ((LAYOUT.name, LAYOUT.primary), (LAYOUT.arn,))
ALLOWED = {"deprecated-status", "undocumented-pair", "stale-observation"}
"""Retired statuses deserve a warning, and so does what arrives late."""

DAYS = (
    *("2018-07-30", "2019-01-10", "2019-08-20", "2019-12-04", "2020-12-08"),
    *("2021-05-04", "2022-09-29", "2023-12-21"),
)
"""Days of clients: of the two years from August 2019 on they know all that is always given, and
no retries."""
EXAMPLES = settings().max_examples


def described(shown: Response, _draw: DrawFn) -> Any:
    """The answer to Describe."""
    return shown


def found(shown: Response, draw: DrawFn) -> Any:
    """A result of Search, on its page or taken from it."""
    part = {name: shown[name] for name in shown if name not in LAYOUT.unsearched}
    part |= {"Tags": [{"Key": "team", "Value": "one"}]}
    return {"Results": [{"TrainingJob": part}]} if draw(st.booleans()) else part


def listed(shown: Response, draw: DrawFn) -> Any:
    """A row of a list, on its page or taken from it."""
    row = {name: shown[name] for name in shown if name in LAYOUT.summary}
    return {"TrainingJobSummaries": [row]} if draw(st.booleans()) else row


def told(shown: Response, draw: DrawFn) -> Any:
    """An event: what it leaves out is any part of the configuration."""
    fixed = [m.name for m in SPEC.members if m.role.endswith("configuration") or m.role == "origin"]
    gone = draw(st.sets(st.sampled_from(fixed)))
    detail = {name: value for name, value in shown.items() if name not in gone}
    if draw(st.booleans()):
        detail[LAYOUT.history] = []
    return {
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "detail": detail | {"Tags": {}},
    }


def by_an_old_client(shown: Response, draw: DrawFn) -> Any:
    """What a client prints that is older than some members."""
    day, known = draw(st.sampled_from(DAYS)), SPEC.member_by_name
    return {name: value for name, value in shown.items() if known[name].since <= day}


def excerpted(shown: Response, draw: DrawFn) -> Any:
    """Any part of a response that lacks two members of those that the service always gives."""
    kept = {*draw(st.sampled_from(NAMES)), LAYOUT.modified}
    always = [name for name in ALWAYS if name not in kept]
    gone = draw(st.sets(st.sampled_from(always), min_size=2))
    gone |= draw(st.sets(st.sampled_from(sorted(shown))))
    return {name: value for name, value in shown.items() if name in kept or name not in gone}


def queried(shown: Response, draw: DrawFn) -> Any:
    """What a ``--query`` picks: the job, its statuses, and a few members."""
    few = draw(st.sets(st.sampled_from(sorted(shown)), max_size=6))
    names = {*few, *draw(st.sampled_from(NAMES)), LAYOUT.modified, LAYOUT.secondary}
    return {name: value for name, value in shown.items() if name in names}


def sliced(shown: Response, draw: DrawFn) -> Any:
    """What is left of a ``--query`` that picks the last entries of the history."""
    entries, kept = shown[LAYOUT.history], draw(st.integers(1, 2))
    begun = parse(entries[-kept:][0][LAYOUT.entry_start])[0]
    part: Response = queried(shown, draw)
    # Times that are cut to the second don't tell an entry from one in the same second.
    if begun - parse(entries[0][LAYOUT.entry_start])[0] >= SECOND:
        entries = entries[-kept:]
    # A status with which jobs begin is another attempt's only beside the creation.
    return part | {LAYOUT.history: entries, LAYOUT.created: shown[LAYOUT.created]}


EYES = (described, found, listed, told, by_an_old_client, excerpted, queried, sliced)


@st.composite
def mixed(draw: DrawFn) -> list[Any]:
    """A job as several eyes saw it; in the order of its life, or in another one."""
    sequence = [written(shown, "iso") for shown in draw(polls())]
    if draw(st.booleans()):
        # Of two that were modified at one time only a history says which is the later one.
        told_apart = {shown[LAYOUT.modified]: shown for shown in sequence}
        sequence = draw(st.permutations(list(told_apart.values())))
    return [draw(st.sampled_from(EYES))(shown, draw) for shown in sequence]


def alarms(recording: list[Any]) -> list[str]:
    """The errors and warnings that no legal job deserves, however it was seen."""
    report = trainstate.check(recording)
    loud = [str(f) for f in report if f.severity != "info" and f.name not in ALLOWED]
    wrong = report.verdict is trainstate.Verdict.INCONSISTENT
    return loud + ["INCONSISTENT"] * wrong


@settings(max_examples=EXAMPLES * 10)
@given(mixed())
def test_no_mix_of_sources_accuses_a_legal_job(recording: list[Any]) -> None:
    """Whatever is left out, by whom and in which order, a legal job has no alarm."""
    assert [] == alarms(recording)


@settings(max_examples=EXAMPLES * 5)
@given(polls(), st.data())
def test_no_excerpt_accuses_a_legal_job(sequence: list[Response], data: st.DataObject) -> None:
    """A recording of nothing but excerpts has no alarm."""
    shown = [written(response, "iso") for response in sequence]
    eye = data.draw(st.sampled_from([excerpted, queried, sliced]))

    assert [] == alarms([eye(response, data.draw) for response in shown])
