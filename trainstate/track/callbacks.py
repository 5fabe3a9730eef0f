"""Callbacks by the states that they are about, for the machines that orchestrators embed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field, frozen

from trainstate.errors import UnknownNameError, UsageError
from trainstate.spec.model import Spec
from trainstate.track.update import Change, Standing

Callback = Callable[[Change], Any]

ANY = "*"
"""Stands for any primary or secondary status in a pattern."""


@frozen
class Pattern:
    """Which states a callback is about: each status None where any fits."""

    primary: str | None = None
    secondary: str | None = None

    def fits(self, state: Standing | None) -> bool:
        """Holds if a state is one that the callback is about."""
        if state is None:
            return self.primary is None and self.secondary is None
        return self.primary in (None, state.primary) and self.secondary in (None, state.secondary)


def pattern(text: str, spec: Spec) -> Pattern:
    """The pattern that a text stands for.

    ``Primary``, ``Primary/Secondary`` or ``*/Secondary``. Raises UnknownNameError for a
    status that does not exist.
    """
    primary, _, secondary = text.partition("/")
    for status, known, what in (
        (primary, spec.primary_by_name, "primary"),
        (secondary, spec.secondary_by_name, "secondary"),
    ):
        if status not in ("", ANY) and status not in known:
            raise UnknownNameError(
                f"Expected PRIMARY, PRIMARY/SECONDARY or {ANY}/SECONDARY but got {text!r}:"
                f" {status!r} is no {what} status; known are: {', '.join(known)}."
            )
    return Pattern(_named(primary), _named(secondary))


def _named(status: str) -> str | None:
    return None if status in ("", ANY) else status


@define
class Callbacks:
    """What is to be called when a state is entered or left, and at each transition."""

    spec: Spec
    entering: list[tuple[Pattern, Callback]] = field(factory=list)
    leaving: list[tuple[Pattern, Callback]] = field(factory=list)
    passing: list[tuple[Pattern, Pattern, Callback]] = field(factory=list)

    def on_enter(self, state: str, callback: Callback) -> None:
        """Calls back with each change that enters a state."""
        self.entering.append((pattern(state, self.spec), _callable(callback)))

    def on_exit(self, state: str, callback: Callback) -> None:
        """Calls back with each change that leaves a state."""
        self.leaving.append((pattern(state, self.spec), _callable(callback)))

    def on_transition(self, callback: Callback, *, before: str = ANY, after: str = ANY) -> None:
        """Calls back with each change from a state to a state; by default with each change."""
        patterns = pattern(before, self.spec), pattern(after, self.spec)
        self.passing.append((*patterns, _callable(callback)))

    def entered(self, node: str) -> Iterator[Callback]:
        """The callbacks for a node that is entered."""
        return _about(self.entering, node)

    def left(self, node: str) -> Iterator[Callback]:
        """The callbacks for a node that is left."""
        return _about(self.leaving, node)

    def passed(self, change: Change) -> Iterator[Callback]:
        """The callbacks for a change."""
        for before, after, callback in self.passing:
            if before.fits(change.before) and after.fits(change.after):
                yield callback


def _about(registered: list[tuple[Pattern, Callback]], node: str) -> Iterator[Callback]:
    """The callbacks of a node: a primary's own, or those of a pair and of its secondary."""
    primary, slash, secondary = node.partition("/")
    wanted = (
        {Pattern(primary, secondary), Pattern(None, secondary)} if slash else {Pattern(primary)}
    )
    return (callback for about, callback in registered if about in wanted)


def _callable(callback: Callback) -> Callback:
    if not callable(callback):
        raise UsageError(f"Expected a function of a change but got {callback!r}.")
    return callback
