"""`trainstate rule`: what a rule means."""

import click

from trainstate.cli.options import TEXT_OR_JSON, examples, rule_names
from trainstate.render.plain import json_text
from trainstate.render.rule import rule_object, rule_page, rule_table
from trainstate.rules.index import find_rule, fits, rules
from trainstate.spec.load import builtin_spec, spec_names


@click.command(
    name="rule",
    epilog=examples("rule", "rule TS3", "rule illegal-transition"),
    short_help="Explain a rule, or list all.",
)
@click.argument("wanted", required=False, metavar="[CODE|NAME]", shell_complete=rule_names)
@TEXT_OR_JSON
def command(wanted: str | None, form: str) -> None:
    """Explain the rule with this code or name.

    For the beginning of a code, such as TS3, list its rules; without one, list all.
    """
    found = [rule for rule in rules() if wanted is None or fits(rule, wanted)]
    if not found:
        find_rule(wanted or "")
    alone = found[0] if len(found) == 1 else None
    if form == "json":
        click.echo(json_text(rule_object(alone) if alone else [*map(rule_object, found)], indent=1))
        return
    machines = map(builtin_spec, spec_names())
    for line in rule_page(alone, builtin_spec(), machines) if alone else rule_table(found):
        click.echo(line)
