"""Coverage of the specification by responses: statuses, pairs and transitions."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Self

from attrs import define, field

from trainstate.history.model import Response
from trainstate.history.readers import read_values
from trainstate.spec.facts import Evidence
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec


@define
class Coverage:
    """Statuses, pairs and transitions of a specification that responses have shown."""

    spec: Spec = field(factory=builtin_spec)
    statuses: set[str] = field(factory=set)
    pairs: set[tuple[str, str]] = field(factory=set)
    transitions: set[tuple[str, str]] = field(factory=set)

    def take(self, responses: Iterable[Any]) -> None:
        """Adds what these responses show."""
        for record in read_values(list(responses), self.spec):
            if isinstance(record, Response):
                self.see(record)

    def see(self, response: Response) -> None:
        """Adds what one response shows."""
        primary = response.primary
        secondary = response.secondary if self.spec.layout.secondary else primary
        self.statuses.update(response.statuses)
        self.transitions.update(pairwise(response.statuses))
        if secondary is not None:
            self.statuses.add(secondary)
        if primary is not None and secondary is not None:
            self.pairs.add((primary, secondary))

    def add(self, other: Self) -> None:
        """Adds what others have shown."""
        self.statuses |= other.statuses
        self.pairs |= other.pairs
        self.transitions |= other.transitions

    def lines(self) -> Iterator[str]:
        """What was visited and what was not, each kind in a few lines; retired facts are apart."""
        for kind, facts, seen in self._kinds():
            yield from _shown(kind, facts, seen)

    def missed(self, level: Evidence) -> dict[str, list[str]]:
        """Facts with this evidence or stronger that were never visited, by kind."""
        return {
            kind: [n for n, found in facts.items() if found.rank <= level.rank and n not in seen]
            for kind, facts, seen in self._kinds()
        }

    def counted(self) -> dict[str, dict[str, list[int]]]:
        """Visited facts and all facts, counted by kind and evidence."""
        return {
            kind: {
                str(level): [
                    sum(found is level and name in seen for name, found in facts.items()),
                    sum(found is level for found in facts.values()),
                ]
                for level in Evidence
            }
            for kind, facts, seen in self._kinds()
        }

    def _kinds(self) -> Iterator[tuple[str, Mapping[str, Evidence], set[str]]]:
        spec = self.spec
        statuses = {row.name: row.evidence for row in spec.secondaries}
        pairs = {f"{row.primary}/{row.secondary}": row.evidence for row in spec.pairs}
        yield "statuses", statuses, self.statuses
        yield "pairs", pairs, {"/".join(pair) for pair in self.pairs}
        if not (spec.layout.history or self.transitions):
            return  # no response can show one
        edges: dict[str, Evidence] = {}
        for row in spec.transitions:
            name = f"{row.before} -> {row.after}"
            edges[name] = min(edges.get(name, row.evidence), row.evidence, key=lambda e: e.rank)
        yield "transitions", edges, {" -> ".join(edge) for edge in self.transitions}


def _shown(kind: str, facts: Mapping[str, Evidence], seen: set[str]) -> Iterator[str]:
    visited = [name for name in facts if name in seen]
    missed = [name for name in facts if name not in seen]
    retired = [name for name in missed if facts[name] is Evidence.DEPRECATED]
    living = [name for name in missed if facts[name] is not Evidence.DEPRECATED]
    yield f"{kind}: {len(visited)} of {len(facts)} visited"
    groups = {"visited": visited, "never": living, "never, and retired": retired}
    yield from (f"  {label}: {', '.join(names)}" for label, names in groups.items() if names)
