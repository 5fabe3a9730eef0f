"""`trainstate rule`: what a rule means."""

from __future__ import annotations

import click

from trainstate.cli.completion import rule_names
from trainstate.render.rule import rule_page, rule_table
from trainstate.rules.index import find_rule, rules
from trainstate.spec.load import builtin_spec


@click.command(name="rule", short_help="Explain a rule, or list all.")
@click.argument("wanted", required=False, metavar="[CODE|NAME]", shell_complete=rule_names)
def command(wanted: str | None) -> None:
    """Explain the rule with this code or name; without one, list all rules."""
    lines = rule_table(rules()) if wanted is None else rule_page(find_rule(wanted), builtin_spec())
    for line in lines:
        click.echo(line)
