"""What an observation brought, as it holds for every job that takes the same step.

Times and messages are the job's own; everything else of an Update follows from where the
job was and where it went. So an Update is remembered without them, and made again of a
response that takes the step once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from trainstate.history.instants import NotAnInstant, parse
from trainstate.spec.model import RecordLayout
from trainstate.track.update import Change, Provenance, Standing, TimelineItem, Update


@frozen
class Move:
    """A change without its times: ``place`` is the entry that was entered, None for none."""

    before: Standing | None
    after: Standing
    place: int | None
    item: TimelineItem | None


@frozen
class Passage:
    """An update without times and messages, and the moves that its changes are made of."""

    update: Update
    moves: tuple[Move, ...]

    def told(self, response: Mapping[str, Any], layout: RecordLayout) -> Update:
        """The update that a response brings by taking this step."""
        if not self.moves:
            return self.update
        history = response[layout.history]
        changes = tuple([_change(move, response, history, layout) for move in self.moves])
        known = self.update
        return Update(
            novelty=known.novelty,
            state=known.state,
            outcome=known.outcome,
            changes=changes,
            epoch=known.epoch,
            began=known.began,
        )


def _change(
    move: Move,
    response: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    layout: RecordLayout,
) -> Change:
    item = move.item
    if item is None or move.place is None:
        return Change(before=move.before, after=move.after, at=parse(response[layout.modified])[0])
    entry = history[move.place]
    start, end = parse(entry[layout.entry_start])[0], entry.get(layout.entry_end)
    entered = TimelineItem(
        status=item.status,
        primary=item.primary,
        provenance=item.provenance,
        attempt=item.attempt,
        start=start,
        end=None if end is None else parse(end)[0],
        message=entry.get(layout.entry_message),
    )
    return Change(before=move.before, after=move.after, item=entered, at=start)


def passage_of(update: Update, response: Mapping[str, Any], layout: RecordLayout) -> Passage | None:
    """The passage of an update that a response brought; None where it is not all of it."""
    entered = [change for change in update.changes if change.item is not None]
    first = len(response[layout.history]) - len(entered)
    places = iter(range(first, first + len(entered)))
    moves = tuple(
        Move(
            change.before,
            change.after,
            None if change.item is None else next(places),
            None if change.item is None else _bare(change.item),
        )
        for change in update.changes
    )
    passage = Passage(evolve(update, changes=()), moves)
    try:
        same = passage.told(response, layout) == update
    except (KeyError, IndexError, NotAnInstant):
        return None
    return passage if same else None


def _bare(item: TimelineItem) -> TimelineItem:
    return TimelineItem(
        status=item.status, primary=item.primary, provenance=Provenance.READ, attempt=item.attempt
    )
