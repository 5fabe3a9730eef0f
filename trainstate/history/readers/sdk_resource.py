"""Jobs as the SageMaker Python SDK 3 prints them: names with values, nested in class names."""

import ast
import re
from typing import Any

from trainstate.history.readers.brackets import STRING
from trainstate.history.readers.python_literal import literal

BEGIN = rb"(?P<resource>(?=\b[a-z]+(?:_[a-z]+)*_job_name='))"
"""Where the members of a resource begin: in their class's name, or alone."""

_NAME = re.compile(rb"[\s,\xe2\x94\x82]*\b([a-z]\w*)=")
# How early versions of the SDK print what is not assigned.
_OBJECT = rb"<[\w.]+ object at 0x[0-9a-f]+>"
_MARK = re.compile(STRING + rb"|[()\[\]{}]|[\s,]|" + _OBJECT, re.DOTALL)
# rich draws a line at the left of what is nested.
_GUIDE = re.compile(rb"\n[ \xe2\x94\x82]*")
_OPENING, _CLOSING = b"([{", b")]}"


def resource_end(data: bytes, begin: int) -> tuple[int, bool]:
    """Where the last member of a resource ends, and whether it is closed."""
    end, first = begin, None
    while (match := _NAME.match(data, end)) and match[1] != first:
        first = first or match[1]
        closed = _value_end(data, match.end())
        if closed is None:
            return end, False
        end = closed
    return end, True


def resource(data: bytes) -> Any:
    """The members of a printed resource; raises NotLiteral if a value is code."""
    text, end, members = re.sub(_OBJECT, b"None", _GUIDE.sub(b" ", data)), 0, list[bytes]()
    while match := _NAME.match(text, end):
        end = _value_end(text, match.end()) or len(text)
        members.append(match[1] + text[match.end(1) : end])
    return literal(b"_(" + b",".join(members) + b")", _Structures().visit)


def _value_end(data: bytes, begin: int) -> int | None:
    depth = 0
    for match in _MARK.finditer(data, begin):
        mark = match[0][:1]
        if mark in _OPENING:
            depth += 1
        elif mark in _CLOSING:
            if depth < 2:
                return match.end() if depth else match.start()
            depth -= 1
        elif not depth:
            return match.start() if mark.isspace() or mark == b"," else match.end()
    return None if depth else len(data)


class _Structures(ast.NodeTransformer):
    """Makes mappings of structures, and None of what is not assigned."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A constructor with named values is a mapping."""
        self.generic_visit(node)
        names = [keyword.arg for keyword in node.keywords]
        if not isinstance(node.func, ast.Name) or node.args or None in names:
            return node
        if node.func.id == "Unassigned":
            return ast.Constant(None)
        if not names:
            return node
        return ast.Dict(
            [ast.Constant(name) for name in names], [one.value for one in node.keywords]
        )
