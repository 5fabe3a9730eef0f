"""Writes the facts of recorded jobs: ``python -m tests.corpus.condense FOLDER``.

FOLDER has ``responses.jsonl`` and ``sdk_logs.jsonl``, one recording a line. What is kept of
one: statuses, seconds after its first moment, amounts, limits, and which members there are;
no text, name or ARN. Fixtures, samples and outputs that were trimmed are left out. The head of
``recordings.toml``, down to the line of the mark, is written by hand and stays.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.corpus.recorded import FILE, HISTORY
from trainstate.history.instants import SECOND, parse

MARK = "# ---- Written by tests/corpus/condense.py; do not edit below. ----\n"

_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
_AS_IT_IS = (
    "TrainingTimeInSeconds",
    "BillableTimeInSeconds",
    "EnableManagedSpotTraining",
    "StoppingCondition",
    "ProfilingStatus",
)
_PARTS = {
    "ResourceConfig": ("InstanceCount", "KeepAlivePeriodInSeconds"),
    "WarmPoolStatus": ("Status",),
}
_RULES = ("DebugRuleEvaluationStatuses", "ProfilerRuleEvaluationStatuses")
_READ = {*_TIMES, *_AS_IT_IS, *_PARTS, *_RULES, HISTORY, "TrainingJobStatus", "SecondaryStatus"}
UNEDITED = frozenset({"resp-c991b62595", "resp-ecf46be8fd", "resp-fb65174984", "resp-00f53bc583"})
"""Fixtures that look like unedited recordings: see ``judged.toml``."""

_AMOUNTS = (
    ("training_seconds", "trained"),
    ("billable_seconds", "billed"),
    ("savings_pct", "saved"),
)


def condensed(folder: Path) -> str:
    """What the script writes below the mark."""
    made: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(folder / "responses.jsonl"):
        if row["provenance"] == "recorded" or row["id"] in UNEDITED:
            project = made[_named(row["repo"])]
            project["years"].append(_year(row["response"]))
            project["response"].append(_response(row))
    for row in _rows(folder / "sdk_logs.jsonl"):
        if row["provenance"] == "recorded" and not row.get("artefact"):
            project = made[_named(row["repo"])]
            project["years"].append(row["entries"][0]["time"][:4])
            project["logs"].append(_log(row))
    return "".join(_project(name, made[name]) for name in sorted(made, key=str.lower))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _named(project: str) -> str:
    return "unknown" if project.startswith("unknown") else project


def _year(response: Mapping[str, Any]) -> str:
    return min(_moments(response))[:4]


def _moments(response: Mapping[str, Any]) -> list[str]:
    entries = response.get(HISTORY) or []
    times = [response[name] for name in _TIMES if response.get(name)]
    return times + [entry["StartTime"] for entry in entries]


def _response(row: Mapping[str, Any]) -> dict[str, Any]:
    response = {name: value for name, value in row["response"].items() if value is not None}
    origin = min(map(_instant, _moments(response)))

    def after(time: str) -> float:
        return _plain((_instant(time) - origin) / SECOND)

    found: dict[str, Any] = {}
    if row["partial"] or row["provenance"] != "recorded":
        found["form"] = "excerpt" if row["partial"] else "fixture"
    if "TrainingJobStatus" in response:
        found["pair"] = f"{response['TrainingJobStatus']}/{response['SecondaryStatus']}"
    found["entries"] = ", ".join(
        " ".join([one["Status"], *(f"{after(one[at]):.10g}" for at in _BOUNDS if one.get(at))])
        for one in response[HISTORY]
    )
    found["times"] = {name: after(response[name]) for name in _TIMES if name in response}
    shows = {name: _without_nulls(response[name]) for name in _AS_IT_IS if name in response}
    for name, parts in _PARTS.items():
        if name in response:
            shows[name] = {part: response[name][part] for part in parts if part in response[name]}
    for name in _RULES:
        if name in response:
            shows[name] = [
                [one["RuleEvaluationStatus"], after(one["LastModifiedTime"])]
                for one in response[name]
            ]
    found["shows"] = shows
    found["also"] = sorted(set(response) - _READ)
    return {name: value for name, value in found.items() if value not in ({}, [])}


_BOUNDS = ("StartTime", "EndTime")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part is not None}
    return value


def _log(row: Mapping[str, Any]) -> str:
    origin = _instant(row["entries"][0]["time"])
    parts: list[str] = []
    before = None
    for entry in row["entries"]:
        at = f"{(_instant(entry['time']) - origin) / SECOND:.10g}"
        if entry["status"] == before:
            parts[-1] += f" {at}"
        else:
            parts.append(f"{entry['status']} {at}")
        before = entry["status"]
    amounts = [f"{word} {row[name]:.10g}" for name, word in _AMOUNTS if row.get(name) is not None]
    return "; ".join([", ".join(parts), *filter(None, [", ".join(amounts)])])


def _instant(time: str) -> int:
    found = parse(time)
    if found is None:
        raise ValueError(f"no time: {time!r}")
    return int(found[0])


def _plain(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else round(seconds, 6)


def _project(name: str, found: Mapping[str, list[Any]]) -> str:
    first, last = min(found["years"]), max(found["years"])
    lines = ["", "[[project]]", f"name = {json.dumps(name)}"]
    lines.append(f'years = "{first if first == last else f"{first}-{last}"}"')
    if found["logs"]:
        lines += ["logs = [", *(f"    {json.dumps(log)}," for log in sorted(found["logs"])), "]"]
    for response in found["response"]:
        lines += ["", "[[project.response]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in response.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def main(arguments: Iterable[str]) -> None:
    """Writes the facts below the mark."""
    (folder,) = arguments
    head, mark, _ = FILE.read_text(encoding="utf-8").partition(MARK)
    FILE.write_text(head + mark + condensed(Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
