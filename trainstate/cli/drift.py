"""`trainstate drift`: compares the specification with an installed botocore."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from trainstate.checking.drift import check_drift
from trainstate.checking.report import Finding
from trainstate.cli.options import MACHINE, TEXT_OR_JSON, examples, spec_at
from trainstate.cli.output import FOUND
from trainstate.render.json import FINDING, finding_object
from trainstate.render.plain import plain
from trainstate.rules.drift import Drift

_UNTOLD = ("job", "file", "line", "index", "witness")  # of what is about no recording


def drift_lines(drift: Drift, findings: Sequence[Finding]) -> Iterator[str]:
    """One line a difference with its remedy, then what was compared."""
    for finding in findings:
        yield f"{finding.severity}: {finding.code} {finding.name}: {plain(finding.message)}"
        yield f"  help: {finding.help}"
    statuses = sum(len(listed) for _, _, listed in drift.vocabularies)
    yield (
        f"{drift.version} and the {drift.spec.name} spec {drift.spec.version}:"
        f" {statuses} statuses, {len(drift.members)} members,"
        f" {len(findings)} difference{'' if len(findings) == 1 else 's'}"
    )


def drift_object(drift: Drift, findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "schema": 1,
        "compared": {
            "spec": f"{drift.spec.name} {drift.spec.version}",
            "with": drift.version,
            "members": len(drift.members),
        },
        "findings": [
            finding_object(finding, [name for name in FINDING if name not in _UNTOLD])
            for finding in findings
        ],
    }


@click.command(
    name="drift",
    epilog=examples("drift", "drift --format json"),
    short_help="Compare the model with an installed botocore.",
)
@TEXT_OR_JSON
@MACHINE
@click.pass_context
def command(ctx: click.Context, form: str, spec_path: str | None) -> None:
    """List the statuses and members that differ between the model and the installed botocore.

    Exit status: 0 no differences, 1 differences, 2 botocore is not installed.
    """
    from trainstate.aws.service_model import installed_drift

    spec = spec_at(spec_path)
    drift = installed_drift(spec)
    findings = check_drift(drift)
    if form == "json":
        click.echo(json.dumps(drift_object(drift, findings), indent=1))
    else:
        for line in drift_lines(drift, findings):
            click.echo(line)
    ctx.exit(FOUND if findings else 0)
