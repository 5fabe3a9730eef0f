"""Mutants of a module: each is its source with one small fault, told by line and words."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from attrs import frozen

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


@frozen(kw_only=True, eq=False)
class Mutant:
    """A module with one fault; ``change`` shows the code before and after.

    ``line`` and ``last`` are the first and the last line of the statement with the fault,
    ``place`` is the line and the column of the fault itself.
    """

    line: int
    last: int
    place: str
    change: str
    tree: ast.Module

    @property
    def source(self) -> str:
        """The source of the module with the fault."""
        return ast.unparse(self.tree)


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module.

    Comparisons are turned round or lose their equality, *and* and *or*, plus and minus are
    swapped, *not* is dropped, truth values and small numbers change, and a ``yield``
    yields nothing. Decorators, annotations and texts stay: they make no verdict.
    """
    tree = ast.parse(source)
    for at, (statement, node) in enumerate(_nodes(tree)):
        if _fault(node) is not None:
            faulty = copy.deepcopy(tree)
            _, place = list(_nodes(faulty))[at]
            before, after = ast.unparse(place), ast.copy_location(_fault(place) or place, place)
            _Replace(place, after).visit(faulty)
            yield Mutant(
                line=statement.lineno,
                last=_head_end(statement),
                place=f"{node.lineno}:{node.col_offset + 1}",
                change=f"{before} -> {ast.unparse(after)}",
                tree=ast.fix_missing_locations(faulty),
            )


def _nodes(tree: ast.AST) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """The expressions in the bodies of functions, each once, with their statement."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function not in _inner(tree):
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
    return found


class _Replace(ast.NodeTransformer):
    def __init__(self, place: ast.expr, after: ast.expr) -> None:
        self.place, self.after = place, after

    def visit(self, node: ast.AST) -> ast.AST:
        return self.after if node is self.place else super().generic_visit(node)
