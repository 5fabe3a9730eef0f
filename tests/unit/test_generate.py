"""Generated corpora: the same for a seed, like production, and with just the planted faults."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import trainstate as ts
from trainstate.cli.main import main
from trainstate.errors import UsageError
from trainstate.testing.corpus import Corpus, _polls, generated

FORMS = ["ndjson", "parquet"]


def generate(path: Path, *options: str, form: str = "ndjson") -> list[dict[str, Any]]:
    """Writes a corpus to a path; gives the planted faults."""
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    arguments = ["generate", "--format", form, *options, "-o", str(path)]
    result = invoke(*arguments)
    assert (0, "") == (result.exit_code, result.output)
    planted = path.with_suffix(".planted.jsonl")
    return (
        [json.loads(line) for line in planted.read_text().splitlines()] if planted.exists() else []
    )


def invoke(*arguments: str) -> Result:
    """The result of `trainstate` with these arguments."""
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("form", FORMS)
def test_the_check_finds_the_planted_faults_and_no_others(form: str, tmp_path: Path) -> None:
    """Each fault is found by its rule, at its line, index and pointer; other jobs are clean."""
    path = tmp_path / f"corpus.{form}"

    planted = generate(path, "--jobs", "600", "--polls", "8", "--faults", "0.2", form=form)
    found = ts.check(path)
    places = {(one.name, one.line, one.pointer) for one in found}
    faulty = {one["job"] for one in planted}

    missed = [one for one in planted if (one["rule"], one["line"], one["pointer"]) not in places]
    lines = {one["line"] for one in planted}
    elsewhere = [one for one in found if one.line not in lines and not _is_of(one.job, faulty)]

    assert 90 <= len(planted) <= 150
    assert [] == missed
    assert [] == [str(one) for one in elsewhere]


def _is_of(job: str, names: set[str]) -> bool:
    return any(name.casefold() in job.casefold() for name in names)


@pytest.mark.parametrize("form", FORMS)
def test_a_corpus_without_faults_is_clean(form: str, tmp_path: Path) -> None:
    """Nothing is found in what is generated without faults, no info either."""
    path = tmp_path / f"corpus.{form}"
    generate(path, "--jobs", "300", "--polls", "9", "--seed", "5", form=form)

    found = ts.check(path)

    assert () == found.findings
    assert (300, 2700) == (found.summary.jobs, found.summary.responses)


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_gives_the_same_bytes(form: str, tmp_path: Path) -> None:
    """A corpus is written alike each time, another seed's is another."""
    options = ("--jobs", "40", "--polls", "5", "--faults", "0.3")
    paths = [tmp_path / f"{name}.{form}" for name in ("one", "two", "other")]

    lists = [
        generate(path, *options, "--seed", str(seed), form=form)
        for path, seed in zip(paths, (1, 1, 2), strict=True)
    ]
    one, two, other = (path.read_bytes() for path in paths)

    assert (one, lists[0]) == (two, lists[1])
    assert (one, lists[0]) != (other, lists[2])


def test_a_corpus_is_like_production() -> None:
    """Responses have 3 to 5 KB on average; most jobs complete, some fail, stop, are interrupted."""
    lines = [text for text, _ in generated(Corpus(jobs=800, polls=20, seed=11))]
    last = {shown["TrainingJobArn"]: shown for shown in map(json.loads, lines)}
    ends = Counter(shown["TrainingJobStatus"] for shown in last.values())
    spot = sum(shown["EnableManagedSpotTraining"] for shown in last.values())
    statuses = Counter(
        entry["Status"] for shown in last.values() for entry in shown["SecondaryStatusTransitions"]
    )

    assert 3000 < sum(map(len, lines)) / len(lines) < 5000
    assert ends["Completed"] > 480
    assert min(ends["Failed"], ends["Stopped"], ends["InProgress"]) > 8
    assert min(statuses["Interrupted"], statuses["Pending"], statuses["Stopping"]) > 3
    assert 160 < spot < 320


def test_polls_repeat_as_they_do() -> None:
    """Of twenty polls of a job about half say what the last one said."""
    same, last = 0, dict[str, str]()
    for text, _ in generated(Corpus(jobs=200, polls=20, seed=4)):
        name = text[:40]
        same += last.get(name) == text
        last[name] = text

    assert 0.4 < same / 4000 < 0.7


def test_parquet_needs_a_file() -> None:
    """Parquet is not written to a terminal."""
    result = invoke("generate", "--format", "parquet")

    assert 2 == result.exit_code
    assert "--output FILE" in result.output


def test_numbers_that_make_no_corpus_are_refused() -> None:
    """A corpus has a job, a poll, and a share of faults."""
    for wrong in ({"jobs": 0}, {"jobs": 1, "polls": 0}, {"jobs": 1, "faults": 2.0}):
        with pytest.raises(UsageError):
            Corpus(**wrong)


def test_a_job_with_only_retries_left_stays_where_it_is() -> None:
    """Where nothing but a retry could follow and none is allowed, the recording ends, legally.

    Found by 10,000 jobs of seed 12: job 4539 was stopped while it uploaded.
    """
    corpus = Corpus(jobs=4540, polls=20, seed=12)
    responses = [response for response, _ in _polls(corpus, 4539)]

    assert ts.Verdict.CONSISTENT is ts.check(responses).verdict
