"""The options of one check, and the objects made from them."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import define, fields_dict

from trainstate.checking.order import Order
from trainstate.checking.report import Finding
from trainstate.checking.stream import Checker
from trainstate.cli.baseline import Ignores, patterns
from trainstate.cli.options import listed, spec_at
from trainstate.errors import UsageError
from trainstate.history.readers import Limits, SourceReport, read_records
from trainstate.history.readers.lines import Record
from trainstate.rules.index import select_rules
from trainstate.rules.model import Severity
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec


@define(kw_only=True)
class CheckOptions:
    """The options of one check, as given on the command line."""

    paths: tuple[str, ...]
    form: str
    output: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[str, ...]
    per_job_ignores: tuple[str, ...]
    tolerances: tuple[str, ...]
    accept: str
    fail_on: str
    order: str | None
    input_format: str
    only_recordings: bool
    spec_path: str | None
    jobs_detail: str
    max_ratio: float | None
    workers: int
    statistics: bool
    verbose: bool
    color: str
    exit_zero: bool
    baseline: str | None
    baseline_mode: str
    settings: Path | None
    typed: tuple[str, ...]

    def checker(self) -> Checker:
        """The checker; raises the errors of wrong names and specs."""
        return Checker(
            spec=self.spec(),
            rules=select_rules(select=listed(self.select), ignore=listed(self.ignore)),
            accept=Evidence(self.accept),
            order=None if self.order is None else Order(self.order),
            tolerances=tolerances(self.tolerances),
        )

    def ignores(self) -> Ignores:
        """What is ignored in some files and for some jobs."""
        return Ignores(files=patterns(self.per_file_ignores), jobs=patterns(self.per_job_ignores))

    def records(self, on_source: Callable[[SourceReport], None]) -> Iterator[Record]:
        """The records of the paths."""
        return read_records(
            self.paths,
            self.spec(),
            input_format=self.input_format,
            limits=Limits() if self.max_ratio is None else Limits(ratio=self.max_ratio),
            on_source=on_source,
            keep_going=True,
            only_recordings=self.only_recordings,
        )

    def spec(self) -> Spec:
        """The specification as written, before evidence narrows it."""
        return spec_at(self.spec_path)

    def shows(self, finding: Finding) -> bool:
        """Whether a format for people shows a finding: not if it is too mild or follows another."""
        loud = finding.severity.rank <= self.shown.rank
        return loud and (self.verbose or finding.implied_by is None)

    @property
    def shown(self) -> Severity:
        """The mildest severity that text shows: infos only on request."""
        infos = self.verbose or self.select or self.fail_on == Severity.INFO
        return Severity.INFO if infos else Severity.WARNING


def tolerances(texts: Iterable[str]) -> Tolerances:
    """Tolerances given as NAME=SECONDS; raises UsageError for another form or name."""
    known = fields_dict(Tolerances)
    found: dict[str, Any] = {}
    for text in listed(texts):
        name, _, seconds = text.partition("=")
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}."
            raise UsageError(f"There is no tolerance {name!r}; {hint}")
        found[name] = _number(seconds)
    return Tolerances(**found)


def _number(text: str) -> Any:
    """The number that a text is; the text itself if it is none."""
    try:
        return float(text)
    except ValueError:
        return text
