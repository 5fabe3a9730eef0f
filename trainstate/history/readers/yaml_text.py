"""YAML, through PyYAML (extra ``yaml``): output of the AWS CLI and kubectl, VCR cassettes."""

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from trainstate.errors import installed_by
from trainstate.history.machines import folded, markers
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import records
from trainstate.history.readers.plugins import CannotRead
from trainstate.spec.model import Spec

READER = "yaml"

# An unindented line is a key or an item, not prose.
_LINE = re.compile(r"""(?:["']?[\w@./-]+["']?:|-|---.*|\.\.\.|[#%].*)(?:\s|$)|\s|$""")
_NAMED = re.compile(r"""^[ -]*["']?([A-Za-z_]+)["']?:(?:\s|$)""", re.MULTILINE)
_CASSETTE = re.compile(r"(?:---\s+)?(?:http_)?interactions:\s")
_DOCUMENT = re.compile(rb"^---(?=\s|$)", re.MULTILINE)
# Times stay text, and `<<` is an ordinary key.
_LEFT_OUT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
# Aliases can expand without limit; any other value takes at least a byte.
_VALUES_A_BYTE = 10


class NotYaml(ValueError):
    """A text is not YAML."""


def is_yaml(text: str, spec: Spec) -> bool:
    """Whether a text begins as YAML and names a member that only a job's response has."""
    known = frozenset(markers(spec, names=False))
    named = any(folded(found[1]) in known for found in _NAMED.finditer(text))
    # The head may end inside a line.
    return bool(named or _CASSETTE.match(text)) and all(map(_LINE.match, text.split("\n")[:-1]))


def read_yaml(data: bytes, counts: Counts, *, pointer: str = "") -> Iterator[Response | Unreadable]:
    """The records in the documents of a text; raises CannotRead without PyYAML."""
    _loader()
    line, place = 1, 0
    for begin in [*(found.start() for found in _DOCUMENT.finditer(data) if found.start()), None]:
        text = data[place:begin]
        origin = Origin(file=counts.file, line=line, reader=counts.reader, pointer=pointer)
        line, place = line + text.count(b"\n"), begin or 0
        try:
            value = decoded(text)
        except NotYaml as error:
            yield counts.unreadable(str(error), origin, text)
            continue
        if value is not None:
            yield from records(value, origin, counts)


def decoded(data: bytes) -> Any:
    """The value of one document; raises NotYaml for any other bytes."""
    import yaml  # noqa: PLC0415 - an extra

    try:
        value = yaml.load(data.decode("utf-8", "replace"), _loader())  # noqa: S506 - it is a safe one
        count = _count(value, {})
    except yaml.MarkedYAMLError as error:
        at = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise NotYaml(f"not YAML: {error.problem or error.context}{at}") from None
    except RecursionError:
        raise NotYaml("not YAML that can be read: nested too deeply") from None
    # The library raises anything for a value that does not fit its tag.
    except Exception as error:  # noqa: BLE001
        raise NotYaml(f"not YAML: {str(error).partition(chr(10))[0]}") from None
    if count > _VALUES_A_BYTE * len(data):
        raise NotYaml("not YAML that can be read: aliases stand for too much")
    return value


@cache
def _loader() -> Any:
    """PyYAML's safe loader without times; the C version if available."""
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        raise CannotRead(f"is YAML, which needs PyYAML; {installed_by(READER)}") from None
    safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    kept = {
        first: [(tag, form) for tag, form in forms if tag not in _LEFT_OUT]
        for first, forms in safe.yaml_implicit_resolvers.items()
    }
    return type("Loader", (safe,), {"yaml_implicit_resolvers": kept})


def _count(value: Any, known: dict[int, float]) -> float:
    """The number of values with each alias expanded; infinite for a recursive one."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = math.inf
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(item, known) for item in inner)
    return known[id(value)]
