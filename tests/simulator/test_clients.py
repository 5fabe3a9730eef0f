"""Clients that no one here wrote talk to the server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.served import Connect, Serve
from trainstate.simulator import on_demand

COURSES = Path(__file__).parents[2] / "examples" / "clients"


def output(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """What a client's course prints; its failure fails the test."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_boto3_runs_its_course(serve: Serve) -> None:
    """Created, waited for, stopped, listed with pages, refused, deleted."""
    url, _ = serve("--speed", "600")
    said = output(sys.executable, str(COURSES / "boto3_course.py"), url)

    assert "deleted" == said.splitlines()[-1]
    assert "[2, 1]" in said


@pytest.mark.slow
@pytest.mark.parametrize("named", ["TRAINSTATE_AWS_CLI", "TRAINSTATE_AWS_CLI_2"])
def test_the_aws_cli_runs_its_course(serve: Serve, named: str) -> None:
    """The same with the command line, and `wait training-job-completed-or-stopped` ends."""
    aws = os.environ.get(named) or (shutil.which("aws") if named.endswith("CLI") else None)
    if aws is None:
        pytest.skip(
            f"no AWS CLI: pip install awscli, or for 2 see .ci/peers, and name it in {named}"
        )
    # Each call of the CLI takes a second or so: the jobs last until all of them are made.
    url, _ = serve("--speed", "400", "--scenario", "on_demand().training('55m').then_completed()")
    said = output("sh", str(COURSES / "awscli.sh"), url, AWS=aws, PAUSE="10")

    assert "deleted" == said.splitlines()[-1]


@pytest.mark.slow
def test_the_javascript_sdk_runs_its_course(serve: Serve, tmp_path: Path) -> None:
    """The same with @aws-sdk/client-sagemaker; times are dates, errors have their names."""
    modules = os.environ.get("TRAINSTATE_NODE_MODULES")
    node = shutil.which("node")
    if node is None or modules is None:
        pytest.skip(
            "no node, or no TRAINSTATE_NODE_MODULES: npm install @aws-sdk/client-sagemaker,"
            " and name its folder node_modules there"
        )
    (tmp_path / "node_modules").symlink_to(modules)
    shutil.copy(COURSES / "javascript.mjs", tmp_path)
    url, _ = serve("--speed", "600")

    assert "deleted" == output(node, "javascript.mjs", url, cwd=tmp_path).splitlines()[-1]


LINES = "on_demand().training('5m').printing('one loss=0.5', 'two loss=0.25').then_completed()"


@pytest.mark.slow
def test_the_sagemaker_sdk_2_runs_its_course(serve: Serve) -> None:
    """`fit` shows the script's lines, `attach` finds the model, a tuner finds the best job."""
    python = os.environ.get("TRAINSTATE_SDK2_PYTHON")
    if python is None:
        pytest.skip("no TRAINSTATE_SDK2_PYTHON: the Python that has sagemaker<3")
    url, _ = serve("--speed", "120", "--scenario", LINES)
    said = output(python, str(COURSES / "sagemaker_sdk2.py"), url)

    assert said.count("two loss=0.25") >= 2
    assert "attached s3://example-bucket/output/" in said
    assert "tuned 3 train-" in said
    assert "done" == said.splitlines()[-1]


@pytest.mark.slow
def test_the_sagemaker_sdk_3_runs_its_course(serve: Serve) -> None:
    """A trainer with a role that moto has, beside."""
    python = os.environ.get("TRAINSTATE_SDK3_PYTHON")
    if python is None:
        pytest.skip("no TRAINSTATE_SDK3_PYTHON: the Python that has sagemaker>=3")
    pytest.importorskip("flask", reason="moto's server is not installed")
    url, _ = serve("--speed", "120", "--scenario", LINES, "--beside", "moto")
    said = output(python, str(COURSES / "sagemaker_sdk3.py"), url)

    assert "Completed s3://example-bucket/output/" in said
    assert "done" == said.splitlines()[-1]


@pytest.mark.slow
def test_airflow_runs_its_course(serve: Serve) -> None:
    """The provider's own operator waits with logs, its sensor senses, its trigger fires."""
    python = os.environ.get("TRAINSTATE_AIRFLOW_PYTHON")
    if python is None:
        pytest.skip("no TRAINSTATE_AIRFLOW_PYTHON: the Python that has Airflow's Amazon provider")
    url, _ = serve("--speed", "120", "--scenario", LINES)
    said = output(python, str(COURSES / "airflow_course.py"), url)

    for line in ("operator Completed", "sensor done", "trigger success", "deferred Completed"):
        assert line in said
    assert "two loss=0.25" in said


@pytest.mark.slow
def test_cloud_custodian_finds_and_stops_jobs(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    """Its list, its tags and its stop, through the endpoint of the environment."""
    custodian = os.environ.get("TRAINSTATE_CUSTODIAN")
    if custodian is None:
        pytest.skip("no TRAINSTATE_CUSTODIAN: pip install c7n, and name its `custodian` there")
    url, _ = serve("--speed", "0")
    client = connect(url)
    for name, team in (("job-1", "a"), ("job-2", "b")):
        client.create_training_job(
            **on_demand().request(name, Tags=[{"Key": "team", "Value": team}])
        )
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "policies:\n- name: stop\n  resource: sagemaker-job\n"
        "  filters: [{'tag:team': a}]\n  actions: [stop]\n"
    )
    output(
        *(custodian, "run", "--region", "us-east-1", "-s", str(tmp_path / "out"), str(policy)),
        AWS_ENDPOINT_URL=url,
        AWS_ACCESS_KEY_ID="any",
        AWS_SECRET_ACCESS_KEY="any",
    )
    statuses = [
        client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        for name in ("job-1", "job-2")
    ]

    assert ["Stopping", "InProgress"] == statuses


def test_one_endpoint_serves_a_whole_script(serve: Serve) -> None:
    """What is not about training goes to moto beside: a bucket, a model, its tags."""
    pytest.importorskip("flask", reason="moto's server is not installed")
    url, _ = serve("--speed", "0", "--beside", "moto")
    session = boto3.Session("any", "any", region_name="us-east-1")
    clients = {
        name: session.client(name, endpoint_url=url) for name in ("s3", "sagemaker", "sts", "logs")
    }
    clients["s3"].create_bucket(Bucket="example-bucket")
    clients["s3"].put_object(Bucket="example-bucket", Key="a/b c", Body=b"data")
    model = clients["sagemaker"].create_model(
        ModelName="model",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/example-role",
        Tags=[{"Key": "team", "Value": "a"}],
    )
    clients["sagemaker"].create_training_job(**on_demand().request("job"))
    clients["logs"].create_log_group(logGroupName="mine")
    with pytest.raises(ClientError, match="UnknownOperation"):
        clients["sagemaker"].list_workforces()
    client = clients["sagemaker"]

    assert b"data" == clients["s3"].get_object(Bucket="example-bucket", Key="a/b c")["Body"].read()
    assert 1 == len(clients["s3"].list_buckets()["Buckets"])
    assert "a" == client.list_tags(ResourceArn=model["ModelArn"])["Tags"][0]["Value"]
    assert 1 == len(client.list_training_jobs()["TrainingJobSummaries"])
    assert "123456789012" == clients["sts"].get_caller_identity()["Account"]
    assert "mine" == clients["logs"].describe_log_groups()["logGroups"][0]["logGroupName"]
