"""The facts of recorded jobs, and responses and logs that are made of them.

``recordings.toml`` says what each recording shows: statuses, seconds after the creation,
amounts. What it lacks (names, messages, values of the configuration) is filled in here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from trainstate.history.instants import SECOND, iso
from trainstate.testing.configuration import ALWAYS, ARN, OPTIONAL, OUTCOME, RESULTS

FILE = Path(__file__).with_name("recordings.toml")
ORIGIN = 1_767_348_000 * SECOND  # 2026-01-02T10:00:00Z
NAME = "recorded-job"
HISTORY = "SecondaryStatusTransitions"

_RULES = [
    {"RuleConfigurationName": f"rule-{number}", "RuleEvaluatorImage": "rules:1"}
    for number in range(4)
]
_VALUES: Mapping[str, Any] = {
    **ALWAYS,
    **OPTIONAL,
    **OUTCOME,
    **RESULTS,
    "DebugRuleConfigurations": _RULES,
    "ProfilerRuleConfigurations": _RULES,
    "TrainingJobName": NAME,
    "TrainingJobArn": f"{ARN}:training-job/{NAME}",
    "AlgorithmSpecification": {"TrainingImage": "train:1", "TrainingInputMode": "File"},
}


@frozen(kw_only=True)
class Recorded:
    """A response of which facts are known; ``is_part`` where it shows only some members."""

    project: str
    years: str
    form: str
    facts: Mapping[str, Any]

    @property
    def is_part(self) -> bool:
        """Holds if people kept some of the members only."""
        return self.form != "response"

    @property
    def pair(self) -> str:
        """The primary and the secondary status; empty where the recording shows none."""
        return str(self.facts.get("pair", ""))

    @property
    def statuses(self) -> list[str]:
        """The statuses of the history."""
        return [entry[0] for entry in _entries(self.facts.get("entries", ""))]

    def response(self) -> dict[str, Any]:
        """The response with made-up values where no fact is known."""
        facts = self.facts
        made: dict[str, Any] = {name: _VALUES[name] for name in facts.get("also", ())}
        made |= {name: _at(seconds) for name, seconds in facts.get("times", {}).items()}
        made |= {name: _shown(name, value) for name, value in facts.get("shows", {}).items()}
        if self.pair:
            made["TrainingJobStatus"], made["SecondaryStatus"] = self.pair.split("/")
        if "entries" in facts:
            made[HISTORY] = [_entry(*entry) for entry in _entries(facts["entries"])]
        return made


@frozen(kw_only=True)
class Log:
    """A log of the SageMaker Python SDK: when each line came, and what was printed below."""

    project: str
    years: str
    lines: tuple[tuple[str, float], ...]
    printed: Mapping[str, float]

    @property
    def statuses(self) -> list[str]:
        """The statuses in their order, repetitions left out."""
        found: list[str] = []
        for status, _ in self.lines:
            if found[-1:] != [status]:
                found.append(status)
        return found

    def text(self) -> str:
        """The log as the SDK prints it."""
        lines = [
            f"{iso(ORIGIN + _micro(at))[:19].replace('T', ' ')} {status} - The job is {status}"
            for status, at in self.lines
        ]
        lines += [
            f"{words}: {self.printed[name]:g}{unit}"
            for name, words, unit in _PRINTED
            if name in self.printed
        ]
        return "\n".join(lines) + "\n"


_PRINTED = (
    ("trained", "Training seconds", ""),
    ("billed", "Billable seconds", ""),
    ("saved", "Managed Spot Training savings", "%"),
)


def projects() -> list[dict[str, Any]]:
    """The tables of the file: a project's recordings each."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["project"]
    return found


def responses() -> list[Recorded]:
    """Every response of which facts are recorded."""
    return [
        Recorded(
            project=project["name"],
            years=project["years"],
            form=facts.get("form", "response"),
            facts=facts,
        )
        for project in projects()
        for facts in project.get("response", ())
    ]


def logs() -> list[Log]:
    """Every log."""
    return [_log(project, written) for project in projects() for written in project.get("logs", ())]


def _log(project: Mapping[str, Any], written: str) -> Log:
    listed, _, amounts = written.partition("; ")
    lines = [(status, float(at)) for status, *times in _entries(listed) for at in times]
    named = (amount.split() for amount in amounts.split(", ") if amount)
    return Log(
        project=project["name"],
        years=project["years"],
        lines=tuple(lines),
        printed={name: float(amount) for name, amount in named},
    )


def _entries(written: str) -> Iterator[list[str]]:
    return (entry.split() for entry in written.split(", ") if entry)


def _entry(status: str, start: str, end: str | None = None) -> dict[str, Any]:
    entry = {"Status": status, "StartTime": _at(float(start)), "StatusMessage": f"It is {status}"}
    return entry if end is None else {**entry, "EndTime": _at(float(end))}


def _shown(name: str, value: Any) -> Any:
    """A member's value: what is known of it within what the API requires."""
    if name.endswith("RuleEvaluationStatuses"):
        return [
            {
                "RuleConfigurationName": f"rule-{number}",
                "RuleEvaluationStatus": status,
                "LastModifiedTime": _at(seconds),
            }
            for number, (status, seconds) in enumerate(value)
        ]
    return {**_VALUES[name], **value} if name in _VALUES else value


def _micro(seconds: float) -> int:
    return round(seconds * SECOND)


def _at(seconds: float) -> str:
    return iso(ORIGIN + _micro(seconds))
