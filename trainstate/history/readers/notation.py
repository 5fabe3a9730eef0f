"""Values as Node and the SDK for Go print them: names without quotes, times without quotes.

``console.log(response)`` and ``fmt.Println(response)`` print them. Nothing is evaluated: a bare
word other than ``true``, ``false``, ``null`` and ``undefined`` is code.
"""

import ast
import re
from collections.abc import Collection, Iterator
from typing import Any

from trainstate.history.readers.python_literal import NotData, NotLiteral

READER = "printed-object"
"""What its records are called: parts of them may be left out."""

BEGIN = rb"(?=\{\n\s+[A-Za-z_$][\w$]*: )"
"""Where a printed object begins whose first name has no quotes."""

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?P<omitted>\[(?:Object|Array|Circular[^\]\n]*)\]|\.\.\.\ \d+\ more\ items?)
    |(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^,\n{}\[\]]*)
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<mark>[{}\[\],:+&])
    )""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_DEEPEST = 50


class _Omitted(list[Any]):
    """A part that was left out, empty; ``mark`` is what was printed in its place."""

    mark = "[Array]"


def notation(data: bytes, histories: Collection[str] = ()) -> Any:
    """The value of a printed object; raises NotData for code, NotLiteral for any other bytes.

    Node leaves out what is nested deeply. Such a part is empty, so that it contradicts nothing; a
    member of the outermost mapping is absent, as are ``histories``: an empty one would say much.
    """
    try:
        tokens = _Tokens(data.decode(), histories)
    except UnicodeDecodeError:
        raise NotLiteral("not UTF-8") from None
    value = tokens.value(0)
    if tokens.kind != "end":
        raise NotLiteral("text after the value")
    return value


class _Tokens:
    """The tokens of a text, and the parser that consumes them."""

    def __init__(self, text: str, histories: Collection[str]) -> None:
        self._histories = histories
        self._tokens = self._scan(text)
        self.kind, self.text = next(self._tokens)

    def _scan(self, text: str) -> Iterator[tuple[str, str]]:
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise NotData(f"unexpected text at character {place}")
            yield match.lastgroup, match[match.lastgroup]
            place = match.end()
        yield "end", ""

    def _take(self) -> str:
        text = self.text
        self.kind, self.text = next(self._tokens, ("end", ""))
        return text

    def _takes(self, mark: str) -> bool:
        found = self.kind == "mark" and self.text == mark
        if found:
            self._take()
        return found

    def value(self, depth: int) -> Any:
        """The next value; what was left out of it is omitted."""
        if depth > _DEEPEST:
            raise NotLiteral("nested too deeply")
        self._takes("&")
        kind, text = self.kind, self._take()
        if kind == "name" and self._takes("{"):
            return self._mapping(depth)  # the name of its class
        if kind == "mark" and text in "{[":
            return self._mapping(depth) if text == "{" else self._list(depth)
        if kind == "omitted":
            omitted = _Omitted()
            omitted.mark = text
            return omitted
        return self._joined(text) if kind == "text" else _scalar(kind, text)

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._takes("}"):
            if self.kind not in ("name", "text", "number"):
                raise NotData("no name of a member")
            key = self._joined(self._take()) if self.kind == "text" else self._take()
            if not self._takes(":"):
                raise NotData("no value of a member")
            value = self.value(depth + 1)
            omitted = isinstance(value, _Omitted)
            if not omitted or (depth and key not in self._histories):
                found[key] = {} if omitted and value.mark == "[Object]" else value
            self._takes(",")
        return found

    def _list(self, depth: int) -> list[Any]:
        """A list; omitted if one of its items is."""
        found: list[Any] = []
        while not self._takes("]"):
            found.append(self.value(depth + 1))
            self._takes(",")
        return _Omitted() if any(isinstance(item, _Omitted) for item in found) else found

    def _joined(self, first: str) -> str:
        """A text; Node splits a long one into several with a plus."""
        parts = [_unquoted(first)]
        while self._takes("+"):
            if self.kind != "text":
                raise NotData("a sum")
            parts.append(_unquoted(self._take()))
        return "".join(parts)


def _scalar(kind: str, text: str) -> Any:
    if kind == "name" and text in _WORDS:
        return _WORDS[text]
    if kind == "number":
        return float(text) if set(text) & set(".eE") else int(text)
    if kind == "time":
        return text.strip()
    raise NotData(f"no value: {text}")


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        raise NotLiteral("not a text") from None
