"""A rule as a page: the same text on the terminal and in the documentation."""

from collections.abc import Iterable, Iterator
from typing import Any

from trainstate.rules.model import Rule, Scope
from trainstate.spec.model import Spec
from trainstate.version import HOME

_SCOPES = {
    Scope.RECORD: "each record as it is read",
    Scope.RESPONSE: "each response alone",
    Scope.SEQUENCE: "each response against earlier ones of its job",
    Scope.JOB: "each job at its end",
    Scope.DRIFT: "the specification against an installed botocore",
    Scope.OPERATION: "API calls and their answers, in `trainstate fuzz`",
}


def rule_table(rules: Iterable[Rule]) -> Iterator[str]:
    """One line a rule: code, severity, name and title."""
    listed = tuple(rules)
    width = max((len(rule.name) for rule in listed), default=0)
    for rule in listed:
        yield f"{rule.code}  {rule.severity:<7}  {rule.name:<{width}}  {rule.title}"


def rule_address(rule: Rule) -> str:
    """The address of the rule's page in the documentation."""
    return f"{HOME}/blob/main/docs/reference/rules/{rule.name}.md"


def rule_object(rule: Rule) -> dict[str, Any]:
    """A rule as JSON values."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "scope": str(rule.scope),
        "title": rule.title,
        "why": rule.why,
        "message": rule.message,
        "help": rule.help,
        "sources": list(rule.sources),
        "follows": list(rule.follows),
        "on_request": rule.on_request,
        "since": rule.since,
        "address": rule_address(rule),
    }


def rule_page(rule: Rule, spec: Spec, machines: Iterable[Spec] = ()) -> Iterator[str]:
    """A rule in Markdown: what is wrong, why, examples, help, sources, its machines."""
    for paragraph in _paragraphs(rule, machines):
        yield from (paragraph, "")
    for source_id in rule.sources:
        # A source may be about another machine than this one.
        source = spec.source_by_id.get(source_id)
        if source is None:
            continue
        link = f" <{source.url}>" if source.url else ""
        yield f"- `{source_id}` {source.title}.{link} {source.says}".rstrip()


def _paragraphs(rule: Rule, machines: Iterable[Spec]) -> Iterator[str]:
    yield f"# {rule.code} {rule.name}"
    yield f"*{rule.severity}, judges {_SCOPES[rule.scope]}, since {rule.since}*"
    yield rule.title
    yield rule.why
    yield f"Message: {rule.message}"
    for title, examples in (("Bad", rule.bad), ("Good", rule.good)):
        yield f"## {title}"
        yield from (f"```text\n{example}\n```" for example in examples)
    yield "## What to do"
    yield rule.help[:1].upper() + rule.help[1:] + "."
    if rule.follows:
        yield f"Folded under a finding of the same fault: {', '.join(rule.follows)}."
    if rule.reads:
        yield f"Reads: {', '.join(f'`{part}`' for part in rule.reads)}."
    if judged := [f"`{one.name}`" for one in machines if rule.applies(one)]:
        yield f"Judges: {', '.join(judged)}."
    yield "## Sources"
