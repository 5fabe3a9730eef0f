"""Cases of the oracle as responses of DescribeTrainingJob, and what the checker says of them.

The responses have all that no other rule may stumble over: an end time and artifacts where
they belong, one configuration, limits that the times respect. An observation of a primary
alone becomes what ListTrainingJobs shows, which has no configuration.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import trainstate
from tests.oracle.brute_force import History, Obs, consistent
from tests.oracle.facts import FOLDER, Facts, load_facts
from tests.oracle.family import LATE, Case, Config
from tests.oracle.readings import ENDED, TRAINS
from trainstate.history import model as trainstate_model
from trainstate.history.wire import read_response
from trainstate.spec.load import builtin_spec

Response = dict[str, Any]

NAME = "p11-job"
CREATED = datetime(2026, 1, 5, 8, tzinfo=UTC)
UNSEEN = Config(spot=None, retry=None, plan=None)


def verdict_of(sequence: Case) -> str:
    """The verdict of the checker, in capitals.

    Without the rule on missing members: that a response lacks a status is a fault of the
    recording, and no run decides it.
    """
    narrowed = {} if sequence.accept == "deprecated" else {"accept": sequence.accept}
    check: Any = trainstate.check
    spec = builtin_spec(sequence.machine)
    terms = {"spec": spec, "order": sequence.order, "ignore": ["TS002"], **narrowed}
    report = check(whole(sequence), **terms)
    verdict = report.verdict
    return str(getattr(verdict, "value", verdict)).upper()


def expected_of(sequence: Case) -> str:
    """The verdict that the oracle finds right.

    UNKNOWN where only a guard that was not seen makes the difference: a retry, a training
    plan. An unseen spot is no such case, for its statuses show it.
    """
    seen = _configuration_seen(sequence)
    if not _explained(sequence, seen):
        return "INCONSISTENT"
    if seen is UNSEEN and not _explained(sequence, Config(spot=None, retry=0, plan=False)):
        return "UNKNOWN"
    return "CONSISTENT"


def responses_of(sequence: Case) -> list[Response]:
    """One dictionary for each observation."""
    configuration = _configuration(sequence)
    return [_response(seen, sequence, configuration) for seen in sequence.observations]


def whole(sequence: Case) -> list[trainstate_model.Response]:
    """The observations as responses of which nobody left anything out.

    The oracle knows no excerpts: what a record lacks its job has not.
    """
    facts, spec = facts_of(sequence.machine), builtin_spec(sequence.machine)
    begun = {seen.history[0][0] for seen in sequence.observations if seen.history}
    cut = not begun <= {secondary for _, secondary in facts.tables[sequence.accept].initial}
    # No configuration lets a history begin so, or leaves all of its entries open. In an excerpt
    # the front may have been cut off, and the ends may not have been asked for.
    histories = [seen.history for seen in sequence.observations if seen.history]
    selected = any(len(one) > 1 and all(end is None for *_, end in one) for one in histories)
    origin = trainstate_model.Origin(whole=cut or selected or sequence.config != UNSEEN)
    return [read_response(seen, spec, origin=origin) for seen in responses_of(sequence)]


def facts_of(machine: str) -> Facts:
    """The declared facts of a machine."""
    return load_facts(FOLDER / f"{machine.replace('-', '_')}.toml")


def is_summary(seen: Obs, machine: str = "training-job") -> bool:
    """Holds if only ListTrainingJobs shows so little: a machine of one status shows no more."""
    two = "secondary" in facts_of(machine).layout
    return two and seen.q is None and seen.history is None


def _explained(sequence: Case, config: Config) -> bool:
    judged = [*sequence.observations]
    if sequence.machine != "training-job":
        judged = [seen for seen in judged if not _is_gap(seen, sequence)]
    return _have_run(judged, sequence, config)


def _is_gap(seen: Obs, sequence: Case) -> bool:
    """Holds if the accepted rows have a pair that is shown, and no way that leads to it."""
    table = facts_of(sequence.machine).tables[sequence.accept]
    shown = any(seen.p in (None, p) and seen.q in (None, q) for p, q in table.pairs)
    return shown and seen.history is None and not _have_run([seen], sequence, UNSEEN)


def _have_run(observations: Sequence[Obs], sequence: Case, config: Config) -> bool:
    run = consistent(
        observations,
        spot=config.spot,
        retry=config.retry,
        plan=config.plan,
        order=sequence.order,
        accept=sequence.accept,
        facts=facts_of(sequence.machine),
    )
    return run is not None


def _configuration_seen(sequence: Case) -> Config:
    summaries = [is_summary(seen, sequence.machine) for seen in sequence.observations]
    hidden = sequence.config == UNSEEN or all(summaries)
    return UNSEEN if hidden else sequence.config


# ------------------------------------------------------------------------- dictionaries


def _response(seen: Obs, sequence: Case, configuration: Mapping[str, Any]) -> Response:
    layout = facts_of(sequence.machine).layout
    resource = "job/AgentRFT" if sequence.machine == "job" else layout["resource"]
    roles = {
        "name": NAME,
        "arn": f"arn:aws:sagemaker:eu-west-1:123456789012:{resource}/{NAME}",
        "created": CREATED,
        "primary": seen.p,
        "secondary": seen.q,
        "modified": None if seen.modified is None else _instant(seen.modified),
        "ended": _instant(_end(seen, sequence)) if _has_ended(seen) else None,
        "started": _start(seen),
    }
    if not is_summary(seen, sequence.machine):
        roles |= _result(seen)
    members = {layout[role]: value for role, value in roles.items() if layout.get(role)}
    if not is_summary(seen, sequence.machine) and sequence.machine == "training-job":
        members |= configuration
    return {name: value for name, value in members.items() if value is not None}


def _result(seen: Obs) -> Response:
    """What the outcome calls for, by its role."""
    outcome = {seen.p, seen.q}
    artifacts = {"S3ModelArtifacts": f"s3://bucket/{NAME}/output/model.tar.gz"}
    return {
        "history": seen.history and _transitions(seen.history),
        "failure_reason": "AlgorithmError: exit code 1" if "Failed" in outcome else None,
        "artifacts": artifacts if "Completed" in outcome else None,
    }


def _transitions(history: History) -> list[Response]:
    return [
        {"Status": status, "StartTime": _instant(start)}
        | ({} if end is None else {"EndTime": _instant(end)})
        for status, start, end in history
    ]


def _has_ended(seen: Obs) -> bool:
    if seen.p is None:
        return seen.q in ENDED or (seen.history or ((None,),))[-1][0] in ENDED
    return seen.p not in ("InProgress", "Stopping")


def _end(seen: Obs, sequence: Case) -> int:
    """When the job ended: a terminal entry, one that was closed last, or as late as all allow."""
    histories = [seen.history, *(other.history for other in sequence.observations)]
    lasts = [history[-1] for history in histories if history]
    starts = [start for status, start, _ in lasts if status in ENDED]
    closed = [end for _, _, end in lasts if end is not None]
    modified = [
        other.modified
        for other in sequence.observations
        if other.modified is not None and _has_ended(other)
    ]
    return [*starts, *closed, min(modified, default=LATE)][0]


def _start(seen: Obs) -> datetime | None:
    """When a job began to train that tells of its completion; no other needs to tell."""
    began = [start for status, start, _ in seen.history or () if status in TRAINS]
    return _instant(began[0]) if began and seen.p == "Completed" else None


def _configuration(sequence: Case) -> Response:
    """The same in all responses; nothing where it is unseen."""
    config = sequence.config
    if config == UNSEEN:
        return {}
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    if config.plan:
        resources |= {"TrainingPlanArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/p"}
    members: Response = {
        "StoppingCondition": _limits(sequence),
        "EnableManagedSpotTraining": config.spot,
        "EnableNetworkIsolation": False,
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/role",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": resources,
    }
    if config.retry:
        members["RetryStrategy"] = {"MaximumRetryAttempts": config.retry}
    return members


def _limits(sequence: Case) -> Response:
    """Limits that a job which names them has reached, and that no other job comes near."""
    statuses = {seen.q for seen in sequence.observations} | {
        status for seen in sequence.observations for status, _, _ in seen.history or ()
    }
    limits = {"MaxRuntimeInSeconds": 60 if "MaxRuntimeExceeded" in statuses else 2_000_000}
    if sequence.config.spot and "MaxWaitTimeExceeded" in statuses:
        # No job is created that may run for longer than it may wait.
        waited = 60 * min(_end(seen, sequence) for seen in sequence.observations)
        limits = {name: min(limit, max(waited, 1)) for name, limit in limits.items()}
        limits["MaxWaitTimeInSeconds"] = max(waited, 1)
    elif sequence.config.spot:
        limits["MaxWaitTimeInSeconds"] = 2_000_000
    return limits


def _instant(at: int) -> datetime:
    """Instants are minutes apart: farther than any tolerance for clocks that round."""
    return CREATED + timedelta(minutes=at)
