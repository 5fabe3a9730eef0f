"""P6, the laws: repeating, permuting, merging, cutting off and recovering responses.

Each is checked on legal sequences and on sequences with a planted fault.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

import trainstate
from trainstate.testing import faulty, jobs, polls
from trainstate.testing.faults import operators

Sequence = list[dict[str, Any]]
INCONSISTENT = trainstate.Verdict.INCONSISTENT
CONSISTENT = trainstate.Verdict.CONSISTENT

# A record that cannot be read belongs to no job, so that no law of jobs speaks of it.
FAULTS = sorted(n for n, planted in operators().items() if not any(one.as_text for one in planted))


def wrong(rule: str) -> SearchStrategy[Sequence]:
    """Sequences with a fault of this rule."""
    return faulty(polls(history=None, most=5), rule=rule).map(lambda found: found.responses)


FAULTY = st.sampled_from(FAULTS).flatmap(wrong)
LEGAL = polls() | polls(history=None)
ANY = LEGAL | FAULTY


def verdict(sequence: Sequence, **options: str) -> trainstate.Verdict:
    return trainstate.check(sequence, **options).verdict  # type: ignore[arg-type]


def has_order(sequence: Sequence) -> bool:
    """Holds if LastModifiedTime alone orders the responses.

    All have a time of their own, or those that share one have their histories.
    """
    times = [response.get("LastModifiedTime") for response in sequence]
    counts = Counter(map(str, times))
    bare = [r for r in sequence if not r.get("SecondaryStatusTransitions")]
    readable = all(time is not None and str(time)[:2] == "20" for time in times)
    return readable and all(counts[str(r["LastModifiedTime"])] == 1 for r in bare)


@st.composite
def permuted(draw: DrawFn, sequences: SearchStrategy[Sequence]) -> tuple[Sequence, Sequence]:
    """A sequence, and the same in another order."""
    sequence = draw(sequences)
    return sequence, draw(st.permutations(sequence))


@given(ANY, st.integers(0, 7))
def test_repeating_a_response_changes_no_verdict(sequence: Sequence, place: int) -> None:
    """A duplicate directly after its original tells nothing new."""
    at = place % len(sequence)

    assert verdict(sequence) == verdict([*sequence[: at + 1], *sequence[at:]])


@given(permuted(polls()))
def test_permuting_a_legal_job_changes_no_verdict(pair: tuple[Sequence, Sequence]) -> None:
    """LastModifiedTime and the histories put the responses back in order."""
    assert (CONSISTENT, CONSISTENT) == (verdict(pair[0]), verdict(pair[1]))


@given(permuted(ANY))
def test_permuting_responses_changes_no_verdict_given_last_modified(
    pair: tuple[Sequence, Sequence],
) -> None:
    """Where LastModifiedTime orders all responses, their order of arrival is no matter."""
    assume(has_order(pair[0]))

    assert verdict(pair[0]) == verdict(pair[1])


@given(permuted(ANY))
def test_permuting_responses_changes_no_verdict_without_an_order(
    pair: tuple[Sequence, Sequence],
) -> None:
    """With order="free" the order of arrival is no matter at all."""
    assert verdict(pair[0], order="free") == verdict(pair[1], order="free")


@given(jobs(history=None, most=5))
def test_merging_jobs_is_the_union_of_their_checks(sequence: Sequence) -> None:
    """What is found of a job does not depend on the jobs around it."""
    names = dict.fromkeys(response["TrainingJobArn"] for response in sequence)
    own = {name: [r for r in sequence if r["TrainingJobArn"] == name] for name in names}
    alone = [trainstate.check(own[name]) for name in names]
    merged = trainstate.check(sequence)

    assert [report.jobs[0] for report in alone] == list(merged.jobs)
    assert places(*alone) == places(merged)


@given(FAULTY, jobs(most=3))
def test_a_fault_in_one_job_is_not_seen_in_another(sequence: Sequence, others: Sequence) -> None:
    """Jobs beside a faulty one keep their verdicts, and the faulty one keeps its own."""
    for response in others:
        arn = response["TrainingJobArn"].replace("/job-", "/other-")
        response |= {"TrainingJobArn": arn, "TrainingJobName": arn.rpartition("/")[2]}
    merged = trainstate.check([*others, *sequence])
    arns = {response["TrainingJobArn"] for response in others}

    assert verdict(sequence) == merged.verdict
    assert {CONSISTENT} == {job.verdict for job in merged.jobs if job.job in arns}


@given(ANY, st.integers(0, 7))
def test_a_prefix_has_no_violation_that_the_whole_has_not(sequence: Sequence, place: int) -> None:
    """What was found stays found, whatever comes later."""
    cut = 1 + place % len(sequence)
    early, late = trainstate.check(sequence[:cut]), trainstate.check(sequence)

    assert [] == sorted((places(early) - places(late)).elements())
    assert early.verdict is not INCONSISTENT or late.verdict is INCONSISTENT


@given(ANY, st.integers(0, 255))
def test_recovering_a_response_never_makes_a_job_consistent(sequence: Sequence, kept: int) -> None:
    """What some responses contradict, more responses of the job cannot explain."""
    some = [response for at, response in enumerate(sequence) if kept >> at & 1]
    contradicted = bool(some) and verdict(some) is INCONSISTENT

    assert not contradicted or verdict(sequence) is not CONSISTENT


@given(polls(history=None), st.integers(1, 255))
def test_losing_responses_of_a_legal_job_contradicts_nothing(sequence: Sequence, kept: int) -> None:
    """A recording with holes of a legal job is never INCONSISTENT."""
    some = [response for at, response in enumerate(sequence) if kept >> at & 1]

    assert verdict(some or sequence) is CONSISTENT


def places(*reports: trainstate.Report) -> Counter[tuple[Any, ...]]:
    """The errors of reports as a multiset: rule, job, index, place and words."""
    return Counter(
        (finding.name, finding.job, finding.index, finding.pointer, finding.message)
        for report in reports
        for finding in report
        if finding.severity == "error"
    )


@given(LEGAL | wrong("changed-fixed-member"), st.randoms(use_true_random=False))
def test_a_null_is_what_an_absent_member_is(sequence: Sequence, random: Random) -> None:
    """Clients of other languages and columns of tables write null where there is nothing."""
    shown = [_with_nulls(response, random) for response in sequence]

    assert told(trainstate.check(sequence)) == told(trainstate.check(shown))


def told(report: trainstate.Report) -> list[Any]:
    return [[(one.code, one.index, one.pointer, one.message) for one in report], report.jobs]


def _with_nulls(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        names = {name for name in ("Added", "FailureReason", "VpcConfig") if random.random() < 0.5}
        shown = {name: _with_nulls(item, random) for name, item in value.items()}
        return dict.fromkeys(names) | shown
    return [_with_nulls(item, random) for item in value] if isinstance(value, list) else value
