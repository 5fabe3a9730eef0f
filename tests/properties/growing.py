"""Inputs of any size, each of one kind: what grows in them is named, everything else stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

BORN = 1_767_348_000
CYCLE = ("Starting", "Downloading", "Training", "Interrupted")
STATUS_LINE = "2026-01-02 10:00:00 Starting - Starting the training job...\n"
Row = dict[str, Any]


@frozen
class Growing:
    """A kind of input: ``made(n)`` has n of what grows; ``start`` is a size to begin with."""

    name: str
    made: Callable[[int], bytes]
    start: int = 200


def response(number: int = 0, **members: Any) -> Row:
    """A response of a job by its number, in progress, as the raw API writes it."""
    name = f"job-{number}"
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "CreationTime": BORN,
        "LastModifiedTime": BORN,
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "EnableManagedSpotTraining": True,
        "RetryStrategy": {"MaximumRetryAttempts": 30},
        **members,
    }


def history(statuses: Iterable[str], *, gap: int = 0) -> Row:
    """The members of a response with these entries, a minute each; the last is open."""
    names = list(statuses)
    entries: list[Row] = [
        {"Status": name, "StartTime": BORN + 60 * at, "EndTime": BORN + 60 * (at + 1) - gap}
        for at, name in enumerate(names)
    ]
    del entries[-1]["EndTime"]
    return {
        "SecondaryStatus": names[-1],
        "LastModifiedTime": entries[-1]["StartTime"],
        "SecondaryStatusTransitions": entries,
    }


def lines(rows: Iterable[Row]) -> bytes:
    """Rows as NDJSON."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def notebook(outputs: Iterable[str]) -> bytes:
    """A notebook with a cell for each output."""
    cells = [{"cell_type": "code", "outputs": [{"text": [output]}]} for output in outputs]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


def event(**members: Any) -> Row:
    """An EventBridge event of a job."""
    return {"detail-type": "SageMaker Training Job State Change", "detail": response(**members)}


def evaluations(number: int, status: str) -> Row:
    """A response with so many rule evaluations."""
    row = {"RuleEvaluationStatus": status}
    named = [{"RuleConfigurationName": f"rule-{at}", **row} for at in range(number)]
    return response(DebugRuleEvaluationStatuses=named)


def changing(number: int, at: int, **members: Any) -> Row:
    """A response without a history, in a status that is another one each time."""
    return response(SecondaryStatus=CYCLE[number % 4], LastModifiedTime=BORN + at, **members)


def beside(rows: list[Row]) -> bytes:
    """Responses without a history after one that has one of eight entries."""
    whole = response(**history(CYCLE * 2) | {"LastModifiedTime": BORN + 500})
    return lines([whole, *rows])


PRINTED = "{'TrainingJobStatus': 'InProgress'}\n"

KINDS = (
    Growing("jobs", lambda n: lines(response(at, **history(["Starting"])) for at in range(n))),
    Growing("jobs without a history", lambda n: lines(response(at) for at in range(n))),
    Growing(
        "jobs of one name, one after the other",
        lambda n: lines(response(CreationTime=BORN + at) for at in range(n)),
    ),
    Growing(
        "jobs of one name, in turns",
        lambda n: lines(
            response(CreationTime=BORN + 60 * (at % n), LastModifiedTime=BORN + 60 * (at % n) + 30)
            for at in range(2 * n)
        ),
        900,
    ),
    Growing(
        "polls of one state",
        lambda n: lines(
            response(**history(["Starting"]) | {"LastModifiedTime": BORN + at}) for at in range(n)
        ),
    ),
    Growing("polls that say the same", lambda n: lines([response(**history(["Starting"]))] * n)),
    Growing("entries", lambda n: lines([response(**history(CYCLE * n))])),
    Growing("entries with gaps", lambda n: lines([response(**history(CYCLE * n, gap=9))])),
    Growing(
        "entries that no machine allows",
        lambda n: lines([response(**history(("Uploading", "Starting") * n))]),
    ),
    Growing("entries of no known status", lambda n: lines([response(**history(["Dreaming"] * n))])),
    Growing(
        "entries that are none", lambda n: lines([response(SecondaryStatusTransitions=[3] * n)])
    ),
    Growing(
        "polls without a history",
        lambda n: lines(
            response(SecondaryStatus=CYCLE[at % 4], LastModifiedTime=BORN + at) for at in range(n)
        ),
    ),
    Growing(
        "polls without a history, backwards",
        lambda n: lines(changing(at, at) for at in reversed(range(n))),
    ),
    Growing(
        "polls without a history, in no order",
        lambda n: lines(changing(at, at) for at in (number * 617 % n for number in range(n))),
    ),
    Growing(
        "polls without a history at one moment", lambda n: lines(changing(at, 0) for at in range(n))
    ),
    Growing(
        "events at one moment",
        lambda n: lines(
            event(SecondaryStatus=CYCLE[at % 4], LastModifiedTime=BORN * 1000) for at in range(n)
        ),
    ),
    Growing(
        "polls without a history after one",
        lambda n: beside([changing(at, 600 + at) for at in range(n)]),
    ),
    Growing(
        "polls without a history after one, backwards",
        lambda n: beside([changing(at, 600 + at) for at in reversed(range(n))]),
    ),
    Growing(
        "polls without a history that contradict",
        lambda n: lines(
            response(SecondaryStatus=("Training", "Updating")[at % 2], LastModifiedTime=BORN - at)
            | {"TrainingJobStatus": ("InProgress", "Stopping")[at % 3 == 0]}
            for at in range(n)
        ),
    ),
    Growing(
        "histories that go different ways",
        lambda n: lines(
            response(
                SecondaryStatus="Training",
                LastModifiedTime=BORN + 60 + at,
                SecondaryStatusTransitions=[
                    {"Status": "Starting", "StartTime": BORN, "EndTime": BORN + at},
                    {"Status": "Training", "StartTime": BORN + at},
                ],
            )
            for at in range(n)
        ),
    ),
    Growing(
        "polls that arrive backwards",
        lambda n: lines(
            response(**history(["Starting"]) | {"LastModifiedTime": BORN + n - at})
            for at in range(n)
        ),
    ),
    Growing(
        "changes of a fixed member",
        lambda n: lines(response(**history(["Starting"]), RoleArn=f"role-{at}") for at in range(n)),
    ),
    Growing(
        "events", lambda n: lines(event(LastModifiedTime=(BORN + at) * 1000) for at in range(n))
    ),
    Growing(
        "results of a search",
        lambda n: json.dumps(
            {"Results": [{"TrainingJob": response(at)} for at in range(n)]}
        ).encode(),
    ),
    Growing(
        "unknown members", lambda n: lines([response(**{f"x{at}": at for at in range(n)})]), 9000
    ),
    Growing(
        "members in snake_case",
        lambda n: lines(
            [{"training_job_status": "InProgress", **{f"x_{at}": at for at in range(n)}}]
        ),
        9000,
    ),
    Growing("rule evaluations", lambda n: lines([evaluations(n, "InProgress")] * 2)),
    Growing("printed values with a fault", lambda n: b"x = {'TrainingJobStatus': f()}\n" * n),
    Growing("brackets that nothing closes", lambda n: b"[" * n, 20_000),
    Growing("braces that nothing closes", lambda n: b"{" * n, 20_000),
    Growing("objects that nothing closes", lambda n: b'{"a":' * n, 9000),
    Growing("Python objects that nothing closes", lambda n: b"{'a': " * n, 9000),
    Growing("lines that nothing closes", lambda n: b'{"TrainingJobStatus": 1\n' * n, 2000),
    Growing("escaped quotes", lambda n: b'{"TrainingJobStatus": "' + b'\\"' * n, 90_000),
    Growing("numbers in an array", lambda n: b"[" + b"1," * n + b"1]", 9000),
    Growing("other objects in an array", lambda n: b"[" + b'{"a":1},' * n + b'{"b":1}]', 2000),
    Growing(
        "digits", lambda n: b'{"TrainingJobStatus":"x","CreationTime":' + b"9" * n + b"}", 90_000
    ),
    Growing("blank lines", lambda n: b" \n" * n, 90_000),
    Growing("status lines", lambda n: STATUS_LINE.encode() * n, 900),
    Growing(
        "jobs in a log",
        lambda n: (STATUS_LINE + STATUS_LINE.replace("Starting -", "Uploading -")).encode() * n,
    ),
    Growing("status lines on one line", lambda n: STATUS_LINE.strip().encode() * n, 900),
    Growing(
        "stamps on one line", lambda n: (STATUS_LINE + "2026-01-02 10:00:00   " * n).encode(), 900
    ),
    Growing("dots after a status", lambda n: (STATUS_LINE + "." * n).encode(), 90_000),
    Growing("carriage returns", lambda n: (STATUS_LINE + "\r" * n).encode(), 20_000),
    Growing("escape sequences", lambda n: (STATUS_LINE + "\x1b[" * n).encode(), 20_000),
    Growing(
        "totals on one line", lambda n: (STATUS_LINE + "Training seconds: " * n).encode(), 9000
    ),
    Growing("cells of a notebook", lambda n: notebook([STATUS_LINE] * n)),
    Growing("values in a cell", lambda n: notebook([PRINTED * n])),
    Growing("brackets in a cell", lambda n: notebook(["{\n" * n + PRINTED]), 2000),
    Growing("printed dictionaries", lambda n: PRINTED.encode() * n, 500),
    Growing(
        "bytes that are no UTF-8",
        lambda n: b'{"TrainingJobStatus":"' + b"\xff" * n + b'"}',
        90_000,
    ),
)
"""Every kind whose time has been seen, or feared, to grow faster than the input."""
