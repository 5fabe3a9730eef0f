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


@frozen(kw_only=True)
class Mutant:
    """A module's source with one fault; ``change`` shows the code before and after."""

    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module.

    Comparisons are turned round or lose their equality, *and* and *or* are swapped,
    *not* is dropped, truth values and small numbers change, and a ``yield`` yields
    nothing. Decorators, annotations and texts stay: they make no verdict.
    """
    tree = ast.parse(source)
    for at, node in enumerate(_nodes(tree)):
        for way in range(len(_faults(node))):
            faulty = copy.deepcopy(tree)
            place = list(_nodes(faulty))[at]
            before = ast.unparse(place)
            after = _faults(place)[way]
            changed = _Replace(place, after).visit(faulty)
            yield Mutant(
                line=getattr(node, "lineno", 0),
                change=f"{before} -> {ast.unparse(after)}",
                source=ast.unparse(ast.fix_missing_locations(changed)),
            )


def _nodes(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions in the bodies of functions, without their signatures."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                yield from (node for node in ast.walk(statement) if isinstance(node, ast.expr))


def _faults(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=others):
            return [ast.Compare(left, [_COMPARED[type(operator)]()], others)]
        case ast.BoolOp(op=operator, values=values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            return [ast.BoolOp(other, values)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case ast.Constant(value=int() as value):
            return [ast.Constant(not value if isinstance(value, bool) else value + 1)]
        case ast.Yield(value=ast.expr()):
            return [ast.Constant(None)]
    return []


class _Replace(ast.NodeTransformer):
    def __init__(self, place: ast.expr, after: ast.expr) -> None:
        self.place, self.after = place, after

    def visit(self, node: ast.AST) -> ast.AST:
        return self.after if node is self.place else super().generic_visit(node)
