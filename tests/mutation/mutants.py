"""Mutants of a module: each is its source with one small fault, told by line and words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from attrs import field, frozen

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}


@frozen(kw_only=True)
class Mutant:
    """A module with one fault; ``change`` shows the code before and after.

    ``line`` and ``last`` are the first and the last line of the statement with the fault,
    ``place`` is the line and the column of the fault itself, ``at`` counts the expressions.
    """

    line: int
    last: int
    place: str
    change: str
    at: int
    original: str = field(repr=False)

    def tree(self) -> ast.Module:
        """The syntax tree of the module with the fault."""
        tree = ast.parse(self.original)
        _, place = next(islice(_nodes(tree), self.at, None))
        _Replace(place, _fault(place)).visit(tree)
        return ast.fix_missing_locations(tree)

    @property
    def source(self) -> str:
        """The source of the module with the fault."""
        return ast.unparse(self.tree())


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module.

    Comparisons are turned round or lose their equality, *and* and *or*, plus and minus are
    swapped, *not* is dropped, truth values and small numbers change, and a ``yield``
    yields nothing. Decorators, annotations and texts stay: they make no verdict.
    """
    for at, (statement, node) in enumerate(_nodes(ast.parse(source))):
        fault = _fault(node)
        if fault is not None:
            yield Mutant(
                line=statement.lineno,
                last=_head_end(statement),
                place=f"{node.lineno}:{node.col_offset + 1}",
                change=f"{ast.unparse(node)} -> {ast.unparse(fault)}",
                at=at,
                original=source,
            )


def _nodes(tree: ast.AST) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """The expressions in the bodies of functions, each once, with their statement."""
    inner = _inner(tree)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function not in inner:
            for statement in function.body:
                yield from _expressions(statement, statement)


def _inner(tree: ast.AST) -> set[ast.AST]:
    """The functions inside functions: they are seen with the outer one."""
    return {
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.FunctionDef) and inner is not outer
    }


def _expressions(statement: ast.stmt, node: ast.AST) -> Iterator[tuple[ast.stmt, ast.expr]]:
    if isinstance(node, ast.expr):
        yield statement, node
    if isinstance(node, ast.FunctionDef):
        for inner in node.body:
            yield from _expressions(inner, inner)
        return
    for child in ast.iter_child_nodes(node):
        yield from _expressions(child if isinstance(child, ast.stmt) else statement, child)


def _head_end(statement: ast.stmt) -> int:
    """The last line of a statement without the statements inside it."""
    inner = [child.lineno for child in ast.walk(statement) if isinstance(child, ast.stmt)]
    later = [line for line in inner if line > statement.lineno]
    return min(later) - 1 if later else statement.end_lineno or statement.lineno


def _fault(node: ast.expr) -> ast.expr | None:
    found: ast.expr | None = None
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=others):
            found = ast.Compare(left, [_COMPARED[type(operator)]()], others)
        case ast.BoolOp(op=operator, values=values):
            found = ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _COUNTED:
            found = ast.BinOp(left, _COUNTED[type(operator)](), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            found = operand
        case ast.Constant(value=int() as value):
            found = ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Yield(value=ast.expr()):
            found = ast.Constant(None)
    return found and ast.copy_location(found, node)


class _Replace(ast.NodeTransformer):
    def __init__(self, place: ast.expr, after: ast.expr | None) -> None:
        self.place, self.after = place, after

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.after if node is self.place else super().generic_visit(node)
