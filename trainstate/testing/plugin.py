"""The pytest plugin's work: it collects and checks a history.

The hooks are in ``trainstate_pytest``, which pytest imports at its start; this module is
imported when a test asks for the fixture ``job_history``.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from attrs import define, field

from trainstate.checking.report import Report
from trainstate.checking.run import check
from trainstate.history.readers import read_values
from trainstate.render.text import finding_lines, summary_line
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec

_EVENT = "after-call.sagemaker.DescribeTrainingJob"
_REFUSED = 300


@define(kw_only=True)
class JobHistory:
    """The responses that a test has seen, in order of arrival.

    ``accepted`` are rules whose findings are ignored. ``verified`` says whether the check
    has run.
    """

    accepted: tuple[str, ...] = ()
    responses: list[Any] = field(factory=list)
    verified: bool = False
    _watched: list[Any] = field(factory=list)

    def add(self, response: Mapping[str, Any]) -> None:
        """Adds a copy of a response, as boto3 returns it or in any form that ``check`` reads.

        Raises InputError for anything else.
        """
        copied = deepcopy(response)
        next(read_values([copied], builtin_spec()), None)
        self.responses.append(copied)

    def watch(self, client: Any) -> Any:
        """Adds every DescribeTrainingJob response of a boto3 client; returns the client.

        Errors are left out. Watching ends with the test.
        """
        client.meta.events.register(_EVENT, self._called)
        self._watched.append(client)
        return client

    def close(self) -> None:
        """Stops watching the clients."""
        while self._watched:
            self._watched.pop().meta.events.unregister(_EVENT, self._called)

    def report(self) -> Report:
        """The report on the responses so far. Raises UnknownNameError for a rule of the marker."""
        return check(list(self.responses), ignore=self.accepted)

    def complaint(self) -> str:
        """The report as text; empty if it has no error."""
        report = self.report()
        if not report.at_least(Severity.ERROR):
            return ""
        shown = report.at_least(Severity.WARNING)
        parts = ["\n".join(finding_lines(finding, builtin_spec())) for finding in shown]
        return "\n\n".join([*parts, summary_line(report.summary)])

    def verify(self) -> None:
        """Fails the test, with the report, if the responses have an error."""
        self.verified = True
        if said := self.complaint():
            pytest.fail(f"no run of the service explains these responses\n\n{said}", pytrace=False)

    def _called(self, *, http_response: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        if http_response.status_code < _REFUSED:
            self.add(parsed)
