"""What a service's own model lists, compared with the specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from trainstate.spec.model import Spec


@frozen(kw_only=True)
class Vocabulary:
    """Statuses of one kind: in the specification, and in the service's list.

    ``what`` is the member that holds them; findings name it.
    """

    what: str
    known: tuple[str, ...]
    listed: tuple[str, ...]

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Statuses that the service lists and the specification lacks."""
        return tuple(name for name in self.listed if name not in self.known)

    @property
    def retired(self) -> tuple[str, ...]:
        """Statuses that the specification has and the service no longer lists."""
        return tuple(name for name in self.known if name not in self.listed)


@frozen(kw_only=True)
class Drift:
    """The part of a service's model that the specification covers.

    ``statuses`` maps status members to the values of their enumerations, ``members`` the
    response's members to their types; ``version`` identifies the model. A status member that
    the service's model lacks is not in ``statuses``.
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
    """Status members with the specification's statuses."""
    second = {spec.layout.secondary: tuple(spec.secondary_by_name)}
    return {
        spec.layout.primary: tuple(spec.primary_by_name),
        **(second if spec.layout.secondary else {}),
        **{machine.member: machine.statuses for machine in spec.machines},
    }
