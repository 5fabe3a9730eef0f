"""One corpus of responses as strangers write it: with nulls, offsets, as arrays, events, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from trainstate.spec.load import builtin_spec

Response = dict[str, Any]
SPEC = builtin_spec()
LAYOUT = SPEC.layout
_EAST = timezone(timedelta(hours=5, minutes=30))


def _times(value: Any, written: Callable[[datetime], Any]) -> Any:
    """A value with its times written in another way."""
    if isinstance(value, Mapping):
        return {
            key: written(datetime.fromisoformat(item))
            if key.endswith("Time") and isinstance(item, str)
            else _times(item, written)
            for key, item in value.items()
        }
    return [_times(item, written) for item in value] if isinstance(value, list) else value


def _event(response: Response) -> Response:
    arn = response[LAYOUT.arn]
    return {
        "version": "0",
        "detail-type": LAYOUT.event,
        "source": f"aws.{LAYOUT.service}",
        "account": arn.split(":")[4],
        "region": arn.split(":")[3],
        "time": response[LAYOUT.modified],
        "resources": [arn],
        "detail": _times(response, lambda time: int(time.timestamp() * 1000)),
    }


def _capital(response: Response) -> Response:
    return {**response, LAYOUT.name: response[LAYOUT.name].title()}


def _without(response: Response, *names: str) -> Response:
    return {name: value for name, value in response.items() if name not in names}


LINES: dict[str, Callable[[Response], Any]] = {
    "as it is": lambda response: response,
    "capitals in names": _capital,
    "offsets": lambda response: _times(response, lambda time: time.astimezone(_EAST).isoformat()),
    "epoch numbers": lambda response: _times(response, lambda time: time.timestamp()),
    "nulls": lambda response: {**dict.fromkeys(SPEC.member_by_name), **response},
    "sorted keys": lambda response: dict(sorted(response.items())),
    "ResponseMetadata": lambda response: {
        **response,
        "ResponseMetadata": {"RequestId": str(id(response)), "HTTPStatusCode": 200},
    },
    "events": _event,
    "summaries": lambda response: {
        name: response[name] for name in LAYOUT.summary if name in response
    },
    "no history": lambda response: _without(response, LAYOUT.history),
}
"""How a line is made of a response."""


def written(name: str, responses: Iterable[Response], folder: Path) -> Path:
    """The path of the responses in a rendering."""
    path = folder / name.replace(" ", "-")
    if name == "one file a response":
        path.mkdir()
        for number, response in enumerate(responses):
            (path / f"{number:07d}.json").write_text(json.dumps(response))
    elif name == "array":
        path.write_text(json.dumps(list(responses)))
    elif name == "pretty-printed":
        path.write_text("\n".join(json.dumps(response, indent=4) for response in responses))
    else:
        shown = _last(responses) if name == "one poll a job" else responses
        line = LINES.get(name, LINES["as it is"])
        path.write_text("".join(json.dumps(line(response)) + "\n" for response in shown))
    return path


def _last(responses: Iterable[Response]) -> Iterator[Response]:
    """The last response of each job."""
    yield from {response[LAYOUT.arn]: response for response in responses}.values()


NAMES = (*LINES, "array", "pretty-printed", "one file a response", "one poll a job")
MOST = {20: 2.5, 4: 3.5}
"""The goal of lines, by polls a job."""

__all__ = ["LINES", "MOST", "NAMES", "written"]
