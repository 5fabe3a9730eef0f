"""The view of a service's own model, and what a survey makes of jobs that are seen in pieces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.rules.notation import drift_from
from trainstate.checking.drift import check_drift
from trainstate.cli import main
from trainstate.errors import UsageError
from trainstate.history.readers import read_values
from trainstate.rules.drift import Drift
from trainstate.rules.example import Poll, written
from trainstate.spec.load import builtin_spec
from trainstate.stats.survey import Survey, Surveyed

SPEC = builtin_spec()


def test_an_example_of_an_unknown_list_is_refused() -> None:
    """The error names the lists that there are."""
    with pytest.raises(UsageError, match="member"):
        drift_from("Nothing + Here", SPEC)


def test_a_list_that_the_service_does_not_have_is_not_compared() -> None:
    """Without an enumeration nothing is retired: an old model may lack the whole member."""
    assert check_drift(Drift(spec=SPEC, version="old")) == ()


def test_differences_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text has a line a difference, what to do, and the count."""
    drift = drift_from("SecondaryStatus + Hibernating", SPEC)
    monkeypatch.setattr("trainstate.aws.service_model.installed_drift", lambda _spec: drift)
    result = CliRunner().invoke(main, ["drift"])

    assert (1, True, True) == (
        result.exit_code,
        "TS801 unlisted-status" in result.output,
        result.output.endswith("1 difference\n"),
    )


def surveyed(*responses: dict[str, Any]) -> list[Surveyed]:
    return list(Survey(SPEC).feed(read_values(list(responses), SPEC)).jobs)


RUNNING = written(Poll("InProgress/Training: Starting 60, Training"))
DONE = written(Poll("Completed/Completed: Starting 60, Training 100, Completed"))
LAYOUT = SPEC.layout


def without(response: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in response.items() if name not in names}


@pytest.mark.parametrize("order", [1, -1])
def test_a_late_response_changes_no_measure(order: int) -> None:
    """An older response that arrives late leaves the newest members and the longest history."""
    (job,) = surveyed(*[RUNNING, DONE][::order])

    assert (3, 100) == (len(job.entries), job.training)


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_and_an_arn_are_one_job(order: int) -> None:
    """A response without an ARN belongs to the job of its name, whichever came first."""
    assert 1 == len(surveyed(*[without(RUNNING, LAYOUT.arn), DONE][::order]))


def test_a_name_that_is_used_again_is_another_job() -> None:
    """Another creation time makes another job of the same ARN."""
    again = {**DONE, LAYOUT.created: "2026-05-01T00:00:00Z"}

    assert 2 == len(surveyed(DONE, again))


def test_nameless_histories_are_jobs_of_their_own() -> None:
    """A history without name and ARN is told apart by its place."""
    nameless = without(DONE, LAYOUT.arn, LAYOUT.name)

    assert 2 == len(surveyed(nameless, nameless))


def test_what_cannot_be_read_is_counted() -> None:
    """A record that is no response is counted, and nothing else."""
    survey = Survey(SPEC).feed(read_values([json.dumps(DONE) + "\n{broken\n"], SPEC))

    assert (1, 1, 1) == (survey.unreadable, survey.responses, len(list(survey.jobs)))


@pytest.mark.parametrize("command", ["stats", "discover"])
def test_what_cannot_be_read_is_said(command: str, tmp_path: Path) -> None:
    """A record that was left out is told on standard error."""
    file = tmp_path / "a.ndjson"
    file.write_text(json.dumps(DONE) + "\n{broken\n", encoding="utf-8")
    result = CliRunner().invoke(main, [command, str(file)])

    assert (0, True) == (result.exit_code, "1 record cannot be read" in result.stderr)
