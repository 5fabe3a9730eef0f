"""Whatever is asked of the simulator, and whenever: what it shows is consistent."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st

import trainstate
from trainstate.simulator import on_demand, simulate, spot
from trainstate.spec.model import Evidence

NAMES = ("one", "two")
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1"
RESOURCES = on_demand().request("x")["ResourceConfig"]

MEMBERS: tuple[dict[str, Any], ...] = (
    {},
    {"RetryStrategy": {"MaximumRetryAttempts": 2}},
    {"ResourceConfig": {**RESOURCES, "KeepAlivePeriodInSeconds": 600}},
    {"ResourceConfig": on_demand().requeued().request("x")["ResourceConfig"]},
    {"DebugRuleConfigurations": [{"RuleConfigurationName": "r", "RuleEvaluatorImage": IMAGE}]},
    {"ProfilerConfig": {"S3OutputPath": "s3://example-bucket/profile"}},
    {"StoppingCondition": {"MaxRuntimeInSeconds": 200}},
)

names = st.sampled_from(NAMES)
calls = st.one_of(
    st.tuples(st.just("create"), names, st.booleans(), st.sampled_from(MEMBERS)),
    st.tuples(st.sampled_from(["stop", "delete", "describe"]), names),
    st.tuples(
        st.just("update"),
        names,
        st.sampled_from(
            [
                {"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}},
                {"ResourceConfig": {"KeepAlivePeriodInSeconds": 3_600}},
                {"ProfilerConfig": {"DisableProfiler": True}},
            ]
        ),
    ),
    st.tuples(st.just("advance"), st.sampled_from([0.001, 1, 2, 7.5, 60, 301.3, 3_600, 86_400])),
)


REFUSALS = ("ValidationException", "ResourceInUse")


def accepted(call: Any, **params: Any) -> dict[str, Any] | None:
    """The answer to a call; None where the service refuses it for a reason that it has."""
    try:
        answer: dict[str, Any] = call(**params)
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSALS:
            raise
        return None
    return answer


def made(client: Any, call: tuple[Any, ...]) -> None:
    """Makes a call; what the service refuses is refused."""
    operation, name, *rest = call
    if operation == "create":
        spotty, members = rest
        # A spot job has limits of its own, and no warm pool.
        plain = not {"StoppingCondition", "ResourceConfig"} & members.keys()
        scenario = spot() if spotty and plain else on_demand()
        accepted(client.create_training_job, **scenario.request(name, **members))
    elif operation == "update":
        accepted(client.update_training_job, TrainingJobName=name, **rest[0])
    elif operation != "describe":
        accepted(getattr(client, f"{operation}_training_job"), TrainingJobName=name)


def observed(client: Any) -> list[dict[str, Any]]:
    """What a poll of every job shows at a moment."""
    answers = [accepted(client.describe_training_job, TrainingJobName=name) for name in NAMES]
    return [answer for answer in answers if answer is not None]


# A stop that is asked for while instances are prepared; the limit is reached before it comes.
@example(
    751,
    Evidence.INFERRED,
    [*[("create", "one", False, {})] * 3, ("create", "two", False, MEMBERS[-1])],
)
@given(
    seed=st.integers(0, 10_000),
    level=st.sampled_from([Evidence.RECORDED, Evidence.INFERRED, Evidence.DEPRECATED]),
    program=st.lists(calls, min_size=4, max_size=16),
)
def test_every_program_shows_consistent_jobs(
    seed: int, level: Evidence, program: list[tuple[Any, ...]]
) -> None:
    """No error, no warning but for what is retired and accepted, and CONSISTENT."""
    takes_retired = level is Evidence.DEPRECATED
    retired = {"deprecated-status", "undocumented-pair"} if takes_retired else set[str]()
    seen: list[dict[str, Any]] = []
    with simulate(seed, accept=level) as sm:
        client = sm.client()
        for call in (("create", "one", False, MEMBERS[1]), *program, ("advance", 1_000_000)):
            if call[0] == "advance":
                sm.clock.advance(call[1])
            else:
                made(client, call)
            seen.extend(observed(client))
        listed = client.list_training_jobs()["TrainingJobSummaries"]
    report = trainstate.check(seen)
    wrong = [
        str(found)
        for found in report.findings
        if found.severity != "info" and found.name not in retired
    ]

    assert ([], "CONSISTENT") == (wrong, str(report.verdict))
    assert "CONSISTENT" == str(trainstate.check([*seen, *listed]).verdict)
