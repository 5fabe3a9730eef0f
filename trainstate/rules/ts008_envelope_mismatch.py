"""TS008 envelope-mismatch."""

import json
from collections.abc import Iterator
from typing import Any

from trainstate.history.identity import arn_of, is_masked
from trainstate.history.model import Envelope
from trainstate.rules.example import ACTIVE, Example, poll, text, written
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Event
from trainstate.rules.shown import quoted
from trainstate.rules.wording import time_text

_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/"
_EXPECTED = {"version": "`0`", "id": "a UUID", "time": "a time", "resources": "a list of ARNs"}


def _event(**changed: Any) -> Example:
    envelope: dict[str, Any] = {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "account": "123456789012",
        "time": "2026-01-02T10:01:30Z",
        "region": "eu-west-1",
        "resources": [f"{_ARN}example"],
    }
    detail = written(poll(ACTIVE))
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return text(json.dumps({**envelope, **named, "detail": detail}))


@rule(
    severity="error",
    sources=["guide-eventbridge", "api-event"],
    message="the event's `{member}` is {value}; expected {expected}",
    help="look for a detail that was put into another event's envelope",
    bad=[
        _event(account="210987654321"),
        _event(region="us-east-1"),
        _event(resources=[f"{_ARN}another"]),
        _event(source="my.relay"),
        _event(detail_type="SageMaker Endpoint State Change"),
        _event(time="2026-01-02T09:00:00Z"),
        _event(time="2026-01-04T10:01:30Z"),
        _event(time="noon"),
        _event(version="1"),
        _event(id="the-first"),
        _event(resources="example"),
    ],
    good=[
        _event(),
        _event(time="2026-01-02T10:02:00Z", resources=[f"{_ARN}EXAMPLE"]),
        _event(account="***", region=None, resources=[], time=None),
    ],
)
def envelope_mismatch(event: Event) -> Violations:
    """The envelope of an event belongs to another job, service or time than its detail.

    The service sends an event from the job's account and region, lists the job among the
    event's resources, and sends it in near real time. Another source is only suspicious, as
    relays have their own. So is a time before or long after the last modification: the
    documentation lets a service choose it. EventBridge gives every event version 0 and a UUID.
    What is absent or masked says nothing.
    """
    envelope = event.envelope
    if envelope is None:
        return
    for member, value, expected in (
        *_kinds(envelope, event),
        *_times(envelope, event),
        *_odd(envelope),
    ):
        yield _violation(member, value, expected, Severity.WARNING)
    for member, value, expected in (*_places(envelope, event), *_resources(envelope, event)):
        yield _violation(member, value, expected, None)


Mismatch = tuple[str, str, str]
"""A member of the envelope, its value, and the expected value."""


def _violation(member: str, value: str, expected: str, severity: Severity | None) -> Violation:
    facts = {"member": member, "value": value, "expected": expected}
    return Violation(pointer=f"/{member}", facts=facts, severity=severity)


def _kinds(envelope: Envelope, event: Event) -> Iterator[Mismatch]:
    layout = event.spec.layout
    expected = (
        ("source", envelope.source, f"aws.{layout.service}" if layout.service else ""),
        ("detail-type", envelope.type, layout.event),
    )
    for member, value, fitting in expected:
        if value is not None and fitting and value != fitting and not is_masked(value):
            yield member, quoted(value), f"`{fitting}`"


def _odd(envelope: Envelope) -> Iterator[Mismatch]:
    """Values that the service never writes there."""
    for member, value in envelope.odd:
        if not (isinstance(value, str) and is_masked(value)):
            yield member, quoted(value), _EXPECTED[member]


def _times(envelope: Envelope, event: Event) -> Iterator[Mismatch]:
    tolerances, sent = event.tolerances, envelope.time
    modified = event.modified or event.created
    if sent is None or modified is None:
        return
    early = modified - sent > tolerances.microseconds("doubt")
    if early or sent - modified > tolerances.microseconds("delivery"):
        yield "time", time_text(sent), f"soon after {time_text(modified)}"


def _places(envelope: Envelope, event: Event) -> Iterator[Mismatch]:
    """The account and the region, which must be those of the job's ARN."""
    job = arn_of(event.arn)
    if job is None:
        return
    region, account = job.region, job.account
    shown, sent_from = envelope.account or "", envelope.region or region
    if shown != account and shown.isdecimal() and account.isdecimal():
        yield "account", quoted(shown), f"the job's {quoted(account)}"
    if sent_from != region and region and not is_masked(sent_from):
        yield "region", quoted(sent_from), f"the job's {quoted(region)}"


def _resources(envelope: Envelope, event: Event) -> Iterator[Mismatch]:
    """The resources, if the job is not among them; by name if its ARN is not shown."""
    listed = envelope.resources
    job, kind = event.arn or event.name, f":{event.spec.layout.resource}/"
    if not listed or job is None or any(map(is_masked, (*listed, job))):
        return
    if event.arn is not None and (not job.startswith("arn:") or kind not in job):
        return
    named = listed if event.arn else [resource.rpartition("/")[2] for resource in listed]
    if job.casefold() not in [resource.casefold() for resource in named]:
        yield "resources", quoted(listed[0]), f"the job {quoted(job)}"
