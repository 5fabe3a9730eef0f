"""A constraint between members of a response: a row of the facts."""

from attrs import frozen

from trainstate.spec.facts import Row


@frozen(kw_only=True)
class Constraint(Row):
    """What a value at a path requires of the rest of its response.

    ``path`` is the path of a shape. With ``value``, only that value has requirements. Then one of
    ``needs`` is present; ``excludes`` is absent or false; the value is among those at ``among``,
    one of ``one_of``, a location below the one at ``below``, and differs from the one at
    ``unlike``. An ARN is one of the group whose ARN is at ``in_group``, and shares the parts in
    ``same`` with the job's: *partition*, *region*, *account*. ``says`` puts the constraint in
    words.
    """

    path: str
    says: str
    value: str = ""
    needs: tuple[str, ...] = ()
    excludes: str = ""
    among: str = ""
    one_of: tuple[int, ...] = ()
    below: str = ""
    unlike: str = ""
    in_group: str = ""
    same: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that the constraint mentions."""
        others = self.excludes, self.among, self.below, self.unlike, self.in_group
        return tuple(path for path in (self.path, *self.needs, *others) if path)
