"""The pytest plugin: the fixture ``job_history``, its marker, and ``--trainstate-coverage``.

pytest imports this module at the start of every run of every project, before the coverage
of anything is measured. So it stands outside the package, and imports the package only
when a test uses the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trainstate.testing.coverage import Coverage
    from trainstate.testing.plugin import JobHistory

_MARKER = (
    "trainstate_accept(*rules): findings of these rules, by code or name, do not fail the test"
    " when its job_history is checked."
)
_HISTORY: pytest.StashKey[JobHistory] = pytest.StashKey()
_VISITS: pytest.StashKey[Coverage] = pytest.StashKey()
# What a worker of pytest-xdist hands to the process that prints the summary.
_OUTPUT = "trainstate_visits"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the option."""
    parser.getgroup("trainstate").addoption(
        "--trainstate-coverage",
        action="store_true",
        help="Print which statuses, pairs and transitions the job histories of the run"
        " visited, and which never.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def job_history(request: pytest.FixtureRequest) -> Iterator[JobHistory]:
    """Collects DescribeTrainingJob responses, and checks them when the test ends."""
    from trainstate.testing.plugin import JobHistory  # noqa: PLC0415 - see the module

    marks = request.node.iter_markers("trainstate_accept")
    history = JobHistory(accepted=tuple(rule for mark in marks for rule in mark.args))
    request.node.stash[_HISTORY] = history
    yield history
    history.close()
    if request.config.getoption("--trainstate-coverage"):
        _visits(request.config).take(history.responses)
    if not history.verified and (said := history.complaint()):
        request.node.add_report_section("teardown", "trainstate", said)


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Checks the history of a test that has passed, so that it fails and is no error."""
    if _HISTORY in item.stash:
        item.stash[_HISTORY].verify()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands what a worker of pytest-xdist has visited to the process that started it."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None and _VISITS in session.config.stash:
        from attrs import asdict, filters  # noqa: PLC0415 - see the module

        visits = session.config.stash[_VISITS]
        output[_OUTPUT] = asdict(visits, recurse=False, filter=filters.exclude("spec"))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes over what a worker of pytest-xdist has visited."""
    packed = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if packed is not None:
        visits = _visits(node.config)
        visits.add(type(visits)(**packed))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Prints what the run has visited, where that was asked for."""
    if config.getoption("--trainstate-coverage"):
        terminalreporter.section("trainstate coverage")
        for line in _visits(config).lines():
            terminalreporter.write_line(line)


def _visits(config: pytest.Config) -> Coverage:
    from trainstate.testing.coverage import Coverage  # noqa: PLC0415 - see the module

    return config.stash.setdefault(_VISITS, Coverage())
