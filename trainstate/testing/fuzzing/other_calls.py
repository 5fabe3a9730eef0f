"""Calls beside those about one job: tuning jobs, search, tags, logs, metrics."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from trainstate.history.model import Kind, Origin, Response
from trainstate.history.wire import read_response
from trainstate.rules.exchange import (
    ASK,
    Exchange,
    KnownJob,
    ListedJob,
    Listing,
    Why,
    summary_of,
)
from trainstate.spec.load import BUILTIN
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.ledger import JobLedger
from trainstate.testing.fuzzing.requests import JOBS, job_name

GROUP = "/aws/sagemaker/TrainingJobs"
METRIC = "loss"
_MOST_PAGES = 12
_CONFIG = "HyperParameterTuningJobConfig"

Observed = Exchange | Response
Members = Mapping[str, Any]


@define(kw_only=True)
class OtherCalls:
    """Makes these calls to one service, and compares its answers.

    ``clients`` are boto3 clients by service.
    """

    clients: Mapping[str, Any]
    spec: Spec
    ledger: JobLedger
    token: str
    calls: int = 0
    _tags: dict[str, tuple[Any, dict[str, str]]] = field(factory=dict)
    _lines: dict[str, list[Any]] = field(factory=dict)
    _tunings: dict[str, set[str]] = field(factory=dict)

    def ask(self, word: str, slot: str) -> Iterator[Observed]:
        """The results of one of ``WORDS``: exchanges to judge, and job responses."""
        yield from WORDS[word](self, slot)

    def _call(
        self, method: str, *, service: str = "sagemaker", **params: Any
    ) -> tuple[Members, Exchange]:
        """The answer to a request, and its exchange."""
        self.calls += 1
        client = self.clients[service]
        name = client.meta.method_to_api_mapping[method]
        errors = client.meta.service_model.operation_model(name).error_shapes
        answer, fault = self.ledger.facts.called(client, method, params)
        documented = self.ledger.facts.documented(frozenset(shape.name for shape in errors), fault)
        return answer, Exchange(
            spec=self.spec, part=ASK, operation=name, fault=fault, documented=documented
        )

    def _stands(self, name: str) -> bool | None:
        """Whether a job of this name exists; None if unknown."""
        known = self.ledger.standings.get(name)
        if known is None:
            return False
        return None if known.deleted or known.doubtful else True

    def _about(self, exchange: Exchange, there: bool | None, said: str = "") -> Exchange:
        """An exchange about something that exists, or does not."""
        why = Why.ABSENT if there is False else Why.NOTHING
        return evolve(exchange, expected=there, why=why, contradiction=said)

    def search(self, wanted: Mapping[str, str]) -> Iterator[Observed]:
        """All pages of a search, checked like lists."""
        names = {"StatusEquals": "TrainingJobStatus", "NameContains": "TrainingJobName"}
        operators = {"StatusEquals": "Equals", "NameContains": "Contains"}
        filters = [
            {"Name": names[key], "Operator": operators[key], "Value": value}
            for key, value in wanted.items()
        ]
        order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        params: dict[str, Any] = {"Resource": "TrainingJob", "MaxResults": 2, **order}
        if filters:
            params["SearchExpression"] = {"Filters": filters}
        pages: list[tuple[ListedJob, ...]] = []
        token, exchange = "", None
        while len(pages) < _MOST_PAGES and (token or not pages):
            answer, exchange = self._call("search", **params)
            found = [item.get("TrainingJob", {}) for item in answer.get("Results", ())]
            pages.append(tuple(summary_of(job, self.spec.layout) for job in found))
            yield from map(self._read, found)
            token = answer.get("NextToken", "")
            params["NextToken"] = token
        if exchange is not None:
            listing = Listing(
                asked={**wanted, **order},
                pages=tuple(pages),
                known=dict(self.ledger.standings),
                cut=bool(token),
            )
            yield evolve(self._about(exchange, True), listing=None if exchange.fault else listing)

    def _read(self, members: Members) -> Response:
        origin = Origin(reader="call", line=self.calls, whole=False)
        return read_response(members, self.spec, kind=Kind.RESPONSE, origin=origin)

    def tags(self, slot: str) -> Iterator[Observed]:
        """Added tags are present, deleted ones are not."""
        name = job_name(slot, self.token)
        there, known = self._stands(name), self.ledger.standings.get(name)
        arn = known.arn if known is not None and known.arn else _arn(name)
        own = self._own_tags(name, known)
        tag = {"Key": f"key-{len(own) % 3}", "Value": str(self.calls)}
        _, added = self._call("add_tags", ResourceArn=arn, Tags=[tag])
        if added.accepted:
            own[tag["Key"]] = tag["Value"]
        yield self._about(added, there)
        if len(own) > 1:
            _, deleted = self._call("delete_tags", ResourceArn=arn, TagKeys=["key-0", "none"])
            if deleted.accepted:
                own.pop("key-0", None)
            yield self._about(deleted, there)
        answer, listed = self._call("list_tags", ResourceArn=arn)
        shown = {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
        wrong = there and listed.accepted and shown != own
        yield self._about(listed, there, f"the tags are {shown}, not {own}" if wrong else "")

    def _own_tags(self, name: str, known: KnownJob | None) -> dict[str, str]:
        """The tags given to a job; another job of its name has none yet."""
        request = {} if known is None else known.request
        before, own = self._tags.get(name, (None, {}))
        if before is not request:
            own = {}
        self._tags[name] = request, own
        return own

    def logs(self, slot: str) -> Iterator[Observed]:
        """A job's log only grows."""
        name = job_name(slot, self.token)
        prefix = {"logGroupName": GROUP, "logStreamNamePrefix": f"{name}/"}
        answer, exchange = self._call("describe_log_streams", service="logs", **prefix)
        yield self._about(exchange, True)
        for stream in answer.get("logStreams", ()):
            given = {"logGroupName": GROUP, "logStreamName": stream["logStreamName"]}
            said, exchange = self._call(
                "get_log_events", service="logs", startFromHead=True, **given
            )
            lines = [(event["timestamp"], event["message"]) for event in said.get("events", ())]
            before = self._lines.get(stream["logStreamName"], [])
            wrong = exchange.accepted and lines[: len(before)] != before
            self._lines[stream["logStreamName"]] = lines
            yield self._about(exchange, True, "the log has lost lines" if wrong else "")

    def metrics(self, slot: str) -> Iterator[Observed]:
        """A metric query is answered, with a time for each value."""
        names = sorted(self._tunings.get(self._tuning(slot), ())) or [job_name(slot, self.token)]
        query = {"MetricName": METRIC, "MetricStat": "Last", "Period": "OneMinute"}
        arns = [
            _arn(f"{name}-aws-training-job", "experiment-trial-component") for name in names[:5]
        ]
        queries = [{**query, "ResourceArn": arn, "XAxisType": "Timestamp"} for arn in arns]
        answer, exchange = self._call(
            "batch_get_metrics", service="sagemaker-metrics", MetricQueries=queries
        )
        results = answer.get("MetricQueryResults", ())
        pairs = [len(r.get("XAxisValues", ())) == len(r.get("MetricValues", ())) for r in results]
        wrong = exchange.accepted and (len(results) != len(queries) or not all(pairs))
        yield self._about(exchange, True, "values go with no times" if wrong else "")

    def _tuning(self, slot: str) -> str:
        return f"tuning-{slot}-{self.token}"

    def tune(self, slot: str) -> Iterator[Observed]:
        """A tuning job of four children, two at a time; its name is taken once."""
        name = self._tuning(slot)
        taken = name in self._tunings
        request = JOBS["tuning-job"]
        limits = {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2}
        config = {**request[_CONFIG], "ResourceLimits": limits}
        _, exchange = self._call(
            "create_hyper_parameter_tuning_job",
            HyperParameterTuningJobName=name,
            **{**request, _CONFIG: config},
        )
        if exchange.accepted:
            self._tunings.setdefault(name, set())
        why = Why.TAKEN if taken else Why.NOTHING
        refusal = self.ledger.facts.refusals.get(why)
        yield evolve(exchange, expected=not taken, why=why, refusal=refusal)

    def halt(self, slot: str) -> Iterator[Observed]:
        """A request to stop a tuning job; refused if it has ended."""
        name = self._tuning(slot)
        _, exchange = self._call(
            "stop_hyper_parameter_tuning_job", HyperParameterTuningJobName=name
        )
        yield self._about(exchange, None if name in self._tunings else False)

    def children(self, slot: str) -> Iterator[Observed]:
        """Children are training jobs; the counters match them; none is ever lost."""
        name = self._tuning(slot)
        there, named = name in self._tunings, {"HyperParameterTuningJobName": name}
        tuning, described = self._call("describe_hyper_parameter_tuning_job", **named)
        yield self._about(described, there)
        answer, exchange = self._call(
            "list_training_jobs_for_hyper_parameter_tuning_job", MaxResults=100, **named
        )
        rows = answer.get("TrainingJobSummaries", ())
        counted = sum(tuning.get("TrainingJobStatusCounters", {}).values())
        names = {row["TrainingJobName"] for row in rows}
        lost = self._tunings.get(name, set()) - names
        still = self.ledger.still and described.accepted and exchange.accepted
        said = f"{counted} children are counted, not {len(rows)}" if counted != len(rows) else ""
        said = "it has lost children" if lost else said
        yield self._about(exchange, there, said if still else "")
        if there:
            self._tunings[name] |= names
        for child in sorted(names):
            job, exchange = self._call("describe_training_job", TrainingJobName=child)
            yield self._about(exchange, True)
            if exchange.accepted:
                yield self._read(job)


def _arn(name: str, kind: str = "training-job") -> str:
    role = JOBS[BUILTIN]["RoleArn"].split(":")
    return f"arn:{role[1]}:sagemaker:us-east-1:{role[4]}:{kind}/{name}"


def _searching(**filters: str) -> Callable[[OtherCalls, str], Iterator[Observed]]:
    return lambda beside, _slot: beside.search(filters)


WORDS: Mapping[str, Callable[[OtherCalls, str], Iterator[Observed]]] = {
    "tune": OtherCalls.tune,
    "children": OtherCalls.children,
    "halt": OtherCalls.halt,
    "search": _searching(),
    "search-Completed": _searching(StatusEquals="Completed"),
    "search-InProgress": _searching(StatusEquals="InProgress"),
    "search-named": _searching(NameContains="-a-"),
    "tags": OtherCalls.tags,
    "logs": OtherCalls.logs,
    "metrics": OtherCalls.metrics,
}
"""The possible calls, the simplest first."""
