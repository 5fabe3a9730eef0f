"""TS802 unlisted-member."""

from trainstate.rules.drift import Drift
from trainstate.rules.example import service
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-members"],
    message="{version} lists the member {member!r} ({type}), the specification gives it no role",
    help="give the member a row with its role: whether it may change, and when it is present",
    bad=[service("member + CarbonFootprint")],
    good=[service("as specified"), service("member - MlflowDetails")],
)
def unlisted_member(drift: Drift) -> Violations:
    """The service's model lists a member of the response that the specification lacks.

    Each member has one role (identity, status, time, billing, configuration, result, …), and
    the rules about changed members read it. A member without a role is ignored, so an
    impossible change of it would go unnoticed.
    """
    for name, kind in drift.members.items():
        if name not in drift.spec.member_by_name:
            facts = {"member": name, "type": kind, "version": drift.version}
            yield Violation(pointer=f"/{name}", facts=facts)
