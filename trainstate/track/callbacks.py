"""Callbacks by state, for the machines that orchestrators embed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field, frozen

from trainstate.errors import UnknownNameError, UsageError
from trainstate.spec.model import Spec
from trainstate.track.update import Change, Standing

Callback = Callable[[Change], Any]

ANY = "*"
"""Any primary or secondary status in a pattern."""


@frozen
class Pattern:
    """The states that a callback covers: each status is None if any fits."""

    primary: str | None = None
    secondary: str | None = None

    def fits(self, state: Standing | None) -> bool:
        """Whether the callback covers a state."""
        if state is None:
            return self.primary is None and self.secondary is None
        return self.primary in (None, state.primary) and self.secondary in (None, state.secondary)


def pattern(text: str, spec: Spec) -> Pattern:
    """The pattern in a text: ``Primary``, ``Primary/Secondary`` or ``*/Secondary``.

    Raises UnknownNameError for a status that does not exist.
    """
    primary, _, secondary = text.partition("/")
    for status, known, what in (
        (primary, spec.primary_by_name, "primary"),
        (secondary, spec.secondary_by_name, "secondary"),
    ):
        if status not in ("", ANY) and status not in known:
            raise UnknownNameError(
                f"Expected PRIMARY, PRIMARY/SECONDARY or {ANY}/SECONDARY but got {text!r}:"
                f" {status!r} is not a {what} status; known are: {', '.join(known)}."
            )
    return Pattern(_named(primary), _named(secondary))


def _named(status: str) -> str | None:
    return None if status in ("", ANY) else status


@define
class Callbacks:
    """The callbacks for entered states, left states and transitions."""

    spec: Spec
    entering: list[tuple[Pattern, Callback]] = field(factory=list)
    leaving: list[tuple[Pattern, Callback]] = field(factory=list)
    passing: list[tuple[Pattern, Pattern, Callback]] = field(factory=list)

    def on_enter(self, state: str, callback: Callback) -> None:
        """Calls back at each change that enters a state."""
        self.entering.append((pattern(state, self.spec), _callable(callback)))

    def on_exit(self, state: str, callback: Callback) -> None:
        """Calls back at each change that leaves a state."""
        self.leaving.append((pattern(state, self.spec), _callable(callback)))

    def on_transition(self, callback: Callback, *, before: str = ANY, after: str = ANY) -> None:
        """Calls back at each change between two states; by default at each change."""
        patterns = pattern(before, self.spec), pattern(after, self.spec)
        self.passing.append((*patterns, _callable(callback)))

    def entered(self, node: str) -> Iterator[Callback]:
        """The callbacks for an entered node."""
        return _about(self.entering, node)

    def left(self, node: str) -> Iterator[Callback]:
        """The callbacks for a left node."""
        return _about(self.leaving, node)

    def passed(self, change: Change) -> Iterator[Callback]:
        """The callbacks for a change."""
        for before, after, callback in self.passing:
            if before.fits(change.before) and after.fits(change.after):
                yield callback


def _about(registered: list[tuple[Pattern, Callback]], node: str) -> Iterator[Callback]:
    """The callbacks of a node: a primary's own, or those of a pair and its secondary."""
    primary, slash, secondary = node.partition("/")
    wanted = (
        {Pattern(primary, secondary), Pattern(None, secondary)} if slash else {Pattern(primary)}
    )
    return (callback for about, callback in registered if about in wanted)


def _callable(callback: Callback) -> Callback:
    if not callable(callback):
        raise UsageError(f"Expected a function of a change but got {callback!r}.")
    return callback
