"""P7 for parts: a response of which no part is new, or that is regular, is silent.

The same lines are judged twice: as they are read, and each as a whole response, about which
every rule is asked. Both give one report, so that whatever the comparison of parts passes
over shows as a difference.
"""

from __future__ import annotations

import gzip
import io
import json
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trainstate.checking.report import Report
from trainstate.checking.stream import Checker, judge
from trainstate.errors import InputError
from trainstate.history.readers import read_paths
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.lines import whole
from trainstate.history.readers.settings import Limits
from trainstate.history.readers.source import Asked, Input
from trainstate.history.typed import decode_of
from trainstate.rules.index import rules, select_rules
from trainstate.spec.load import builtin_spec
from trainstate.testing import faulty, jobs, polls
from trainstate.testing.corpus import Corpus, generated
from trainstate.testing.faults import operators
from trainstate.testing.observations import written

SPEC = builtin_spec()
MODIFIED = SPEC.layout.modified
NAMES = sorted(operators())
TIMES = ("iso", "iso-local", "epoch", "epoch-ms")
SELECTORS = st.sampled_from([(), ("TS3",), ("TS6",), ("TS602", "TS611"), ("TS4", "TS610")])

Lines = list[bytes]


def report(
    lines: Lines, *, parts: bool, select: tuple[str, ...] = (), files: int = 1
) -> tuple[Report, int]:
    """The report on lines, and of how many of them the rules were not asked.

    They are cut into ``files``.
    """
    checker = Checker(spec=SPEC, rules=select_rules(select=select) if select else rules())
    asked, size = Asked(spec=SPEC, limits=Limits(), input_format="ndjson"), -(-len(lines) // files)
    records = chain.from_iterable(
        Input(asked=asked, name=f"{at}", file=f"{at}").read(
            io.BytesIO(b"\n".join(lines[at:][:size]))
        )
        for at in range(0, len(lines), size)
    )
    judged = judge(records if parts else map(whole, records), checker)
    return judged, checker.counted


def both(lines: Lines, select: tuple[str, ...] = ()) -> tuple[Any, Any]:
    """What is said of whole responses, and of parts; a refusal is an answer, too."""
    said: list[Any] = []
    for parts in (False, True):
        try:
            said.append(report(lines, parts=parts, select=select)[0])
        except InputError as error:
            said.append(str(error))
    return said[0], said[1]


@st.composite
def repeated(draw: st.DrawFn, sequence: list[dict[str, Any]]) -> Lines:
    """Responses as lines, some of them several times, some of these modified at another time."""
    times = draw(st.sampled_from(TIMES))
    found: Lines = []
    for response in sequence:
        shown = written(response, times) if isinstance(response, dict) else response
        if not isinstance(shown, dict):
            found.append(str(shown).encode("utf-8", "replace"))
            continue
        found.append(json.dumps(shown).encode())
        for seconds in draw(st.lists(st.integers(-2, 90), max_size=3)):
            found.append(json.dumps(_moved(shown, seconds)).encode())
    return found


def _moved(shown: dict[str, Any], seconds: int) -> dict[str, Any]:
    value = shown.get(MODIFIED)
    if isinstance(value, float | int):
        return {**shown, MODIFIED: value + seconds * (1000 if value > 1e11 else 1)}
    if not isinstance(value, str) or seconds < 0 or not value[17:19].isdigit():
        return shown
    return {**shown, MODIFIED: f"{value[:17]}{(int(value[17:19]) + seconds) % 60:02d}{value[19:]}"}


@st.composite
def interleaved(draw: st.DrawFn) -> Lines:
    """The lines of several jobs in turn."""
    return draw(repeated(draw(jobs(most=6))))


@st.composite
def broken(draw: st.DrawFn) -> Lines:
    """The lines of a job with a planted fault, repeated around it."""
    name = draw(st.sampled_from(NAMES))
    found = draw(faulty(polls(most=5), rule=name))
    return draw(repeated(list(found.responses)))


@st.composite
def mutated(draw: st.DrawFn) -> Lines:
    """Lines of which some have other bytes somewhere."""
    lines = draw(interleaved())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        spot = draw(st.integers(0, len(lines[at])))
        width = draw(st.integers(0, 3))
        lines[at] = lines[at][:spot] + draw(st.binary(max_size=3)) + lines[at][spot + width :]
    return lines


def is_unread(line: bytes) -> bool:
    """Holds if a line is no JSON where the typed decode passes over it."""
    decoder = decode_of(SPEC)
    try:
        decode(line)
    except NotJson:
        return decoder is not None and decoder.line(line) is not None
    return False


@given(interleaved(), SELECTORS)
@settings(max_examples=60, deadline=None)
def test_legal_sequences_are_judged_alike(lines: Lines, select: tuple[str, ...]) -> None:
    """Both ways give one report on legal jobs whose responses repeat."""
    plain, parts = both(lines, select)

    assert plain == parts


@given(broken(), SELECTORS)
@settings(max_examples=80, deadline=None)
def test_faulty_sequences_are_judged_alike(lines: Lines, select: tuple[str, ...]) -> None:
    """Both ways give one report on jobs with a planted fault."""
    plain, parts = both(lines, select)

    assert plain == parts


@given(mutated())
@settings(max_examples=60, deadline=None)
def test_mutated_lines_are_judged_alike(lines: Lines) -> None:
    """Both ways give one report where bytes of the lines were changed.

    What is inside of members that no rule reads is not looked at, be it JSON or not.
    """
    assume(not any(map(is_unread, lines)))
    plain, parts = both(lines)

    assert plain == parts


def test_a_corpus_with_faults_is_judged_alike() -> None:
    """Both ways give one report on interleaved jobs of which a third has a fault."""
    corpus = Corpus(jobs=40, polls=12, seed=7, faults=0.34)
    lines = [text.encode("utf-8", "replace") for text, _ in generated(corpus)]

    plain, parts = both(lines)

    assert plain == parts


def test_the_rules_say_nothing_new_of_most_lines() -> None:
    """Of six polls a job the first is judged, and of the others one in ten at most."""
    lines = [text.encode() for text, _ in generated(Corpus(jobs=400, polls=6, seed=8))]

    _, taken = report(lines, parts=True)

    assert taken > 0.9 * len(lines) * 5 / 6


def test_repeats_are_counted() -> None:
    """Of a poll that comes ten times all are taken without asking about it."""
    lines = [line.encode() for line, _ in generated(Corpus(jobs=1, polls=1))] * 10

    _, taken = report(lines, parts=True)

    assert taken == 10


@pytest.mark.parametrize("member", ["Environment", "HyperParameters"])
def test_a_member_of_the_same_name_inside_another_is_not_the_time(member: str) -> None:
    """A line in which only such an inner value changes is read: the member is fixed."""
    text, _ = next(generated(Corpus(jobs=1, polls=1)))
    shown = {member: {MODIFIED: "2026-01-02T10:00:00Z"}, **_without(json.loads(text), member)}
    changed = {**shown, member: {MODIFIED: "2026-01-02T11:00:00Z"}}
    lines = [json.dumps(one).encode() for one in (shown, shown, changed)]

    plain, parts = both(lines)

    assert "TS606" in {finding.code for finding in parts.findings}
    assert plain == parts


@pytest.mark.parametrize("ends", [(True, False), (False, True)])
def test_rule_evaluations_with_times_of_their_own_hide_no_line(ends: tuple[bool, bool]) -> None:
    """The response's own LastModifiedTime is found before and after those of other members."""
    texts = [text for text, _ in generated(Corpus(jobs=30, polls=6, seed=4))]
    lines = [_evaluated(json.loads(text), ends[at % 2]) for at, text in enumerate(texts)]

    plain, parts = both(lines)

    assert plain == parts
    assert report(lines, parts=True)[1] > 0.5 * len(lines)


def _evaluated(shown: dict[str, Any], at_end: bool) -> bytes:
    """A response with a rule evaluation that has a time, behind all members or before them."""
    status = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}
    rules = [{**status, MODIFIED: "2025-01-01T00:00:00Z"}]
    member = {"DebugRuleEvaluationStatuses": rules}
    return json.dumps({**shown, **member} if at_end else {**member, **shown}).encode()


def _without(shown: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != member}


@pytest.mark.parametrize("polled", [3, 8])
def test_a_memory_that_has_seen_much_hides_no_fault(polled: int) -> None:
    """Faulty jobs among legal ones of the same shapes are judged as the plain path judges them."""
    legal = [text for text, _ in generated(Corpus(jobs=60, polls=polled, seed=polled))]
    bad = [text for text, _ in generated(Corpus(jobs=90, polls=polled, seed=77, faults=1.0))]
    lines = [text.encode("utf-8", "replace") for text in legal + bad]

    plain, parts = both(lines)

    assert len(parts.findings) >= 60
    assert plain == parts


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_job_goes_on_in_another_file(tmp_path: Path, suffix: str) -> None:
    """What was passed over in one file is read again when the job's next file is unusual."""
    corpus = Corpus(jobs=30, polls=6, seed=11, faults=0.5)
    lines = [text.encode("utf-8", "replace") for text, _ in generated(corpus)]
    paths = [tmp_path / f"{name}.ndjson{suffix}" for name in ("one", "two")]
    for path, part in zip(paths, (lines[:70], lines[70:]), strict=True):
        data = b"\n".join(part)
        path.write_bytes(gzip.compress(data) if suffix else data)

    reports = []
    for parts in (False, True):
        records = read_paths(paths, SPEC)
        reports.append(judge(records if parts else map(whole, records), Checker(spec=SPEC)))

    assert reports[0] == reports[1]


def test_times_that_are_not_regular_take_the_plain_path() -> None:
    """Of jobs alike in everything but one time the memory takes only those with regular times."""
    lines = [text for text, _ in generated(Corpus(jobs=1, polls=4, seed=5))]
    moved: Lines = []
    for number, place in enumerate(_times(json.loads(lines[-1]))):
        response = json.loads(lines[-1].replace("train-5-0000000", f"train-5-{number:07d}"))
        _set_back(response, place)
        moved.append(json.dumps(response, separators=(",", ":")).encode())

    plain, parts = both([*(line.encode() for line in lines), *moved])

    assert parts.findings
    assert plain == parts


def _times(response: dict[str, Any]) -> list[tuple[str | int, ...]]:
    entries = response[SPEC.layout.history]
    places: list[tuple[str | int, ...]] = [
        (SPEC.layout.history, at, name)
        for at, entry in enumerate(entries)
        for name in (SPEC.layout.entry_start, SPEC.layout.entry_end)
        if entry.get(name)
    ]
    names = (SPEC.layout.created, MODIFIED, SPEC.layout.started, SPEC.layout.ended)
    return places + [(name,) for name in names if response.get(name)]


def _set_back(response: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """Makes the time at a place a day earlier than it is."""
    *path, name = place
    inner: Any = response
    for step in path:
        inner = inner[step]
    moment = datetime.fromisoformat(inner[name])
    inner[name] = (moment - timedelta(days=1)).isoformat()


LIVES = [
    [json.loads(text) for text, _ in generated(Corpus(jobs=1, polls=5, seed=seed))]
    for seed in (1, 4, 6, 9, 13, 21)
]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LIVES) - 1),
            st.sampled_from([0.01, 0.5, 1.0, 1.001, 30.0, 400.0]),
            st.sampled_from([0, 1, -1, 2, -2, -5, -70, 4000]),
            st.sampled_from([1, 60, 700, 3_000, 86_400]),
            st.sampled_from([0.0, 0.3, 0.999, 1.0, 70.0]),
        ),
        min_size=2,
        max_size=8,
    )
)
@settings(max_examples=80, deadline=None)
def test_jobs_of_one_shape_and_other_times_are_judged_alike(
    variants: list[tuple[int, float, int, int, float]],
) -> None:
    """However long jobs last, train, and are limited to, the memory says what the rules say."""
    lines = [json.dumps(response).encode() for life in LIVES for response in life]
    for number, (life, factor, more, limit, late) in enumerate(variants):
        for response in LIVES[life]:
            changed = _stretched(response, factor, more, limit, late)
            name = changed["TrainingJobName"]
            text = json.dumps(changed).replace(name, f"{name}-{number}")
            lines.append(text.encode())

    plain, parts = both(lines)

    assert plain == parts


def _stretched(
    response: dict[str, Any], factor: float, more: int, limit: int, late: float
) -> dict[str, Any]:
    """A response whose job lasts so much longer, with other seconds of training and a limit."""
    layout = SPEC.layout
    born = datetime.fromisoformat(response[layout.created])

    def moved(text: str) -> str:
        passed = datetime.fromisoformat(text) - born
        return (born + passed * factor).isoformat(timespec="milliseconds")

    found = {**response, layout.stopping: {"MaxRuntimeInSeconds": limit}}
    for name in (MODIFIED, layout.started, layout.ended):
        if found.get(name):
            found[name] = moved(found[name])
    found[MODIFIED] = (datetime.fromisoformat(found[MODIFIED]) + timedelta(seconds=late)).isoformat(
        timespec="milliseconds"
    )
    found[layout.history] = [
        {key: moved(value) if key.endswith("Time") else value for key, value in entry.items()}
        for entry in response[layout.history]
    ]
    for name in (layout.training_seconds, layout.billable_seconds):
        if found.get(layout.ended) and name in found:
            times = (found[layout.started], found[layout.ended])
            begun, ended = map(datetime.fromisoformat, times)
            found[name] = max(0, round((ended - begun).total_seconds()) + more)
    return found
