"""What a rule is: everything about one fault, in one file.

``given`` has what a rule receives; a rule's file imports both from here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from inspect import cleandoc
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import field, frozen

from trainstate.errors import SpecError
from trainstate.history.chain import Relation
from trainstate.history.model import Unreadable
from trainstate.rules.contradictions import AttachedChange, Clash, MemberChange, OtherEpoch
from trainstate.rules.drift import Drift
from trainstate.rules.example import Example, Poll, as_example
from trainstate.rules.given import Comparison, JobEnd, Reading
from trainstate.spec.model import Spec


class Severity(StrEnum):
    """How bad a finding is, worst first.

    *error*: no run of the model explains it. *warning*: legal but suspicious, or deprecated.
    *info*: rests on weaker evidence; hidden by default.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst severity."""
        return list(Severity).index(self)


class Scope(StrEnum):
    """What a rule judges."""

    RECORD = "record"
    RESPONSE = "response"
    SEQUENCE = "sequence"
    JOB = "job"
    DRIFT = "drift"
    OPERATION = "operation"


@frozen(kw_only=True)
class Violation:
    """Where a rule is violated, and the facts that say how.

    ``pointer`` is a JSON pointer into the response; ``facts`` fill the rule's message;
    ``severity`` and ``unknown`` override the rule's own for a milder or worse case;
    ``witness`` is the shortest legal history that shows what was expected.
    """

    pointer: str = ""
    facts: Mapping[str, Any] = field(factory=dict)
    severity: Severity | None = None
    unknown: bool | None = None
    witness: tuple[str, ...] = ()


Violations = Iterator[Violation]
Check = Callable[..., Iterable[Violation]]


@frozen(kw_only=True, eq=False)
class Rule:
    """One fault that a recording can have.

    ``name`` is the identity, ``code`` its short alias. ``title`` and ``why`` come from the
    check's docstring; ``reads``, the parts that it receives, from its argument types. ``bad``
    and ``good`` are examples that tests execute. ``unknown``: a finding makes the verdict
    UNKNOWN instead of INCONSISTENT. ``follows`` are codes and prefixes of rules whose finding
    explains one of this rule: it is then the same fault. ``needs`` are the roles of the layout
    or tables of the facts without which the rule does not apply to a machine.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    title: str
    why: str
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    message: str
    help: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    since: str
    unknown: bool
    on_request: bool
    follows: tuple[str, ...]
    needs: tuple[str, ...]
    check: Check

    def applies(self, spec: Spec) -> bool:
        """Whether a specification's machine has everything that the rule needs."""
        for need in self.needs:
            table = hasattr(spec, need.partition(".")[0])
            if not attrgetter(need)(spec if table else spec.layout):
                return False
        return True

    @cached_property
    def category(self) -> str:
        """The prefix of the code: what the rule reads."""
        return self.code[:3]


ExampleForm = str | Poll | Sequence[str | Poll] | Example

FIRST_VERSION = "0.1.0"

_FILE = re.compile(r"ts\d{3}(_[a-z]+)+", re.ASCII)
_SCOPES = {
    "Unreadable": Scope.RECORD,
    "Comparison": Scope.SEQUENCE,
    "JobEnd": Scope.JOB,
    "Drift": Scope.DRIFT,
    "Exchange": Scope.OPERATION,
}


def rule(
    *,
    severity: str,
    sources: Sequence[str],
    message: str,
    help: str,
    bad: Sequence[ExampleForm],
    good: Sequence[ExampleForm],
    since: str = FIRST_VERSION,
    unknown: bool = False,
    on_request: bool = False,
    follows: Sequence[str] = (),
    needs: Sequence[str] = (),
) -> Callable[[Check], Rule]:
    """A decorator that makes a Rule of a check; code and name come from its file's name.

    The check takes parts of a response, or the subject of another scope: a Comparison, an
    Unreadable, a JobEnd, a Drift or an Exchange. It yields Violations. Its docstring has the
    title, then why the fault is wrong.
    """

    def declare(check: Check) -> Rule:
        title, _, why = cleandoc(check.__doc__ or "").partition("\n\n")
        code, name = _called(Path(check.__code__.co_filename).stem)
        kinds = [kind for part, kind in check.__annotations__.items() if part != "return"]
        # Text where a module postpones its annotations.
        reads = tuple(getattr(kind, "__name__", kind) for kind in kinds)
        return Rule(
            code=code,
            name=name,
            severity=Severity(severity),
            scope=_SCOPES.get(reads[0], Scope.RESPONSE),
            title=" ".join(title.split()),
            why=why.strip(),
            reads=reads,
            sources=tuple(sources),
            message=message,
            help=help,
            bad=tuple(map(as_example, bad)),
            good=tuple(map(as_example, good)),
            since=since,
            unknown=unknown,
            on_request=on_request,
            follows=tuple(follows),
            needs=tuple(needs),
            check=check,
        )

    return declare


def _called(stem: str) -> tuple[str, str]:
    """The code and the name in a rule's file name; raises SpecError for another form."""
    if not _FILE.fullmatch(stem):
        raise SpecError(
            f"Expected a rule's file named like ts301_illegal_transition.py but got {stem}.py."
        )
    code, _, words = stem.partition("_")
    return code.upper(), words.replace("_", "-")


__all__ = [
    "AttachedChange",
    "Clash",
    "Drift",
    "JobEnd",
    "MemberChange",
    "OtherEpoch",
    "Violation",
    "Violations",
    "Reading",
    "Relation",
    "Rule",
    "Scope",
    "Severity",
    "Comparison",
    "Unreadable",
    "rule",
]
