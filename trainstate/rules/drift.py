"""What a service's own model lists, beside what the specification has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from trainstate.spec.model import Spec


@frozen(kw_only=True)
class Vocabulary:
    """The statuses of one kind: those of the specification and those that the service lists.

    ``what`` is the member that holds them, which names them in findings.
    """

    what: str
    known: tuple[str, ...]
    listed: tuple[str, ...]

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What the service lists and the specification lacks."""
        return tuple(name for name in self.listed if name not in self.known)

    @property
    def retired(self) -> tuple[str, ...]:
        """What the specification has and the service lists no more."""
        return tuple(name for name in self.known if name not in self.listed)


@frozen(kw_only=True)
class Drift:
    """A service's model, as far as the specification speaks of the same.

    ``statuses`` maps a member that holds a status to the values of its enumeration,
    ``members`` the members of the response to their types; ``version`` says which model
    it is. A status member that the service's model lacks is not in ``statuses``.
    """

    spec: Spec
    version: str
    statuses: Mapping[str, tuple[str, ...]] = field(factory=dict)
    members: Mapping[str, str] = field(factory=dict)

    @property
    def vocabularies(self) -> Iterator[Vocabulary]:
        """The statuses of each member that both models have."""
        for what, known in vocabulary(self.spec).items():
            if what in self.statuses:
                yield Vocabulary(what=what, known=known, listed=self.statuses[what])


def vocabulary(spec: Spec) -> dict[str, tuple[str, ...]]:
    """The members that hold a status, each with the statuses of the specification."""
    second = {spec.layout.secondary: tuple(spec.secondary_by_name)}
    return {
        spec.layout.primary: tuple(spec.primary_by_name),
        **(second if spec.layout.secondary else {}),
        **{machine.member: machine.statuses for machine in spec.machines},
    }
