"""What the pytest plugin does: a history that is collected and checked, and what it visited.

The hooks are in ``trainstate_pytest``, which pytest imports at its start; this module is
imported when a test asks for the fixture ``job_history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, field

from trainstate.check.report import Report
from trainstate.check.run import check
from trainstate.history.model import Response
from trainstate.history.readers import read_values
from trainstate.render.text import finding_lines, summary_line
from trainstate.rules.model import Severity
from trainstate.spec.facts import Evidence
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

_EVENT = "after-call.sagemaker.DescribeTrainingJob"
_REFUSED = 300


@define(kw_only=True)
class JobHistory:
    """The responses that a test has seen, in the order of their arrival.

    ``accepted`` are the rules whose findings do not matter. ``verified`` tells whether
    the check has been made.
    """

    accepted: tuple[str, ...] = ()
    responses: list[Any] = field(factory=list)
    verified: bool = False
    _watched: list[Any] = field(factory=list)

    def add(self, response: Mapping[str, Any]) -> None:
        """Takes a copy of a response, as boto3 gives it or in any form that ``check`` reads."""
        self.responses.append(deepcopy(response))

    def watch(self, client: Any) -> Any:
        """Takes every DescribeTrainingJob response of a boto3 client; returns the client.

        Refusals are left out. The client is left alone again when the test ends.
        """
        client.meta.events.register(_EVENT, self._called)
        self._watched.append(client)
        return client

    def close(self) -> None:
        """Leaves the watched clients alone."""
        while self._watched:
            self._watched.pop().meta.events.unregister(_EVENT, self._called)

    def report(self) -> Report:
        """The report on the responses so far. Raises UnknownNameError for a rule of the marker."""
        return check(list(self.responses), ignore=self.accepted)

    def complaint(self) -> str:
        """The report as text, or nothing where it has no error."""
        report = self.report()
        if not report.at_least(Severity.ERROR):
            return ""
        shown = report.at_least(Severity.WARNING)
        parts = ["\n".join(finding_lines(finding, builtin_spec())) for finding in shown]
        return "\n\n".join([*parts, summary_line(report.summary)])

    def verify(self) -> None:
        """Fails the test, with the report, where the responses have an error."""
        self.verified = True
        if said := self.complaint():
            pytest.fail(f"no run of the service explains these responses\n\n{said}", pytrace=False)

    def _called(self, *, http_response: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        if http_response.status_code < _REFUSED:
            self.add(parsed)


@define
class Visits:
    """The statuses, pairs and transitions of the specification that responses have shown."""

    statuses: set[str] = field(factory=set)
    pairs: set[tuple[str, str]] = field(factory=set)
    transitions: set[tuple[str, str]] = field(factory=set)

    def take(self, responses: Iterable[Any]) -> None:
        """Adds what these responses show."""
        for record in read_values(list(responses), builtin_spec()):
            if isinstance(record, Response):
                self._see(record)

    def _see(self, response: Response) -> None:
        primary, secondary = response.primary, response.secondary
        self.statuses.update(response.statuses)
        self.transitions.update(pairwise(response.statuses))
        if secondary is not None:
            self.statuses.add(secondary)
        if primary is not None and secondary is not None:
            self.pairs.add((primary, secondary))

    def packed(self) -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
        """The visits as plain values, for another process."""
        return sorted(self.statuses), sorted(self.pairs), sorted(self.transitions)

    def unpack(self, packed: Any) -> None:
        """Adds the visits of another process."""
        statuses, pairs, transitions = packed
        self.statuses.update(statuses)
        self.pairs.update((one, two) for one, two in pairs)
        self.transitions.update((one, two) for one, two in transitions)

    def lines(self, spec: Spec | None = None) -> Iterator[str]:
        """What was visited and what never, each kind in a few lines; retired facts are apart."""
        spec = spec or builtin_spec()
        statuses = {row.name: row.evidence for row in spec.secondaries}
        pairs = {f"{row.primary}/{row.secondary}": row.evidence for row in spec.pairs}
        edges = {f"{row.before} -> {row.after}": row.evidence for row in spec.transitions}
        yield from _shown("statuses", statuses, self.statuses)
        yield from _shown("pairs", pairs, {"/".join(pair) for pair in self.pairs})
        yield from _shown("transitions", edges, {" -> ".join(edge) for edge in self.transitions})


def _shown(kind: str, facts: Mapping[str, Evidence], seen: set[str]) -> Iterator[str]:
    visited = [name for name in facts if name in seen]
    missed = [name for name in facts if name not in seen]
    retired = [name for name in missed if facts[name] is Evidence.DEPRECATED]
    living = [name for name in missed if facts[name] is not Evidence.DEPRECATED]
    yield f"{kind}: {len(visited)} of {len(facts)} visited"
    groups = {"visited": visited, "never": living, "never, and retired": retired}
    yield from (f"  {label}: {', '.join(names)}" for label, names in groups.items() if names)
