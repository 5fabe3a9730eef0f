"""A program as Python: plain calls of a boto3 client that anyone can run."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from string import Template
from textwrap import indent
from types import SimpleNamespace
from typing import Any

from trainstate.checking.report import Finding
from trainstate.rules.exchange import ASK, DESCRIBE, LIST
from trainstate.rules.index import find_rule
from trainstate.rules.model import Scope
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.ledger import JobLedger, api
from trainstate.testing.fuzzing.other_calls import OtherCalls
from trainstate.testing.fuzzing.program import ADVANCE, FINISH, Call, Program, request
from trainstate.testing.fuzzing.requests import LISTS, TIMES, job_name, kind_of
from trainstate.testing.fuzzing.subject import Script

_CALL = Template('''\
seen = []


def call(operation, at=None, **params):
    """Makes a call, prints the result, and keeps job descriptions."""
    try:
        answer = getattr(at or client, operation)(**params) or {}
    except Exception as error:
        print(f"{operation}: {type(error).__name__}: {error}")
        return {}
    listed = answer.get("$listed")
    jobs = [(job["$name"], job["$status"]) for job in listed or ()]
    print(f"{operation}: {answer.get('$status', 'ok') if listed is None else jobs}")
    if operation == "$describe":
        seen.append(answer)
    return answer


''')
_JUDGE = """
for finding in trainstate.check(seen):
    print(finding)
"""
_FINISH = """\
for _ in range(60):  # until it has ended, or is gone
    shown = call("{describe}", {member}="{name}")
    if shown.get("{status}") not in {active}:
        break
    {advance}
"""
_PAGES = """\
page = call("{list}"{given})
while page.get("NextToken"):
    page = call("{list}"{given}, NextToken=page["NextToken"])
"""
_RUN = "0"
_NAMED = re.compile(r"""["'](job-[abc]-)0(_?)["']""")
_LONGEST_HEAD = 98
_LONGEST_VALUE = 60


def script(program: Program, finding: Finding, how: Script, spec: Spec) -> str:
    """The program as the text of a script, with the finding on its first line.

    For a finding about responses the script checks them; for one about a call it shows the
    result of the last one.
    """
    judges = find_rule(finding.name).scope is not Scope.OPERATION
    head = f"# {finding.code} {finding.name}: {' '.join(finding.message.split())}"
    setup = [line.format(seed=program.seed) for line in how.setup]
    setup += ["from uuid import uuid4", "", "run = uuid4().hex[:6]"] if how.unique else []
    setup += ["", "import trainstate"] if judges else []
    lines = (line for call in program.calls for line in _lines(call, how, spec))
    body = "\n".join((*how.inner, *lines))
    if how.block:
        body = f"{how.block.format(seed=program.seed)}\n{indent(body, '    ')}"
    end = [_JUDGE] if judges else []
    text = "\n".join((head[:_LONGEST_HEAD], *setup, "", _call(spec), body, *end))
    text = text.rstrip() + "\n"
    return _NAMED.sub(r'f"\1{run}\2"', text) if how.unique else text


def _call(spec: Spec) -> str:
    layout, methods = spec.layout, api(kind_of(spec)).methods
    return _CALL.substitute(
        listed=layout.listed, name=layout.name, status=layout.primary, describe=methods[DESCRIBE]
    )


def _finished(call: Call, how: Script, spec: Spec) -> str:
    return _FINISH.format(
        describe=api(kind_of(spec)).methods[DESCRIBE],
        member=spec.layout.name,
        name=job_name(call.slot, _RUN),
        status=spec.layout.primary,
        active=tuple(name for name in spec.primary_by_name if name not in spec.terminal_primaries),
        advance=_advanced(how, "3600"),
    )


def _lines(call: Call, how: Script, spec: Spec) -> Iterator[str]:
    methods = api(kind_of(spec)).methods
    if call.verb == ADVANCE:
        yield _advanced(how, f"{call.seconds:g}")
    elif call.verb == FINISH:
        yield from _finished(call, how, spec).splitlines()
    elif call.verb == LIST:
        yield from _PAGES.format(list=methods[LIST], given=_asked(call.word)).splitlines()
    elif call.verb == ASK:
        yield from _asked_beside(call)
    else:
        yield from _called(methods[call.verb], request(call, _RUN, spec))


class _Noted:
    """A client that records its calls."""

    def __init__(self, service: str, calls: list[tuple[str, str, dict[str, Any]]]) -> None:
        model = SimpleNamespace(operation_model=lambda _name: SimpleNamespace(error_shapes=()))
        self.meta = SimpleNamespace(method_to_api_mapping=defaultdict(str), service_model=model)
        self._service, self._calls = service, calls

    def __getattr__(self, method: str) -> Any:
        def noted(**params: Any) -> dict[str, Any]:
            self._calls.append((self._service, method, params))
            return {}

        return noted


def _asked_beside(call: Call) -> Iterator[str]:
    calls: list[tuple[str, str, dict[str, Any]]] = []
    clients = {name: _Noted(name, calls) for name in ("sagemaker", "logs", "sagemaker-metrics")}
    spec = builtin_spec()
    beside = OtherCalls(clients=clients, spec=spec, ledger=JobLedger(spec=spec), token=_RUN)
    list(beside.ask(call.word, call.slot))
    for service, method, params in calls:
        at = "" if service == "sagemaker" else f'at=sm.client("{service}"), '
        given = ", ".join(f"{name}={value!r}" for name, value in params.items())
        yield f'call("{method}", {at}{given})'


def _advanced(how: Script, seconds: str) -> str:
    return how.advance.format(seconds=seconds) if how.advance else f"pass  # {seconds} s go by"


def _called(method: str, params: Mapping[str, Any]) -> Iterator[str]:
    given = [f"{name}={_literal(value)}" for name, value in params.items()]
    if len(given) == 1:
        yield f'call("{method}", {given[0]})'
        return
    yield "call("
    yield from indent("".join(f"{one},\n" for one in (f'"{method}"', *given)), "    ").splitlines()
    yield ")"


def _literal(value: Any) -> str:
    """A value as Python, a long one over several lines."""
    if isinstance(value, Mapping) and len(repr(value)) > _LONGEST_VALUE:
        items = (f'"{name}": {_literal(item)},' for name, item in value.items())
        return "\n".join(("{", indent("\n".join(items), "    "), "}"))
    return repr(value) if '"' in str(value) else repr(value).replace("'", '"')


def _asked(word: str) -> str:
    """The arguments of a list; times count from the first job that was described."""
    given = ""
    for name, value in LISTS[word].items():
        if name in TIMES:
            text = f'seen[0]["CreationTime"].timestamp() + {value}'
            given += f', **({{"{name}": {text}}} if seen else {{}})'
        else:
            given += f", {name}={value!r}"
    return given
