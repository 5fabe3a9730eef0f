"""An AWS Lambda handler for EventBridge's "SageMaker Training Job State Change" events.

Events come late, twice and in any order, and two invocations may run at once. The
tracker makes sense of the events; the store keeps it, with a version that only one of
two writers can move on (optimistic locking). What a change brings about is therefore
done by one invocation only, after its write has succeeded.

Set the environment variable TABLE to a DynamoDB table with the string key `job`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

from trainstate.track import STRICT, Action, Policy, Tracker, Update

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})
TRIES = 10


class Store(Protocol):
    """Keeps a text for a key, with a version: the shape of a DynamoDB table."""

    def get(self, key: str) -> tuple[str, int] | None:
        """The text and its version; None where there is none."""
        ...

    def put(self, key: str, text: str, *, version: int, expected: int | None) -> bool:
        """Writes where the version is still the expected one (None: no text); holds if it was."""
        ...


class Conflict(RuntimeError):
    """Other invocations wrote all the time: let EventBridge deliver the event again."""


def handle(event: Mapping[str, Any], store: Store, *, policy: Policy = POLICY) -> dict[str, Any]:
    """Takes an event in, and says what it changed and what is to be done."""
    arn = event["detail"]["TrainingJobArn"]
    for _ in range(TRIES):
        kept = store.get(arn)
        tracker = Tracker(job=arn) if kept is None else Tracker.from_json(kept[0])
        update = tracker.observe(dict(event))
        if update.is_stale or (update.is_repeat and kept is not None):
            return _answer(update, policy, acted=False)
        version = 0 if kept is None else kept[1]
        expected = None if kept is None else kept[1]
        if store.put(arn, tracker.to_json(), version=version + 1, expected=expected):
            return _answer(update, policy, acted=True)
    raise Conflict(f"{TRIES} writes for {arn} met another one's")


def _answer(update: Update, policy: Policy, *, acted: bool) -> dict[str, Any]:
    """What a caller, a queue or a log wants to know."""
    action = policy.action(update.outcome)
    return {
        "state": str(update.state),
        "outcome": str(update.outcome),
        "changes": [str(change) for change in update.changes] if acted else [],
        "findings": [finding.name for finding in update.findings],
        "action": str(action if acted else Action.WAIT),
    }


class DynamoStore:
    """A store in a DynamoDB table; ``table`` is boto3's Table resource."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def get(self, key: str) -> tuple[str, int] | None:
        """The text and its version, read consistently."""
        found = self._table.get_item(Key={"job": key}, ConsistentRead=True).get("Item")
        return None if found is None else (found["tracker"], int(found["version"]))

    def put(self, key: str, text: str, *, version: int, expected: int | None) -> bool:
        """Writes on the condition that the version is the expected one."""
        condition = {"ConditionExpression": "attribute_not_exists(version)"}
        if expected is not None:
            condition = {
                "ConditionExpression": "version = :expected",
                "ExpressionAttributeValues": {":expected": expected},  # type: ignore[dict-item]
            }
        try:
            item = {"job": key, "tracker": text, "version": version}
            self._table.put_item(Item=item, **condition)
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """The entry point that AWS Lambda calls."""
    import boto3

    return handle(event, DynamoStore(boto3.resource("dynamodb").Table(os.environ["TABLE"])))
