"""Example recordings in a short notation, executed by tests and shown in documentation.

``Completed/Completed: Starting 90, Training 60, Uploading 5, Completed`` is a response with
that pair and a history whose entries took so many seconds. An entry without a number is
the last one; without any entries there is no history. Everything else is made to fit
(times join, the end has its end time, a failure has its reason), so that an example shows
one fault only.
"""

import copy
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from attrs import field, frozen

from trainstate.history.instants import SECOND, iso, parse
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

STARTING = "InProgress/Starting: Starting"
ACTIVE = "InProgress/Training: Starting 90, Training"
DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
FAILED = "Failed/Failed: Starting 90, Training 60, Uploading 5, Failed"
STOPPED = "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Stopped"
"""Responses that most examples modify."""

IS_ACTIVE, IS_DONE, IS_STOPPED = (f"describe a = {shown}" for shown in (ACTIVE, DONE, STOPPED))
IS_GONE = "describe a !ValidationException Requested resource not found."
"""Calls that show job ``a`` so, for ``calls``."""

CREATED = 1_767_348_000 * SECOND  # 2026-01-02T10:00:00Z
_NAME = "example"
_ARTIFACTS = f"s3://bucket/out/{_NAME}/output/model.tar.gz"
_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/"
# What the service always gives, so that the response is not an excerpt.
_CONFIGURATION = {
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "EnableNetworkIsolation": False,
    "EnableManagedSpotTraining": False,
}


@frozen
class Poll:
    """One response in the short notation, and its changes.

    ``changes`` maps JSON pointers to new values; None removes the member. ``modified`` is
    seconds after the creation.
    """

    text: str
    changes: Mapping[str, Any] = field(factory=dict)
    modified: float | None = None

    def __str__(self) -> str:
        changed = ", ".join(
            f"{pointer.removeprefix('/')} {'absent' if value is None else f'= {value!r}'}"
            for pointer, value in self.changes.items()
        )
        return self.text + (f"  [{changed}]" if changed else "")


@frozen
class Example:
    """A recording: responses in the short notation, or the text of a file.

    ``service`` is what a service's own model lists, one change a line; ``session`` are calls
    with their answers, one a line: see ``service`` and ``calls``.
    """

    polls: tuple[Poll, ...] = ()
    text: str | None = None
    service: str | None = None
    session: tuple[str, ...] = ()

    def __str__(self) -> str:
        written = self.text if self.text is not None else self.service
        written = "\n".join(self.session) if self.session else written
        return written if written is not None else "\n".join(map(str, self.polls))

    def responses(self) -> list[dict[str, Any]]:
        """The responses as AWS CLI JSON, for ``trainstate.check``."""
        return [written(poll) for poll in self.polls]


def poll(
    text: str, changes: Mapping[str, Any] | None = None, *, modified: float | None = None
) -> Poll:
    """One response in the short notation, changed at JSON pointers."""
    return Poll(text, changes or {}, modified)


def text(content: str) -> Example:
    """A recording given as the text of a file."""
    return Example(text=content)


def service(changes: str) -> Example:
    """A service's model that differs, one change a line: ``SecondaryStatus + Hibernating``."""
    return Example(service=changes)


def calls(*lines: str) -> Example:
    """Calls of the API: ``create a``, ``stop a !Code message``, ``describe a = POLL``.

    See ``tests/rules/notation.py`` for the whole notation.
    """
    return Example(session=lines)


def recorded(name: str) -> Example:
    """An example of another machine: a file, because its names are facts too."""
    file = resources.files("trainstate.data") / "examples" / f"{name}.ndjson"
    return text(file.read_text(encoding="utf-8"))


def as_example(form: str | Poll | Example | Sequence[str | Poll]) -> Example:
    """An Example from a text, a poll, or a sequence of them."""
    if isinstance(form, Example):
        return form
    polls = [form] if isinstance(form, str | Poll) else form
    return Example(tuple(item if isinstance(item, Poll) else Poll(item) for item in polls))


def written(poll: Poll, spec: Spec | None = None) -> dict[str, Any]:
    """The response that a poll stands for."""
    spec = spec or builtin_spec()
    layout = spec.layout
    pair, _, listed = poll.text.partition(":")
    primary, _, secondary = pair.strip().partition("/")
    entries, clock = _entries(listed, primary, spec)
    response: dict[str, Any] = {
        layout.name: _NAME,
        layout.arn: _ARN + _NAME,
        layout.primary: primary,
        layout.secondary: secondary,
        layout.created: iso(CREATED),
        layout.modified: iso(CREATED + _micro(poll.modified)) if poll.modified else iso(clock),
        layout.stopping: {"MaxRuntimeInSeconds": 86_400},
        **({layout.history: entries} if entries else {}),
        **copy.deepcopy(_CONFIGURATION),
    }
    response |= _outcome(primary, entries, clock, spec)
    for pointer, value in poll.changes.items():
        _change(response, pointer, copy.deepcopy(value))
    return response


def _entries(listed: str, primary: str, spec: Spec) -> tuple[list[dict[str, Any]], int]:
    layout, clock = spec.layout, CREATED
    entries: list[dict[str, Any]] = []
    items = [item.split() for item in listed.split(",") if item.strip()]
    for ordinal, (status, *seconds) in enumerate(items):
        entry: dict[str, Any] = {layout.entry_status: status, layout.entry_start: iso(clock)}
        clock += _micro(float(seconds[0])) if seconds else 0
        last = ordinal == len(items) - 1
        if not last or seconds or primary in spec.ended_primaries:
            entry[layout.entry_end] = iso(clock)
        entries.append(entry)
    return entries, clock


def _outcome(primary: str, entries: list[dict[str, Any]], clock: int, spec: Spec) -> dict[str, Any]:
    layout, found = spec.layout, {}
    started = next(
        (
            e[layout.entry_start]
            for e in entries
            if e[layout.entry_status] in spec.time.clock_starts
        ),
        None,
    )
    if started is not None:
        found[layout.started] = started
    if primary not in spec.ended_primaries:
        return found
    found[layout.ended] = iso(clock)
    if started is not None:
        seconds = round(_seconds_between(started, found[layout.ended]))
        found |= {layout.training_seconds: seconds, layout.billable_seconds: seconds}
    for member in spec.members:
        if primary in member.present_at and member.name not in found:
            found[member.name] = _sample(member.type)
    return found


def _sample(type_name: str) -> Any:
    return {"S3ModelArtifacts": _ARTIFACTS} if type_name == "structure" else "as told"


def _seconds_between(one: str, other: str) -> float:
    return (parse(other)[0] - parse(one)[0]) / SECOND


def _micro(seconds: float | None) -> int:
    return round((seconds or 0) * SECOND)


def _change(target: Any, pointer: str, value: Any) -> None:
    *path, last = pointer.removeprefix("/").split("/")
    for step in path:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if isinstance(target, list):
        target[int(last) :] = [value] if value is not None else []
    elif value is None:
        target.pop(last, None)
    else:
        target[last] = value
