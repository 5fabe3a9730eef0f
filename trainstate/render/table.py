"""Tables: folded to fit a narrow terminal, and as CSV for spreadsheets."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

from trainstate.render.plain import plain

_UNBOUNDED = 100_000


def table_lines(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    width: int | None = None,
    right: Collection[int] = (),
) -> Iterator[str]:
    """The lines of a table; ``right`` names the right-aligned columns.

    Cells are folded if ``width`` is too narrow for the table; None is no limit.
    """
    from rich.console import Console  # noqa: PLC0415 - importing it takes longer than most commands
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="")
    for number, name in enumerate(head):
        justify = "right" if number in right else "left"
        table.add_column(Text(name), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    stream = StringIO()
    Console(file=stream, width=(width or _UNBOUNDED), color_system=None).print(table)
    yield from (line.rstrip() for line in stream.getvalue().splitlines())


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Rows as lines of CSV."""
    for row in rows:
        line = StringIO()
        csv.writer(line, lineterminator="").writerow(row)
        yield line.getvalue()


def spreadsheet_cell(value: Any) -> Any:
    """A value that no spreadsheet reads as a formula: such text gets an apostrophe."""
    if not isinstance(value, str):
        return value
    shown = plain(value)
    return f"'{shown}" if shown.startswith(tuple("=+-@")) else shown
