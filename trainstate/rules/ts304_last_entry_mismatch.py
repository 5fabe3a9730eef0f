"""TS304 last-entry-mismatch."""

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses


@rule(
    severity="error",
    sources=["api-describe", "recordings-responses"],
    message="the history ends with `{last}`, but the secondary status is `{secondary}`",
    help="set the secondary status and append to the history in one step",
    bad=[
        "Completed/Completed: Starting 90, Downloading",
        "InProgress/Training: Starting 90, Training 60, Uploading",
    ],
    good=[ACTIVE, "Stopping/Starting: Starting"],
    needs=["history"],
    follows=["TS102", "TS103", "TS305"],
)
def last_entry_mismatch(statuses: Statuses) -> Violations:
    """The history ends with another status than the secondary status.

    The secondary status is the last of the history. The two agree in every recorded
    response, even where the primary has run ahead.
    """
    known = statuses.spec.secondary_by_name
    if not statuses.history or statuses.secondary not in known:
        return
    last = statuses.history[-1]
    if last in known and last != statuses.secondary:
        yield Violation(
            pointer=f"/{statuses.spec.layout.secondary}",
            facts={"last": last, "secondary": statuses.secondary},
        )
