"""Jobs, money, capacity: what `trainstate stats` says of waiting and cost."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.render.recordings import entry, response, run, write
from trainstate.stats.measure import LONGEST, stable_reason

SPOT = {"EnableManagedSpotTraining": True}
KEPT = {"WarmPoolStatus": {"Status": "Available", "ResourceRetainedBillableTimeInSeconds": 100}}
CSV = "instance_type,price,currency,region\nml.m5.large,36,EUR,\nml.m5.large,72,EUR,us-west-2\n"


def trained() -> dict[str, Any]:
    """A spot job of two instances with two attempts, which a warm pool outlived."""
    entries = [
        entry("Starting", 0, 60),
        entry("Training", 60, 160),
        entry("Interrupted", 160, 190),
        entry("Starting", 190, 230),
        entry("Training", 230, 280),
        entry("Uploading", 280, 290),
        entry("Completed", 290, 290),
    ]
    job = response("trained", *entries, primary="Completed", secondary="Completed")
    job["ResourceConfig"]["InstanceCount"] = 2
    ended = {"TrainingTimeInSeconds": 200, "BillableTimeInSeconds": 120}
    return job | SPOT | KEPT | ended


def waited(name: str, primary: str, secondary: str, **members: Any) -> dict[str, Any]:
    """A job that ended without an instance."""
    entries = [entry("Starting", 0, 10), entry("Pending", 10, 110), entry(secondary, 110, 110)]
    return response(name, *entries, primary=primary, secondary=secondary) | members


@pytest.fixture
def jobs(tmp_path: Path) -> str:
    """One job that trained, one that gave up, and one that was stopped while it waited."""
    reason = (
        "CapacityError: no capacity for request 5f2a9c1e-0000-4444-8888-1234567890ab at 1700000000"
    )
    recorded = [
        trained(),
        waited("gave-up", "Failed", "Failed", FailureReason=reason),
        waited("stopped", "Stopped", "Stopped"),
    ]
    return str(write(tmp_path / "jobs.jsonl", recorded))


@pytest.fixture
def prices(tmp_path: Path) -> str:
    """A price table: 1 cent a second, and twice that in another region."""
    path = tmp_path / "prices.csv"
    path.write_text(CSV)
    return str(path)


def measured(*args: str) -> Any:
    """What `trainstate stats` says, as JSON."""
    return json.loads(run("stats", *args, "--format", "json").stdout)


def test_waiting_is_told_apart_by_status_and_attempt(jobs: str) -> None:
    """Starting and Pending, before the first attempt and between two."""
    rows = measured(jobs)["waiting"]["statuses"]
    told = {(row["status"], row["when"]): (row["count"], row["total"]) for row in rows}

    assert told == {
        ("Starting", "before the first attempt"): (3, 80),
        ("Starting", "between attempts"): (1, 40),
        ("Pending", "before the first attempt"): (2, 200),
    }


def test_groups_say_who_waited_in_vain(jobs: str) -> None:
    """By type, market, region, day and hour: median, p90, granted, given up, stopped."""
    groups = {(row["by"], row["group"]): row for row in measured(jobs)["waiting"]["groups"]}
    on_demand, spot = groups["market", "on-demand"], groups["market", "spot"]

    assert ["instance_type", "market", "region", "day", "hour"] == list(
        dict.fromkeys(by for by, _ in groups)
    )
    assert (0, 1, 1) == tuple(on_demand[name] for name in ("granted", "gave_up", "stopped"))
    assert (1, 0, 0) == tuple(spot[name] for name in ("granted", "gave_up", "stopped"))
    assert (2, 110, 110) == tuple(on_demand["waited"][name] for name in ("count", "median", "p90"))
    assert {"ml.m5.large", "us-east-1", "2023-11-14", "22:00"} <= {name for _, name in groups}


def test_money_is_time_times_instances_times_the_price(jobs: str, prices: str) -> None:
    """What has no price is counted by its type."""
    cost = measured(jobs, "--prices", prices)["cost"]
    assert cost == {
        "currency": "EUR",
        "jobs": 3,
        "trained": 4.0,
        "billed": 2.4,
        "saved": 1.6,
        "lost": 2.6,
        "retained": 2.0,
        "unpriced": [],
    }
    Path(prices).write_text(CSV.replace("ml.m5", "ml.m4"))
    other = measured(jobs, "--prices", prices)["cost"]
    assert other["unpriced"] == [{"instance_type": "ml.m5.large", "region": "us-east-1", "jobs": 3}]


PRICE = {"unit": "Hrs", "pricePerUnit": {"USD": "36.0"}}
OFFER: dict[str, Any] = {
    "product": {"attributes": {"usagetype": "USE1-Train:ml.m5.large", "regionCode": "us-east-1"}},
    "terms": {"OnDemand": {"x.y": {"priceDimensions": {"z": PRICE}}}},
}
HOSTED = {
    "product": {"attributes": {"usagetype": "USE1-Host:ml.m5.large", "regionCode": "us-east-1"}},
    "terms": OFFER["terms"],
}
FILE = {
    "products": {"one": OFFER["product"], "two": HOSTED["product"]},
    "terms": {"OnDemand": {"one": OFFER["terms"]["OnDemand"], "two": {}}},
}


@pytest.mark.parametrize(
    "listed",
    [FILE, {"PriceList": [json.dumps(OFFER), json.dumps(HOSTED)]}, [OFFER, HOSTED]],
    ids=["offer file", "get-products", "list"],
)
def test_the_price_list_of_aws_is_read(jobs: str, tmp_path: Path, listed: Any) -> None:
    """The offer file, and what GetProducts answers; hosting is no training."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(listed))
    cost = measured(jobs, "--prices", str(path))["cost"]

    assert (cost["currency"], cost["billed"]) == ("USD", 2.4)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "is not a price table; expected a CSV with the columns"),
        ("instance_type,price,currency\nml.m5.large,dear,USD\n", "is not a price table"),
        ("instance_type,price,currency\na,1,USD\nb,1,EUR\n", "has the currencies EUR, USD"),
        ('{"PriceList": []}', "has no price of training instances"),
        ("[1]", "is not a price table"),
        ("", "has no price"),
    ],
)
def test_what_is_no_price_table_is_refused(jobs: str, tmp_path: Path, text: str, says: str) -> None:
    """With what is expected; nothing is guessed."""
    path = tmp_path / "prices"
    path.write_text(text)
    result = run("stats", jobs, "--prices", str(path))

    assert result.exit_code == 2
    assert says in result.stderr


def test_a_row_a_job(jobs: str, prices: str, tmp_path: Path) -> None:
    """As a table, CSV, JSON and Parquet; the same numbers in each."""
    asked = ("stats", jobs, "--per-job", "--prices", prices, "--reasons")
    rows = json.loads(run(*asked, "--format", "json").stdout)
    assert [row["cost"] for row in rows] == [4.4, 0, 0]
    first = {"waited": 100, "waited_first": 60, "waited_between": 40, "granted": True, "lost": 130}
    assert first.items() <= rows[0].items()
    assert rows[1]["reason"] == "CapacityError: no capacity for request … at …"

    table = csv.DictReader(io.StringIO(run(*asked, "--format", "csv").stdout))
    assert [row["outcome"] for row in table] == [row["outcome"] for row in rows]
    assert "gave-up" in run(*asked).stdout
    assert "4.40 EUR" in run(*asked).stdout
    parquet = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "jobs.parquet"
    assert run(*asked, "--format", "parquet", "-o", str(target)).exit_code == 0
    assert parquet.read_table(target).to_pylist() == rows


@pytest.mark.parametrize(
    "more", [(), ("--per-job",), ("--per-job", "-o", "/nowhere/at/all/jobs.parquet")]
)
def test_parquet_has_rows_and_a_file(jobs: str, more: tuple[str, ...]) -> None:
    """Anything else is misuse."""
    pytest.importorskip("pyarrow")

    assert run("stats", jobs, "--format", "parquet", *more).exit_code == 2


def test_the_tables_and_the_csv_have_it_all(jobs: str, prices: str) -> None:
    """Waiting by what tells jobs apart, cost, reasons."""
    text = run("stats", jobs, "--prices", prices, "--reasons").stdout
    rows = run("stats", jobs, "--prices", prices, "--format", "csv").stdout

    assert "Waiting by market" in text
    assert "Waiting by region" not in text  # all jobs share one
    assert "Cost in EUR of 3 priced jobs" in text
    assert "CapacityError: no capacity for request … at …" in text
    assert "waiting by market,on-demand,gave_up,1\n" in rows
    assert "cost,EUR,billed,2.4\n" in rows


@pytest.mark.parametrize(
    ("reason", "stable"),
    [
        ("Exit code 137\nin /opt/ml/code/train.py", "Exit code 137 in …"),
        ("no object s3://bucket/key for arn:aws:iam::1:role/x", "no object … for …"),
        ("worker 48213 died after 12.75 s", "worker … died after … s"),
        ("x" * 5000, "x" * LONGEST),
    ],
)
def test_reasons_are_grouped_by_what_stays(reason: str, stable: str) -> None:
    """Addresses, ids, times and large numbers are those of one job."""
    assert stable == stable_reason(reason)
