"""Faults of records, vocabulary and pairs: the rules TS0, TS1 and TS2."""

import json
from collections.abc import Callable
from typing import Any

from trainstate.history.instants import MILLISECOND, SECOND
from trainstate.spec.model import Evidence
from trainstate.testing.mutation import (
    LEFT_OUT,
    Place,
    Sequence,
    Site,
    after,
    change,
    fault,
    instant,
    need,
)
from trainstate.testing.observations import written
from trainstate.testing.options import Keywords

_UNHEARD, _NO_DAY = "WarmingForNobody", "2026-02-30T10:00:00Z"
_ACCOUNT = "9" * 12
_DONE: Keywords = {"terminal": "Completed", "evidence": "documented"}


def _in_case(member: str, write: Callable[[str], str]) -> Callable[[Sequence, Place], str]:
    return lambda sequence, place: write(sequence.value(place, getattr(sequence.layout, member)))


def _only_secondary(sequence: Sequence, _place: Place) -> str:
    """A status that only secondaries can have."""
    names = (row.name for row in sequence.spec.secondaries)
    return sequence.choice(name for name in names if not sequence.spec.canonical_primary(name))


def _without_offset(sequence: Sequence, place: Place) -> Any:
    return after(instant(sequence.value(place, sequence.layout.modified)), 0).replace(tzinfo=None)


def _untrained(sequence: Sequence) -> list[int]:
    """The active responses in which the job has not trained."""
    starts = set(sequence.spec.time.clock_starts)
    return [
        at
        for at in sequence.active()
        if starts.isdisjoint(sequence.statuses(at)) and sequence.history(at)
    ]


def _model(sequence: Sequence, place: Place) -> dict[str, str]:
    output = sequence.value(place, "OutputDataConfig")["S3OutputPath"]
    return {"S3ModelArtifacts": f"{output}/output/model.tar.gz"}


_SHOUTED, _WHISPERED = _in_case("primary", str.upper), _in_case("entry_status", str.lower)

change("bad-timestamp", "modified_yesterday", Sequence.every, "modified", "yesterday")
change("bad-timestamp", "thirtieth_of_february", Sequence.entries, "entry_start", _NO_DAY)
change("naive-timestamp", "lose_an_offset", Sequence.every, "modified", _without_offset)
change("malformed-name", "name_with_an_underscore", Sequence.every, "name", "named_by_nobody")
change("unknown-primary-status", "paused", Sequence.every, "primary", "PausedByNobody")
change("unknown-secondary-status", "warming", Sequence.every, "secondary", _UNHEARD)
change("unknown-secondary-status", "unheard_of_entry", Sequence.entries, "entry_status", _UNHEARD)
change("misspelt-status", "shout_the_primary", Sequence.every, "primary", _SHOUTED)
change("misspelt-status", "whisper_an_entry", Sequence.entries, "entry_status", _WHISPERED)
change(
    "secondary-used-as-primary",
    "mix_up_the_enumerations",
    Sequence.every,
    "primary",
    _only_secondary,
)
change("wrong-type", "write_a_number", Sequence.every, "primary", 3)
change("wrong-type", "number_the_stage", Sequence.every, "secondary", 3)
change("wrong-type", "entry_without_a_status", Sequence.entries, "entry_status", LEFT_OUT)
change("early-result", "model_before_training", _untrained, "artifacts", _model)


@fault("mixed-time-units")
def write_a_time_in_milliseconds(sequence: Sequence) -> Site:
    """A response has its creation in seconds and its last change in milliseconds."""
    layout = sequence.layout
    at = sequence.choice(at for at in sequence.every() if sequence[at].get(layout.modified))
    born, changed = (instant(sequence[at][name]) for name in (layout.created, layout.modified))
    sequence.put(at, layout.created, born / SECOND)
    return sequence.put(at, layout.modified, changed // MILLISECOND)


@fault("unreadable-record", as_text=True)
def cut_a_line(sequence: Sequence) -> Site:
    """One line of the recording ends in the middle."""
    at = sequence.choice(sequence.every())
    lines = [json.dumps(written(response, "iso")) for response in sequence.responses]
    lines[at] = lines[at][: len(lines[at]) // 2]
    sequence.responses[:] = lines  # type: ignore[assignment]
    return at, ""


@fault("missing-member")
def leave_a_status_out(sequence: Sequence) -> Site:
    """A response has no primary or no secondary status."""
    at = sequence.choice(sequence.every())
    # A row of a list may lack the secondary one.
    both = sequence.layout.primary, sequence.layout.secondary
    name = sequence.choice(both if sequence.history(at) else both[:1])
    return sequence.put(at, name, LEFT_OUT)


@fault("missing-member")
def leave_the_limits_out(sequence: Sequence) -> Site:
    """A response that has all else has no stopping condition, or no name."""
    names = (sequence.layout.stopping, sequence.layout.name)
    at, name = sequence.choice(sequence.whole()), sequence.choice(names)
    need(name in sequence[at])
    return sequence.put(at, name, LEFT_OUT)


@fault("missing-member")
def leave_out_what_always_comes(sequence: Sequence) -> Site:
    """A response that has all else lacks a member that all recordings have."""
    apart = (sequence.layout.history, sequence.layout.modified)
    always = (one for one in sequence.spec.members if one.always and not (one.since or one.unless))
    names = [one.name for one in always if one.name not in apart]
    shown = ((at, name) for at in sequence.whole() for name in names if name in sequence[at])
    return sequence.put(*sequence.choice(shown), LEFT_OUT)


@fault("foreign-arn")
def hire_from_elsewhere(sequence: Sequence) -> Site:
    """The role of all responses is one of another partition than the job's."""
    names = (one.name for one in sequence.spec.members if one.resource)
    name = sequence.first(name for name in names if sequence.having(name))
    for at in sequence.having(name):
        sequence.put(at, name, sequence[at][name].replace("arn:aws:", "arn:aws-elsewhere:"))
    return sequence.having(name)[0], f"/{name}"


@fault("foreign-arn")
def process(sequence: Sequence) -> Site:
    """The job's ARN is one of a processing job."""
    name, resource = sequence.layout.arn, f":{sequence.layout.resource}/"
    for response in sequence.responses:
        response[name] = response[name].replace(resource, ":processing-job/")
    return 0, f"/{name}"


@fault("arn-name-mismatch")
def rename(sequence: Sequence) -> Site:
    """A response has the name of another job than its ARN."""
    at = sequence.choice(sequence.every())
    sequence.put(at, sequence.layout.name, "another-job")
    return at, f"/{sequence.layout.arn}"


@fault("wrong-type")
def count_in_a_map(sequence: Sequence) -> Site:
    """A map has a number, where the service writes texts."""
    maps = [member.name for member in sequence.spec.members if member.type == "map"]
    places = ((at, name) for at in sequence.every() for name in maps if name in sequence[at])
    at, name = sequence.choice(places)
    sequence.put(at, name, {**sequence[at][name], "count": 3})
    return at, f"/{name}/count"


def _switch(sequence: Sequence) -> tuple[str, str, str, str]:
    """The switch of a guard, and the pointer of what only it allows, in two parts and whole."""
    need(sequence.whole())
    guard = sequence.first(guard for guard in sequence.spec.guards if guard.implied_by)
    pointer = guard.implied_by or ""
    member, _, name = pointer.strip("/").partition("/")
    return guard.member.strip("/"), member, name, pointer


@fault("contradictory-configuration")
def wait_without_spot(sequence: Sequence) -> Site:
    """A job has what only another setting allows, and that is off."""
    switch, member, name, pointer = _switch(sequence)
    sequence.put_in_all(switch, False)
    for response in sequence.responses:
        response[member] = {**response.get(member, {}), name: 10_000_000}
    return 0, pointer


@fault("contradictory-configuration", {"spot": True})
def spot_without_waiting(sequence: Sequence) -> Site:
    """A job has a setting, and nowhere what must go with it."""
    switch, member, name, pointer = _switch(sequence)
    need(all(response.get(switch) is True for response in sequence.responses))
    for response in sequence.responses:
        response[member] = {key: value for key, value in response[member].items() if key != name}
    return 0, pointer


@fault("envelope-mismatch")
def send_from_elsewhere(sequence: Sequence) -> Site:
    """A response comes in an event from another account, or about another job."""
    at, layout = sequence.choice(sequence.every()), sequence.layout
    arn = sequence[at][layout.arn]
    _, _, _, region, account, _ = arn.split(":", 5)
    sent = {"region": region, "account": account, "resources": [arn]}
    wrong = {"region": "xx-west-9", "account": _ACCOUNT, "resources": [f"{arn}-2"]}
    member = sequence.choice(wrong)
    kinds = {"detail-type": layout.event, "source": f"aws.{layout.service}"}
    detail = sequence[at]
    sequence.responses[at] = {**kinds, **sent, member: wrong[member], "detail": detail}
    return at, f"/{member}"


@fault("deprecated-status", {"evidence": "inferred"})
def retired_entry(sequence: Sequence) -> Site:
    """The history of all responses begins with a retired status after its first one."""
    layout, whole = sequence.layout, sequence.whole()
    rows = sequence.spec.secondaries
    retired = [row.name for row in rows if row.evidence is Evidence.DEPRECATED]
    need(whole and not any({*retired} & {*sequence.statuses(at)} for at in whole))
    status = sequence.choice(retired)
    for index in whole:
        begun = sequence.history(index)[0][layout.entry_start]
        entry = {layout.entry_status: status, layout.entry_start: begun, layout.entry_end: begun}
        sequence.history(index).insert(1, entry)
    return sequence.entry_site(whole[0], 1, layout.entry_status)


@fault("illegal-pair")
def primary_of_another_state(sequence: Sequence) -> Site:
    """The primary status is one that does not go with the secondary."""
    at, layout, spec = sequence.choice(sequence.every()), sequence.layout, sequence.spec
    secondary = sequence[at][layout.secondary]
    names = (row.name for row in spec.primaries)
    other = sequence.choice(name for name in names if (name, secondary) not in spec.pair_by_key)
    sequence.put(at, layout.primary, other)
    agrees = sequence.statuses(at)[-1:] == [secondary]
    return at, f"/{layout.primary if agrees else layout.secondary}"


@fault("undocumented-pair", {"density": "every", **_DONE})
def stop_while_it_lags(sequence: Sequence) -> Site:
    """The primary runs ahead of a secondary with which no recording shows it."""
    layout, pairs = sequence.layout, sequence.spec.pair_by_key
    inferred = {pair for pair, row in pairs.items() if row.evidence is Evidence.INFERRED}
    seen = {(one[layout.primary], one[layout.secondary]) for one in sequence.responses}
    at, primary = sequence.choice(
        (at, primary)
        for at in sequence.active()
        for primary, secondary in sorted(inferred - seen)
        if secondary == sequence[at][layout.secondary]
    )
    sequence.put(at, layout.primary, primary)
    return at, f"/{layout.secondary}"


@fault("number-out-of-range")
def limit_to_nothing(sequence: Sequence) -> Site:
    """A number of the job's configuration is below the least that the service accepts."""
    shown = [
        (bound.pointer, (bound.least or 0) - 1, at)
        for bound in sequence.spec.bounds
        if bound.least is not None
        for at, response in enumerate(sequence.responses)
        if isinstance(response.get(bound.pointer.split("/")[1]), dict)
        and bound.pointer.split("/")[2] in response[bound.pointer.split("/")[1]]
    ]
    pointer, less, _ = sequence.choice(shown)
    member, _, name = pointer.strip("/").partition("/")
    found = [at for other, _, at in shown if other == pointer]
    for at in found:
        sequence.put(at, member, {**sequence[at][member], name: less})
    return found[0], pointer


@fault("undeclared-value")
def ask_for_the_impossible(sequence: Sequence) -> Site:
    """A part of a member has none of the values that the API declares, or is not there."""
    listed = [path.rstrip("!") for row in sequence.spec.shapes if row.one_of for path in row.paths]
    parts = [tuple(path.split("/")) for path in listed if path.count("/") == 1]
    at, member, part = sequence.choice(
        (at, member, part)
        for at in sequence.whole()
        for member, part in parts
        if part in sequence[at].get(member, ())
    )
    value = sequence.choice(("AskedByNobody", sequence[at][member][part].swapcase()))
    sequence.put(at, member, {**sequence[at][member], part: value})
    return at, f"/{member}/{part}"


@fault("broken-constraint")
def read_files_in_no_network(sequence: Sequence) -> Site:
    """A job reads a file system, or asks for a group of instances, and has none of these."""
    need(len(sequence.whole()) == len(sequence.responses))
    files = {"FileSystemId": "fs-0a1b2c3d", "FileSystemAccessMode": "ro"}
    files |= {"FileSystemType": "EFS", "DirectoryPath": "/data"}
    objects = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in", "InstanceGroupNames": ["none"]}
    kind, source, at = sequence.choice(
        (
            ("FileSystemDataSource", files, "/FileSystemType"),
            ("S3DataSource", objects, "/InstanceGroupNames/0"),
        )
    )
    channel = {"ChannelName": "train", "DataSource": {kind: source}}
    sequence.put_in_all("InputDataConfig", [channel])
    sequence.put_in_all("VpcConfig", LEFT_OUT)
    return 0, f"/InputDataConfig/0/DataSource/{kind}{at}"


@fault("broken-constraint")
def evaluate_elsewhere(sequence: Sequence) -> Site:
    """The rules of a job are evaluated in another account."""
    need(sequence.whole())
    machine = sequence.choice(machine for machine in sequence.spec.machines if machine.configured)
    name, arn = "RuleEvaluationJobArn", f"arn:aws:sagemaker:eu-west-1:{_ACCOUNT}:processing-job/a"
    item = {machine.key: "loss", machine.status: machine.statuses[0], name: arn}
    configured = {machine.key: "loss", "RuleEvaluatorImage": "image"}
    sequence.put_in_all(machine.member, [item])
    sequence.put_in_all(machine.configured, [configured])
    return 0, f"/{machine.member}/0/{name}"


@fault("broken-constraint", _DONE)
def leave_the_model_elsewhere(sequence: Sequence) -> Site:
    """The model of a job is in another bucket than its output, or in the folder of another job."""
    part, layout = sequence.layout.artifacts, sequence.layout
    found = sequence.having(part)
    at = sequence.choice(at for at in found if sequence.history(at))
    output = sequence[at]["OutputDataConfig"]["S3OutputPath"]
    place = f"{output}/another/output/model.tar.gz"
    need(sequence[at][layout.name] != "another")
    for at in found:
        model = sequence.choice((place, f"s3://another{place[5:]}"))
        sequence.put(at, part, {"S3ModelArtifacts": model})
    return found[0], f"/{part}/S3ModelArtifacts"


@fault("half-the-seconds", _DONE)
def forget_the_bill(sequence: Sequence) -> Site:
    """An ended job says how long it trained, and not what is billed, or the other way round."""
    layout, ended = sequence.layout, sequence.spec.ended_primaries
    both = (layout.training_seconds, layout.billable_seconds)
    at = sequence.choice(at for at in sequence.having(*both) if sequence.primary(at) in ended)
    # Who is billed by tokens need not say for how many seconds.
    name = sequence.choice(both if sequence.billed_by_time(at) else both[:1])
    return sequence.put(at, name, LEFT_OUT)
