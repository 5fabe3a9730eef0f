"""Services with one wrong operation each: the fuzzer finds each by its rule.

Every rule about operations has at least one service here that breaks it and nothing else
about the histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainstate.rules.index import rules
from trainstate.simulator import ApiError, Service, VirtualClock, chooser, on_demand
from trainstate.testing.fuzzing import Subject, fuzz

Params = dict[str, Any]
Answer = dict[str, Any]
Call = Callable[[str, Params], Answer]
Wrong = Callable[["Broken", Call, str, Params], Answer]


class Broken:
    """A client of the reference service, whose calls go through a function that breaks one."""

    def __init__(self, service: Service, wrong: Wrong) -> None:
        self.service = service
        self.wrong = wrong
        self.memory: dict[str, Any] = {}

    def __getattr__(self, method: str) -> Callable[..., Answer]:
        operation = "".join(word.title() for word in method.split("_"))
        return lambda **params: self.wrong(self, self.call, operation, params)

    def call(self, operation: str, params: Params) -> Answer:
        """The service's own answer."""
        try:
            return self.service.call(operation, params)
        except ApiError as error:
            said = {"Error": {"Code": error.code, "Message": error.message}}
            raise ClientError(said, operation) from error


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "any")


def accepts(operation: str) -> Wrong:
    """An operation that accepts what the service refuses."""

    def wrong(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
        try:
            return call(asked, params)
        except ClientError:
            if asked == operation:
                return {}
            raise

    return wrong


def says(operation: str, error: Exception) -> Wrong:
    """An operation that always fails in one way."""

    def wrong(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
        if asked == operation:
            raise error
        return call(asked, params)

    return wrong


def ignores(operation: str) -> Wrong:
    """An operation that is accepted and does nothing."""

    def wrong(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
        if asked == operation:
            call("DescribeTrainingJob", params)
            return {}
        return call(asked, params)

    return wrong


def answers(operation: str, change: Callable[[Answer, Params], Answer]) -> Wrong:
    """An operation whose answer is changed."""

    def wrong(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
        answer = call(asked, params)
        return change(answer, params) if asked == operation else answer

    return wrong


def words(text: str) -> Wrong:
    """Refusals whose text is another."""

    def wrong(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
        try:
            return call(asked, params)
        except ClientError as error:
            raise refusal(error.response["Error"]["Code"], text) from error

    return wrong


def takes_bad_names(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
    if asked == "CreateTrainingJob" and not params["TrainingJobName"][-1].isalnum():
        return {"TrainingJobArn": f"arn:any/{params['TrainingJobName']}"}
    return call(asked, params)


def without_filter(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
    if asked == "ListTrainingJobs":
        params = {name: value for name, value in params.items() if name != "StatusEquals"}
    return call(asked, params)


def unsorted(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
    if asked == "ListTrainingJobs":
        params = {name: value for name, value in params.items() if name != "SortOrder"}
    return call(asked, params)


def listed_as(primary: str) -> Wrong:
    def change(answer: Answer, _params: Params) -> Answer:
        jobs = [{**job, "TrainingJobStatus": primary} for job in answer["TrainingJobSummaries"]]
        return {**answer, "TrainingJobSummaries": jobs}

    return answers("ListTrainingJobs", change)


def doubled(answer: Answer, _params: Params) -> Answer:
    return {**answer, "TrainingJobSummaries": answer["TrainingJobSummaries"] * 2}


def emptied(answer: Answer, _params: Params) -> Answer:
    return {**answer, "TrainingJobSummaries": []}


def of_another(answer: Answer, _params: Params) -> Answer:
    return {"TrainingJobArn": answer["TrainingJobArn"].replace("us-east-1", "eu-west-1")}


def untimed(answer: Answer, _params: Params) -> Answer:
    return {name: value for name, value in answer.items() if "TimeInSeconds" not in name}


def right(_broken: Broken, call: Call, asked: str, params: Params) -> Answer:
    return call(asked, params)


BUGS: list[tuple[str, Wrong]] = [
    ("unimplemented-operation", says("StopTrainingJob", NotImplementedError("not yet"))),
    ("unimplemented-operation", says("ListTrainingJobs", refusal("UnknownOperation", "?"))),
    ("undocumented-error", says("DescribeTrainingJob", KeyError("job"))),
    ("undocumented-error", says("ListTrainingJobs", refusal("InternalFailure", "oops"))),
    ("taken-name-accepted", accepts("CreateTrainingJob")),
    ("missing-job-accepted", accepts("StopTrainingJob")),
    ("missing-job-accepted", accepts("DeleteTrainingJob")),
    ("ended-job-stopped", accepts("StopTrainingJob")),
    ("active-job-deleted", accepts("DeleteTrainingJob")),
    ("invalid-request-accepted", takes_bad_names),
    ("valid-request-refused", says("StopTrainingJob", refusal("ValidationException", "no"))),
    ("misleading-refusal", words("no such job")),
    ("stop-without-effect", ignores("StopTrainingJob")),
    ("deleted-job-remains", ignores("DeleteTrainingJob")),
    ("created-differently", answers("CreateTrainingJob", of_another)),
    ("missing-training-time", answers("DescribeTrainingJob", untimed)),
    ("list-filter-ignored", without_filter),
    ("job-missing-from-list", answers("ListTrainingJobs", emptied)),
    ("list-disagrees", listed_as("Failed")),
    ("list-out-of-order", unsorted),
    ("listed-twice", answers("ListTrainingJobs", doubled)),
]
ELSEWHERE = {
    *("never-ends", "born-finished", "spot-never-interrupted"),
    "contradicting-answers",  # test_beside
}


def service(wrong: Wrong, scenario: Any = None) -> Any:
    """What makes clients of a broken service, for the fuzzer."""

    @contextmanager
    def make(seed: int) -> Iterator[Subject]:
        clock = VirtualClock()
        plot = chooser(seed if scenario is None else scenario)
        client = Broken(Service(choose=plot, clock=clock), wrong)
        yield Subject(client=client, advance=clock.advance)

    return make


@pytest.mark.parametrize(("rule", "wrong"), BUGS)
def test_a_wrong_operation_is_found(rule: str, wrong: Wrong) -> None:
    """The rule finds the operation among the first programs, and shows it in a few calls."""
    report = fuzz(service(wrong), max_examples=70, seconds=None, select=[rule])

    assert {rule} == {found.finding.name for found in report}
    assert max(len(found.program.calls) for found in report) <= 6


def test_a_right_service_is_left_alone() -> None:
    """The service behind the broken ones has none of their faults."""
    report = fuzz(service(right), max_examples=120, seconds=None, select=["TS9"])

    assert [] == [str(found.finding) for found in report]


def test_a_job_that_hangs_is_found() -> None:
    """A job that outlives its limits is an error, and the program is its creation and the wait."""
    hanging = service(right, on_demand().starting("1s").then_hanging())
    report = fuzz(hanging, max_examples=10, seconds=None, select=["never-ends"])

    assert ["never-ends"] == [found.finding.name for found in report]
    assert "create a plain; finish a" == str(report.discoveries[0].program)


def test_a_service_without_interruptions_is_told_so() -> None:
    """Spot jobs that always go one way are a warning."""
    plain = service(right, on_demand().then_completed())
    report = fuzz(plain, max_examples=90, seconds=None, select=["TS931"])

    assert ["spot-never-interrupted"] == [found.finding.name for found in report]


def test_every_rule_about_operations_is_broken_here() -> None:
    """A rule without a service that breaks it is a rule that nothing holds."""
    stated = {rule.name for rule in rules() if rule.scope == "operation"}

    assert stated == {rule for rule, _ in BUGS} | ELSEWHERE
