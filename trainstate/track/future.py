"""What can come next for a job, and what can still be reached."""

from __future__ import annotations

from attrs import frozen

from trainstate.checking.epoch import Epoch
from trainstate.errors import UnknownNameError
from trainstate.machine.belief import explains
from trainstate.machine.run_states import KnownHistory
from trainstate.machine.step import State, initial_states, showing, successors
from trainstate.spec.graph import reachable
from trainstate.spec.model import Evidence, Spec, Transition
from trainstate.track.update import Standing


@frozen(kw_only=True)
class NextState:
    """A state one step away, with the strongest fact that allows it.

    ``guard`` names what the job's configuration must allow; ``sources`` are ids of the
    specification's sources.
    """

    primary: str
    secondary: str
    evidence: Evidence
    sources: tuple[str, ...]
    guard: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """The primary and the secondary status."""
        return self.primary, self.secondary


def possible_states(epoch: Epoch, state: Standing) -> tuple[State, ...]:
    """The states that the job can be in, by everything that was seen.

    If the observations contradict each other, the states that fit the newest pair.
    """
    past = KnownHistory(tuple(entry.status for entry in epoch.known), epoch.config)
    run_states = explains(
        epoch.spec, past, epoch.observations.groups(), epoch.observations.unordered()
    )
    fitting = {run_state.state for run_state in run_states if _fits(run_state.state, state)}
    return tuple(sorted(fitting)) or showing(epoch.spec, *state.pair)


def _fits(state: State, shown: Standing) -> bool:
    primary, secondary = shown.pair
    return primary in (None, state.primary) and secondary in (None, state.position.secondary)


def next_states(epoch: Epoch, state: Standing) -> tuple[NextState, ...]:
    """States that can come next, the strongest evidence first."""
    found: dict[tuple[str, str], NextState] = {}
    for possible in possible_states(epoch, state):
        for following, row in successors(epoch.spec, possible, epoch.config):
            known = found.get(following.pair)
            if known is None or row.evidence.rank < known.evidence.rank:
                found[following.pair] = NextState(
                    primary=following.primary,
                    secondary=following.position.secondary,
                    evidence=row.evidence,
                    sources=row.sources,
                    guard=row.guard if isinstance(row, Transition) else None,
                )
    return tuple(sorted(found.values(), key=lambda option: option.evidence.rank))


def first_states(spec: Spec) -> tuple[NextState, ...]:
    """States in which a job can begin."""
    return tuple(
        NextState(
            primary=row.primary,
            secondary=row.secondary,
            evidence=row.evidence,
            sources=row.sources,
        )
        for row in spec.initials
    )


def can_reach(
    spec: Spec,
    epoch: Epoch | None,
    state: Standing,
    *,
    primary: str | None,
    secondary: str | None,
) -> bool:
    """Whether the job is in a state with these statuses or can still reach one.

    None fits any status. Raises UnknownNameError for a status that does not exist.
    """
    _check(primary, spec.primary_by_name, "primary")
    _check(secondary, spec.secondary_by_name, "secondary")
    starts = initial_states(spec) if epoch is None else possible_states(epoch, state)
    wanted = Standing(primary=primary, secondary=secondary)
    found = reachable(
        starts,
        lambda node: [
            following
            for following, _ in (
                successors(spec, node) if epoch is None else successors(spec, node, epoch.config)
            )
        ],
    )
    return any(_fits(node, wanted) for node in found)


def _check(status: str | None, known: object, what: str) -> None:
    names = list(known)  # type: ignore[call-overload]
    if status is not None and status not in names:
        raise UnknownNameError(
            f"Expected a {what} status but got {status!r}; known are: {', '.join(names)}."
        )
