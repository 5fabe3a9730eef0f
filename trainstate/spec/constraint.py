"""What one member of a response asks of the others: a row of the facts."""

from __future__ import annotations

from attrs import frozen

from trainstate.spec.facts import Row


@frozen(kw_only=True)
class Constraint(Row):
    """What a value inside a member asks of the rest of its response.

    ``path`` is one of a shape; with ``value`` only that value asks. Then one of ``needs`` is there,
    ``excludes`` is not, or is false; the value is among those at ``among``, one of ``one_of``, a
    place below that at ``below``, and not what is at ``unlike``. An ARN has the parts ``same`` of
    the job's: *partition*, *region*, *account*. ``says`` puts it in words.
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
    same: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all values that it speaks of."""
        named = (self.path, *self.needs, self.excludes, self.among, self.below, self.unlike)
        return tuple(path for path in named if path)
