"""What a service's own model lists, compared with the specification."""

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from trainstate.spec.model import Spec


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
    def vocabularies(self) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """The statuses of each member that both models have: the specification's, the service's."""
        for member, known in vocabulary(self.spec).items():
            if member in self.statuses:
                yield member, known, self.statuses[member]


def vocabulary(spec: Spec) -> dict[str, tuple[str, ...]]:
    """Status members with the specification's statuses."""
    second = {spec.layout.secondary: tuple(spec.secondary_by_name)}
    return {
        spec.layout.primary: tuple(spec.primary_by_name),
        **(second if spec.layout.secondary else {}),
        **{machine.member: machine.statuses for machine in spec.machines},
    }
