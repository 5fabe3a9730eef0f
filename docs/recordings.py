"""The page of the recordings behind the specification, counted from their facts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from tests.corpus.recorded import Log, Recorded, logs, responses
from trainstate.spec.model import Spec

Table = Callable[[Sequence[str], list[tuple[object, ...]]], Iterator[str]]


def recordings(spec: Spec, table: Table) -> Iterator[str]:
    """The lines of the page: what was recorded, how often, and where."""
    printed, shown = logs(), responses()
    projects = {one.project for one in (*printed, *shown)}
    yield "# Recordings"
    yield ""
    yield "Besides AWS's texts, the specification rests on the facts of"
    yield f"{len(printed)} logs of the SageMaker Python SDK and of {len(shown)} whole or partial"
    yield f"responses from {len(projects)} places. The tests run on them"
    yield "(`tests/corpus/recordings.toml`). The counts of the [transitions](transitions.md) are"
    yield "larger: they include recordings of which only the sequence was noted."
    yield from _histories(printed, shown, table)
    yield from _pairs(spec, shown, table)
    yield from _steps(printed, shown, table)
    yield from _unseen(spec, printed, shown)
    yield from _places(printed, shown, table)


def _histories(printed: list[Log], shown: list[Recorded], table: Table) -> Iterator[str]:
    in_logs = Counter(" → ".join(one.statuses) for one in printed)
    in_responses = Counter(" → ".join(one.statuses) for one in shown if one.statuses)
    yield ""
    yield "## Histories"
    yield ""
    yield "A log that ends with an active status was cut off; an excerpt may lack its beginning."
    yield ""
    both = (in_logs + in_responses).most_common()
    rows = [(one, in_logs[one], in_responses[one]) for one, _ in both]
    yield from table(("statuses", "logs", "responses"), rows)


def _pairs(spec: Spec, shown: list[Recorded], table: Table) -> Iterator[str]:
    seen = Counter(one.pair for one in shown if one.pair)
    legal = [f"{row.primary}/{row.secondary}" for row in spec.pairs]
    yield ""
    yield "## Pairs"
    yield ""
    rows: list[tuple[object, ...]] = [(f"`{one}`", seen[one]) for one in legal if seen[one]]
    yield from table(("pair", "responses"), rows)
    yield ""
    yield f"Seen in none of these: {', '.join(f'`{one}`' for one in legal if not seen[one])}."


def _steps(printed: list[Log], shown: list[Recorded], table: Table) -> Iterator[str]:
    in_logs = Counter(step for one in printed for step in pairwise(one.statuses))
    in_responses = Counter(step for one in shown for step in pairwise(one.statuses))
    yield ""
    yield "## Steps"
    yield ""
    rows: list[tuple[object, ...]] = [
        (f"`{before}`", f"`{after}`", in_logs[before, after], in_responses[before, after])
        for before, after in sorted(in_logs | in_responses)
    ]
    yield from table(("from", "to", "logs", "responses"), rows)


def _unseen(spec: Spec, printed: list[Log], shown: list[Recorded]) -> Iterator[str]:
    seen = {status for one in (*printed, *shown) for status in one.statuses}
    never = [f"`{row.name}`" for row in spec.secondaries if row.name not in seen]
    yield ""
    yield f"Never seen as an entry: {', '.join(never)}."
    yield "They were [searched for](../../explanation/sources.md#searched-for-and-not-found)."


def _places(printed: list[Log], shown: list[Recorded], table: Table) -> Iterator[str]:
    found = {one.project: one.years for one in (*printed, *shown)}
    in_logs = Counter(one.project for one in printed)
    forms = Counter((one.project, one.form) for one in shown)
    yield ""
    yield "## Where they come from"
    yield ""
    yield "Public repositories; *unknown* if a text index gave no name. A *response* is whole;"
    yield "a *fixture* is a test file that looks like an unedited recording."
    yield ""
    rows: list[tuple[object, ...]] = [
        (
            project,
            years,
            in_logs[project] or "",
            ", ".join(f"{count} {form}" for (one, form), count in forms.items() if one == project),
        )
        for project, years in sorted(found.items(), key=lambda one: one[0].lower())
    ]
    yield from table(("place", "years", "logs", "responses"), rows)
