"""TS202 undocumented-pair."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.wording import pair_text
from trainstate.spec.model import Evidence

_WITHDRAWN = "Stopped/Interrupted: Starting 90, Training 60, Interrupted"
_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxWaitTimeInSeconds": 90_000}


@rule(
    severity="info",
    sources=["api-enum", "recordings-stop-during-start", "sdk-docs-2019"],
    message="`{pair}` is {evidence}: no present documentation and no recording shows it",
    help="the pair is accepted; narrow `--accept` to refuse weaker evidence",
    bad=[
        "Stopping/Training: Starting 90, Training",
        "InProgress/Updating: Starting 90, Training 60, Updating",
        poll(_WITHDRAWN, _SPOT),
    ],
    good=[ACTIVE, "Stopping/Starting: Starting"],
    needs=["secondary"],
)
def undocumented_pair(statuses: Statuses) -> Violations:
    """No documentation shows this primary and secondary status together.

    The pair follows from how the service must work, or used to be documented. It is not a
    fault, but the verdict rests on it. A pair that AWS has withdrawn is a warning; TS103
    reports pairs with a retired status.
    """
    pair, spec = statuses.pair, statuses.spec
    if pair is None or pair.evidence not in (Evidence.INFERRED, Evidence.DEPRECATED):
        return
    withdrawn = pair.evidence is Evidence.DEPRECATED
    if withdrawn and spec.secondary_by_name[pair.secondary].evidence is Evidence.DEPRECATED:
        return
    yield Violation(
        pointer=f"/{spec.layout.secondary}",
        facts={
            "pair": pair_text((pair.primary, pair.secondary), spec),
            "evidence": str(pair.evidence),
        },
        severity=Severity.WARNING if withdrawn else None,
    )
