"""`trainstate next`: what can come after a pair."""

from difflib import get_close_matches

import click

from trainstate.cli.options import MACHINE, TEXT_OR_JSON, examples, spec_at
from trainstate.errors import UnknownNameError, UsageError
from trainstate.machine.step import showing, successors
from trainstate.render.plain import json_text
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Row, Spec, Transition


def completed(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Legal pairs that complete what was typed."""
    pairs = ("/".join(pair) for pair in builtin_spec().pair_by_key)
    return [pair for pair in pairs if pair.casefold().startswith(incomplete.casefold())]


@click.command(
    name="next",
    epilog=examples("next InProgress/Training", "next InProgress --spec processing-job"),
    short_help="List what can come after a pair.",
)
@click.argument("pair", metavar="PRIMARY/SECONDARY", shell_complete=completed)
@TEXT_OR_JSON
@MACHINE
def command(pair: str, form: str, spec_path: str | None) -> None:
    """List the pairs that can come next, with their evidence and condition."""
    spec = spec_at(spec_path)
    found = next_pairs(spec, pair)
    if form == "json":
        rows = [
            {
                "primary": after[0],
                "secondary": after[1],
                "evidence": str(row.evidence),
                "condition": _condition(spec, row),
                "sources": list(row.sources),
            }
            for after, row in found.items()
        ]
        click.echo(json_text(rows, indent=1))
        return
    if not found:
        click.echo("nothing: no status follows")
    width = max((len(_written(spec, after)) for after in found), default=0)
    for after, row in found.items():
        shown = f"{_written(spec, after):<{width}}"
        click.echo(f"{shown}  {row.evidence:<10}  {_condition(spec, row)}".rstrip())


def next_pairs(spec: Spec, text: str) -> dict[tuple[str, str], Row]:
    """Pairs that one step leads to, each with the strongest fact that allows it.

    ``text`` is ``Primary/Secondary``, or ``Primary`` for a machine with one status. Raises
    UsageError for another form and UnknownNameError for an illegal pair.
    """
    primary, slash, secondary = text.partition("/")
    if not (slash or spec.layout.secondary):
        secondary = spec.canonical_primary(primary) or primary
    elif not slash:
        raise UsageError(
            f"Expected PRIMARY/SECONDARY, as in InProgress/Training, but got {text!r}."
        )
    pair = (
        spec.canonical_primary(primary) or primary,
        spec.canonical_secondary(secondary) or secondary,
    )
    if pair not in spec.pair_by_key:
        legal = [row.secondary for row in spec.pairs if row.primary == pair[0]]
        known = ", ".join(legal or spec.primary_by_name)
        what = f"legal secondaries of {pair[0]}" if legal else "primaries"
        raise UnknownNameError(
            f"{_written(spec, pair)} is not a legal pair{_nearest(spec, pair)} ({what}: {known})."
        )
    found: dict[tuple[str, str], Row] = {}
    for state in showing(spec, *pair):
        for following, row in successors(spec, state):
            known_row = found.setdefault(following.pair, row)
            if row.evidence.rank < known_row.evidence.rank:
                found[following.pair] = row
    return dict(sorted(found.items(), key=lambda item: item[1].evidence.rank))


def _written(spec: Spec, pair: tuple[str, str]) -> str:
    return "/".join(pair) if spec.layout.secondary else pair[0]


def _nearest(spec: Spec, pair: tuple[str, str]) -> str:
    """A question about the legal pair nearest in spelling; empty if there is none."""
    known = [_written(spec, one) for one in spec.pair_by_key]
    pairs = {one.casefold(): one for one in known}
    close = get_close_matches(_written(spec, pair).casefold(), pairs, n=1, cutoff=0.8)
    return f"; did you mean {pairs[close[0]]!r}?" if close else ""


def _condition(spec: Spec, row: Row) -> str:
    """The condition of the step or of its status on the job's configuration; else its note."""
    if not isinstance(row, Transition):
        return row.note
    guard = row.guard or spec.secondary_by_name[row.after].guard
    return row.note if guard is None else f"where {spec.guard_by_name[guard].says}"
