"""The mutants: each has one fault, and every kind of fault is planted."""

from __future__ import annotations

import ast

from tests.mutation.mutants import mutants

SOURCE = '''
def judged(seen: list[int], wanted: int = 3):
    """A text with 3 and True stays."""
    if not seen and wanted == 2:
        return True
    for one in seen:
        yield one
'''


def test_every_kind_of_fault_is_planted() -> None:
    """Operators, truth values, numbers and yields are changed; signatures and texts are not."""
    expected = {
        "not seen and wanted == 2 -> not seen or wanted == 2",
        "not seen -> seen",
        "wanted == 2 -> wanted != 2",
        "2 -> 3",
        "True -> False",
        "(yield one) -> None",
    }

    assert expected == {mutant.change for mutant in mutants(SOURCE)}


def test_a_mutant_is_another_program() -> None:
    """Each mutant can be compiled and differs from the source."""
    original = ast.unparse(ast.parse(SOURCE))

    assert all(ast.unparse(ast.parse(mutant.source)) != original for mutant in mutants(SOURCE))
