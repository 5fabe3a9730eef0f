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
    """Whatever the size of a page; the newest first, as the page of the operation has it."""
    expected = ["a-4", "b-3", "a-3", "b-2", "a-2", "b-1", "a-1"]

    assert [expected] * 4 == [
        listed(sm, PaginationConfig={"PageSize": size}) for size in (1, 2, 3, 7)
    ]


@pytest.mark.parametrize("filters", [{"NameContains": "b-"}, {"StatusEquals": "Failed"}], ids=str)
def test_a_page_is_cut_before_it_is_filtered(sm: Simulation, filters: dict[str, Any]) -> None:
    """A page may be empty or short while another follows; all of them hold every job."""
    page = sm.client().list_training_jobs(MaxResults=1, **filters)

    assert ([], True) == (page["TrainingJobSummaries"], "NextToken" in page)
    assert ["b-3", "b-2", "b-1"] == listed(sm, **filters, PaginationConfig={"PageSize": 2})


def test_pages_are_full_where_that_is_asked_for() -> None:
    """With `full_pages` the filter comes first."""
    with simulate(PLAIN, full_pages=True) as simulation:
        client = simulation.client()
        for name in ("b-1", "b-2", "a-1"):
            client.create_training_job(**PLAIN.request(name))
            simulation.clock.advance(1)
        page = client.list_training_jobs(NameContains="b-", MaxResults=1)

        assert ["b-2"] == [job["TrainingJobName"] for job in page["TrainingJobSummaries"]]
        assert ["b-2", "b-1"] == listed(
            simulation, NameContains="b-", PaginationConfig={"PageSize": 1}
        )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"StatusEquals": "InProgress"}, ["a-4"]),
        ({"NameContains": "B-"}, ["b-3", "b-2", "b-1"]),
        ({"CreationTimeAfter": "2026-01-02T14:30:00Z"}, ["a-4", "b-3"]),
        ({"CreationTimeBefore": "2026-01-02T10:30:00Z"}, ["a-1"]),
        ({"LastModifiedTimeBefore": "2026-01-02T11:00:00Z"}, ["a-1"]),
        ({"SortBy": "Name", "SortOrder": "Ascending", "NameContains": "2"}, ["a-2", "b-2"]),
        ({"SortBy": "Name", "SortOrder": "Descending", "NameContains": "2"}, ["b-2", "a-2"]),
        ({"SortBy": "Status", "SortOrder": "Ascending", "NameContains": "3"}, ["a-3", "b-3"]),
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


def test_one_object_meets_all_nested_filters(sm: Simulation) -> None:
    """Conditions on two objects of a list are not met by one."""
    client = sm.client()
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://example-bucket/mnist"}}
    channels = [{"ChannelName": name, "DataSource": source} for name in ("train", "test")]
    with simulate(PLAIN) as simulation:
        client = simulation.client()
        client.create_training_job(**PLAIN.request("job", InputDataConfig=channels))

        def names(*values: str) -> int:
            filters = [
                {"Name": "InputDataConfig.ChannelName", "Operator": "Contains", "Value": value}
                for value in values
            ]
            nested = {"NestedPropertyName": "InputDataConfig", "Filters": filters}
            found = client.search(
                Resource="TrainingJob", SearchExpression={"NestedFilters": [nested]}
            )
            return len(found["Results"])

        uri = {
            "Name": "InputDataConfig.DataSource.S3DataSource.S3Uri",
            "Operator": "Contains",
            "Value": "mnist",
        }
        by_place = {"NestedPropertyName": "InputDataConfig", "Filters": [uri]}
        found = client.search(
            Resource="TrainingJob", SearchExpression={"NestedFilters": [by_place]}
        )

        assert [1, 1, 0] == [names("train"), names("t", "est"), names("train", "test")]
        assert 1 == len(found["Results"])


def test_properties_are_suggested_by_a_part_of_their_names(sm: Simulation) -> None:
    """As many as have the hint."""
    hint = {"PropertyNameQuery": {"PropertyNameHint": "secondarystatus"}}
    said = sm.client().get_search_suggestions(Resource="TrainingJob", SuggestionQuery=hint)

    assert ["SecondaryStatus", "SecondaryStatusTransitions"] == [
        row["PropertyName"] for row in said["PropertyNameSuggestions"]
    ]


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
