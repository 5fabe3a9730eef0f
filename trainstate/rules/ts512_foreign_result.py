"""TS512 foreign-result."""

from trainstate.history.model import Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence

_TOKENS = {"/BillableTokenCount": 12_345}
_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}


@rule(
    severity="warning",
    sources=["api-members"],
    message="`{member}` is set, but `{setting}` is absent: only a job with the one has the other",
    help="look for merged responses of two jobs",
    bad=[
        poll(DONE, _TOKENS),
        poll(DONE, {"/ProgressInfo": {"CurrentEpoch": 1, "MaxEpoch": 3}}),
        poll(DONE, {"/MlflowDetails": {"MlflowRunId": "one"}}),
    ],
    good=[DONE, poll(DONE, _TOKENS | _SERVERLESS)],
)
def foreign_result(presence: Presence) -> Violations:
    """A job has a result that only another kind of job has.

    The API counts tokens and shows progress only for serverless jobs. A job has MLflow details
    and an output model package only if its configuration asks for them. What an event, an
    excerpt or a result of Search leaves out says nothing.
    """
    if not presence.excused:
        return
    hidden = presence.spec.layout.unsearched if presence.kind is Kind.SEARCH else ()
    for member in presence.spec.members:
        foreign = member.only_with and member.only_with not in (*presence.present, *hidden)
        if foreign and member.name in presence.present:
            facts = {"member": member.name, "setting": member.only_with}
            yield Violation(pointer=f"/{member.name}", facts=facts)
