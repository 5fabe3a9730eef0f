"""Lists and searches: filters, order and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainstate.simulator import Simulation, on_demand, simulate

PLAIN = on_demand().then_completed()


@pytest.fixture(scope="module")
def sm() -> Iterator[Simulation]:
    """Seven jobs, one an hour; the last has not ended."""
    with simulate({"b*": on_demand().then_failed(), "*": PLAIN}) as simulation:
        client = simulation.client()
        for name in ("a-1", "b-1", "a-2", "b-2", "a-3", "b-3", "a-4"):
            client.create_training_job(
                **PLAIN.request(
                    name,
                    HyperParameters={"rate": name[-1]},
                    Tags=[{"Key": "team", "Value": name[0]}],
                )
            )
            simulation.clock.advance("1h" if name != "a-4" else "1m")
        yield simulation


def listed(sm: Simulation, **params: Any) -> list[str]:
    pages = sm.client().get_paginator("list_training_jobs").paginate(**params)
    return [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]


def found(sm: Simulation, *filters: tuple[str, ...], operator: str = "And") -> list[str]:
    expression = {
        "Filters": [
            dict(zip(("Name", "Operator", "Value"), words, strict=False)) for words in filters
        ],
        "Operator": operator,
    }
    pages = (
        sm.client()
        .get_paginator("search")
        .paginate(Resource="TrainingJob", SearchExpression=expression, SortBy="CreationTime")
    )
    names = [job["TrainingJob"]["TrainingJobName"] for page in pages for job in page["Results"]]
    return names[::-1]


def test_pages_hold_every_job_once(sm: Simulation) -> None:
    """Whatever the size of a page, in the order of the creation."""
    expected = ["a-1", "b-1", "a-2", "b-2", "a-3", "b-3", "a-4"]

    assert [expected] * 4 == [
        listed(sm, PaginationConfig={"PageSize": size}) for size in (1, 2, 3, 7)
    ]


def test_a_filter_comes_before_the_cut(sm: Simulation) -> None:
    """No page is empty while another follows."""
    page = sm.client().list_training_jobs(NameContains="b-", MaxResults=1)

    assert ["b-1"] == [job["TrainingJobName"] for job in page["TrainingJobSummaries"]]


def test_the_status_is_filtered_after_the_cut(sm: Simulation) -> None:
    """With MaxResults a page may be empty while another follows, as AWS documents it."""
    page = sm.client().list_training_jobs(StatusEquals="Failed", MaxResults=1)

    assert ([], True) == (page["TrainingJobSummaries"], "NextToken" in page)
    assert ["b-1", "b-2", "b-3"] == listed(
        sm, StatusEquals="Failed", PaginationConfig={"PageSize": 2}
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"StatusEquals": "InProgress"}, ["a-4"]),
        ({"NameContains": "B-"}, ["b-1", "b-2", "b-3"]),
        ({"CreationTimeAfter": "2026-01-02T14:30:00Z"}, ["b-3", "a-4"]),
        ({"CreationTimeBefore": "2026-01-02T10:30:00Z"}, ["a-1"]),
        ({"LastModifiedTimeBefore": "2026-01-02T11:00:00Z"}, ["a-1"]),
        ({"SortBy": "Name", "NameContains": "2"}, ["a-2", "b-2"]),
        ({"SortBy": "Name", "SortOrder": "Descending", "NameContains": "2"}, ["b-2", "a-2"]),
        ({"SortBy": "Status", "NameContains": "3"}, ["a-3", "b-3"]),
        ({"WarmPoolStatusEquals": "Available"}, []),
    ],
    ids=str,
)
def test_filters_and_order(sm: Simulation, params: dict[str, Any], expected: list[str]) -> None:
    """Each filter and each order does what its name says."""
    assert expected == listed(sm, **params)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("TrainingJobStatus", "Equals", "Failed")], ["b-1", "b-2", "b-3"]),
        ([("TrainingJobStatus", "NotEquals", "Completed")], ["b-1", "b-2", "b-3", "a-4"]),
        ([("TrainingJobName", "Contains", "-2")], ["a-2", "b-2"]),
        ([("TrainingJobName", "In", "a-1,b-3")], ["a-1", "b-3"]),
        ([("CreationTime", "GreaterThan", "2026-01-02T15:00:00Z")], ["a-4"]),
        ([("TrainingTimeInSeconds", "GreaterThan", "1"), ("Tags.team", "Equals", "b")], None),
        ([("HyperParameters.rate", "GreaterThanOrEqualTo", "3")], ["a-3", "b-3", "a-4"]),
        ([("FailureReason", "Exists")], ["b-1", "b-2", "b-3"]),
        ([("TrainingEndTime", "NotExists")], ["a-4"]),
    ],
    ids=str,
)
def test_search_filters(
    sm: Simulation, filters: list[tuple[str, ...]], expected: list[str] | None
) -> None:
    """Texts, numbers, times, tags and parts of structures can be searched for."""
    assert (expected or ["b-1", "b-2", "b-3"]) == found(sm, *filters)


def test_a_search_sorts_by_any_property(sm: Simulation) -> None:
    """Jobs without the property come first, numbers are no texts, pages hold each once."""
    pages = (
        sm.client()
        .get_paginator("search")
        .paginate(
            Resource="TrainingJob",
            SortBy="TrainingTimeInSeconds",
            SortOrder="Ascending",
            PaginationConfig={"PageSize": 2},
        )
    )
    names = [job["TrainingJob"]["TrainingJobName"] for page in pages for job in page["Results"]]

    assert ("a-4", 7) == (names[0], len(set(names)))


def test_search_expressions_are_joined(sm: Simulation) -> None:
    """One condition is enough where the operator says so."""
    names = [("TrainingJobName", "Equals", "a-1"), ("TrainingJobName", "Equals", "b-1")]

    assert [["a-1", "b-1"], []] == [found(sm, *names, operator=word) for word in ("Or", "And")]


@pytest.mark.parametrize("token", ["x", "bm8=", "WzEsIDJd"])
def test_a_foreign_token_is_refused(sm: Simulation, token: str) -> None:
    """A page begins only where another ended."""
    with pytest.raises(ClientError, match="NextToken"):
        sm.client().list_training_jobs(NextToken=token)


def test_a_summary_has_the_members_of_a_summary(sm: Simulation) -> None:
    """It shows the secondary status, and nothing of the configuration."""
    summary = sm.client().list_training_jobs(NameContains="a-1")["TrainingJobSummaries"][0]

    assert "Completed" == summary["SecondaryStatus"]
    assert not {"HyperParameters", "RoleArn"} & summary.keys()
