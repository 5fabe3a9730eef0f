"""TS201 illegal-pair."""

from trainstate.machine.witness import witness
from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.wording import pair_text
from trainstate.spec.load import builtin_spec, spec_names
from trainstate.spec.model import Spec


@rule(
    severity="error",
    sources=["api-describe", "recordings-responses"],
    message="`{pair}` is not a legal pair; `{primary}` goes with {legal}{evidence}",
    help="change both statuses at once; `trainstate spec` lists the legal pairs",
    bad=[
        "Completed/Training: Starting 90, Training",
        "InProgress/Stopping: Starting 90, Training 60, Stopping",
    ],
    good=[ACTIVE, "Stopping/Starting: Starting"],
    follows=["TS304", "TS305"],
)
def illegal_pair(statuses: Statuses) -> Violations:
    """A response cannot show this primary and secondary status together.

    Each is a status of the service, but no source shows the two in one response. A job
    changes both together; only a stop request or a deletion lets the primary run ahead.
    If the history ends with the secondary status, the primary is the wrong one.
    """
    primary, secondary = statuses.primary, statuses.secondary
    spec = statuses.spec
    if statuses.pair is not None:
        return
    if primary not in spec.primary_by_name or secondary not in {None, *spec.secondary_by_name}:
        return
    legal = [pair.secondary for pair in spec.pairs if pair.primary == primary]
    if primary is None or (secondary is None and legal):
        return
    yield Violation(
        pointer=f"/{spec.layout.secondary if _is_odd(statuses) else spec.layout.primary}",
        facts={
            "pair": pair_text((primary, secondary), spec),
            "primary": primary,
            "secondary": secondary,
            "legal": ", ".join(legal) or "nothing",
            "evidence": _weaker(spec, primary, secondary),
        },
        witness=witness(spec, (), secondary or "", statuses.config),
    )


def _weaker(spec: Spec, primary: str, secondary: str | None) -> str:
    """The evidence on which the pair is one, if the check was asked for more."""
    known = builtin_spec(spec.name) if spec.name in spec_names() else spec
    levels = [
        row.evidence
        for row in known.pairs
        if row.primary == primary and secondary in (None, row.secondary)
    ]
    strongest = min(levels, key=lambda level: level.rank, default=spec.accepted)
    return f"; `--accept {strongest}` accepts it" if strongest.rank > spec.accepted.rank else ""


def _is_odd(statuses: Statuses) -> bool:
    """Whether the secondary status is the wrong one: the history does not end with it."""
    if statuses.secondary is None:
        return False
    return not statuses.history or statuses.history[-1] != statuses.secondary
