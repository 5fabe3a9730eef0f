"""`trainstate rule`: what a rule means."""

from typing import Any

import click

from trainstate.cli.options import TEXT_OR_JSON, examples, rule_names
from trainstate.render.plain import json_text
from trainstate.render.rule import rule_object, rule_page, rule_table
from trainstate.rules.index import find_rule, rules
from trainstate.spec.load import builtin_spec, spec_names


@click.command(
    name="rule",
    epilog=examples("rule", "rule illegal-transition"),
    short_help="Explain a rule, or list all.",
)
@click.argument("wanted", required=False, metavar="[CODE|NAME]", shell_complete=rule_names)
@TEXT_OR_JSON
def command(wanted: str | None, form: str) -> None:
    """Explain the rule with this code or name; without one, list all rules."""
    if form == "json":
        found: Any = [*map(rule_object, rules())] if wanted is None else None
        click.echo(json_text(found or rule_object(find_rule(wanted or "")), indent=1))
        return
    machines = map(builtin_spec, spec_names())
    lines = (
        rule_table(rules())
        if wanted is None
        else rule_page(find_rule(wanted), builtin_spec(), machines)
    )
    for line in lines:
        click.echo(line)
