"""Faults of records, vocabulary and pairs: the rules TS0, TS1 and TS2."""

from __future__ import annotations

import json
from collections.abc import Iterator

from trainstate.spec.model import Bound, Evidence
from trainstate.testing.observations import written
from trainstate.testing.planting import (
    LEFT_OUT,
    Bed,
    Flaw,
    Spot,
    after,
    changes,
    fault,
    instant,
    need,
)

_UNHEARD, _NO_DAY = "WarmingForNobody", "2026-02-30T10:00:00Z"

changes(
    Flaw("bad-timestamp", "modified_yesterday", Bed.every, "modified", "yesterday"),
    Flaw("bad-timestamp", "thirtieth_of_february", Bed.entries, "entry_start", _NO_DAY),
    Flaw("malformed-name", "name_with_an_underscore", Bed.every, "name", "named_by_nobody"),
    Flaw("unknown-primary-status", "paused", Bed.every, "primary", "PausedByNobody"),
    Flaw("unknown-secondary-status", "warming", Bed.every, "secondary", _UNHEARD),
    Flaw("unknown-secondary-status", "unheard_of_entry", Bed.entries, "entry_status", _UNHEARD),
)


@fault("unreadable-record", as_text=True)
def cut_a_line(bed: Bed) -> Spot:
    """One line of the recording ends in the middle."""
    at = bed.choice(bed.every())
    lines = [json.dumps(written(response, "iso")) for response in bed.responses]
    lines[at] = lines[at][: len(lines[at]) // 2]
    bed.responses[:] = lines  # type: ignore[assignment]
    return at, ""


@fault("missing-member")
def leave_a_status_out(bed: Bed) -> Spot:
    """A response has no primary or no secondary status."""
    at = bed.choice(bed.every())
    # A row of a list may lack the secondary one.
    both = bed.layout.primary, bed.layout.secondary
    return bed.put(at, bed.choice(both if bed.history(at) else both[:1]), LEFT_OUT)


@fault("missing-member")
def leave_the_limits_out(bed: Bed) -> Spot:
    """A response that has all else has no stopping condition, or no name."""
    at, name = bed.choice(bed.whole()), bed.choice((bed.layout.stopping, bed.layout.name))
    need(name in bed.responses[at])
    return bed.put(at, name, LEFT_OUT)


@fault("missing-member")
def leave_out_what_always_comes(bed: Bed) -> Spot:
    """A response that has all else lacks a member that all recordings have."""
    layout = bed.layout
    names = [one.name for one in bed.spec.members if one.always and not (one.since or one.unless)]
    names = [name for name in names if name not in (layout.history, layout.modified)]
    at, name = bed.choice((at, n) for at in bed.whole() for n in names if n in bed.responses[at])
    return bed.put(at, name, LEFT_OUT)


@fault("foreign-arn")
def hire_from_elsewhere(bed: Bed) -> Spot:
    """The role of all responses is one of another partition than the job's."""
    found = ((one, at) for one in bed.spec.members if one.resource for at in bed.every())
    name, first = bed.first((one.name, at) for one, at in found if one.name in bed.responses[at])
    for response in bed.responses:
        if name in response:
            response[name] = response[name].replace("arn:aws:", "arn:aws-elsewhere:")
    return first, f"/{name}"


@fault("wrong-type")
def count_in_a_map(bed: Bed) -> Spot:
    """A map has a number, where the service writes texts."""
    maps = [member.name for member in bed.spec.members if member.type == "map"]
    at, name = bed.choice((at, m) for at in bed.every() for m in maps if m in bed.responses[at])
    bed.responses[at][name] = {**bed.responses[at][name], "count": 3}
    return at, f"/{name}/count"


@fault("contradictory-configuration")
def wait_without_spot(bed: Bed) -> Spot:
    """A job has what only another setting allows, and that is off."""
    need(bed.whole())
    guard = bed.first(guard for guard in bed.spec.guards if guard.implied_by)
    pointer = guard.implied_by or ""
    member, _, name = pointer.strip("/").partition("/")
    for response in bed.responses:
        response[guard.member.strip("/")] = False
        response[member] = {**response.get(member, {}), name: 10_000_000}
    return 0, pointer


@fault("contradictory-configuration", {"spot": True})
def spot_without_waiting(bed: Bed) -> Spot:
    """A job has a setting, and nowhere what must go with it."""
    need(bed.whole())
    guard = bed.first(guard for guard in bed.spec.guards if guard.implied_by)
    pointer, switch = guard.implied_by or "", guard.member.strip("/")
    member, _, name = pointer.strip("/").partition("/")
    need(all(response.get(switch) is True for response in bed.responses))
    for response in bed.responses:
        response[member] = {key: value for key, value in response[member].items() if key != name}
    return 0, pointer


@fault("wrong-type")
def write_a_number(bed: Bed) -> Spot:
    """A member that is a text has a number."""
    name = bed.choice((bed.layout.secondary, bed.layout.primary))
    return bed.put(bed.choice(bed.every()), name, 3)


@fault("wrong-type")
def entry_without_a_status(bed: Bed) -> Spot:
    """An entry of the history has no status."""
    return bed.put(bed.choice(bed.entries()), bed.layout.entry_status, LEFT_OUT)


@fault("naive-timestamp")
def lose_an_offset(bed: Bed) -> Spot:
    """One time of a response has no offset, the others have."""
    at, name = bed.choice(bed.every()), bed.layout.modified
    aware = after(instant(bed.responses[at][name]), 0)
    return bed.put(at, name, aware.replace(tzinfo=None))


@fault("arn-name-mismatch")
def rename(bed: Bed) -> Spot:
    """A response has the name of another job than its ARN."""
    at, _ = bed.put(bed.choice(bed.every()), bed.layout.name, "another-job")
    return at, f"/{bed.layout.arn}"


@fault("foreign-arn")
def process(bed: Bed) -> Spot:
    """The job's ARN is one of a processing job."""
    for response in bed.responses:
        arn = response[bed.layout.arn]
        response[bed.layout.arn] = arn.replace(f":{bed.layout.resource}/", ":processing-job/")
    return 0, f"/{bed.layout.arn}"


@fault("envelope-mismatch")
def send_from_elsewhere(bed: Bed) -> Spot:
    """A response comes in an event from another account, or about another job."""
    at, layout = bed.choice(bed.every()), bed.layout
    detail = bed.responses[at]
    _, _, _, region, account, _ = detail[layout.arn].split(":", 5)
    sent = {"region": region, "account": account, "resources": [detail[layout.arn]]}
    wrong = {"region": "xx-west-9", "account": "9" * 12, "resources": [f"{detail[layout.arn]}-2"]}
    member = bed.choice(wrong)
    kinds = {"detail-type": layout.event, "source": f"aws.{layout.service}"}
    bed.responses[at] = {**kinds, **sent, member: wrong[member], "detail": detail}
    return at, f"/{member}"


@fault("deprecated-status", {"evidence": "inferred"})
def retired_entry(bed: Bed) -> Spot:
    """The history of all responses begins with a retired status after its first one."""
    seen = {status for at in bed.every() for status in bed.statuses(at)}
    rows = [row.name for row in bed.spec.secondaries if row.evidence is Evidence.DEPRECATED]
    need(seen.isdisjoint(rows) and bed.whole())
    retired = bed.choice(rows)
    for index in bed.whole():
        begun = bed.history(index)[0][bed.layout.entry_start]
        entry = {bed.layout.entry_status: retired, bed.layout.entry_start: begun}
        bed.history(index).insert(1, entry | {bed.layout.entry_end: begun})
    return bed.whole()[0], bed.pointer(1, bed.layout.entry_status)


@fault("misspelt-status")
def shout_the_primary(bed: Bed) -> Spot:
    """The primary status is in capitals."""
    at = bed.choice(bed.every())
    return bed.put(at, bed.layout.primary, bed.primary(at).upper())


@fault("misspelt-status")
def whisper_an_entry(bed: Bed) -> Spot:
    """The status of an entry is in small letters."""
    at, k = bed.choice(bed.entries())
    return bed.put((at, k), bed.layout.entry_status, bed.statuses(at)[k].lower())


@fault("secondary-used-as-primary")
def mix_up_the_enumerations(bed: Bed) -> Spot:
    """The primary status is one that only secondaries can have."""
    names = [row.name for row in bed.spec.secondaries if not bed.spec.canonical_primary(row.name)]
    return bed.put(bed.choice(bed.every()), bed.layout.primary, bed.choice(names))


@fault("illegal-pair")
def primary_of_another_state(bed: Bed) -> Spot:
    """The primary status is one that does not go with the secondary."""
    at = bed.choice(bed.every())
    secondary = bed.responses[at][bed.layout.secondary]
    bed.responses[at][bed.layout.primary] = bed.choice(
        row.name for row in bed.spec.primaries if (row.name, secondary) not in bed.spec.pair_by_key
    )
    told = bed.statuses(at)[-1:] == [secondary]
    return at, f"/{bed.layout.primary if told else bed.layout.secondary}"


@fault("undocumented-pair", {"density": "every", "evidence": "documented", "terminal": "Completed"})
def stop_while_it_lags(bed: Bed) -> Spot:
    """The primary runs ahead of a secondary with which no recording shows it."""
    inferred = {p for p, row in bed.spec.pair_by_key.items() if row.evidence is Evidence.INFERRED}
    seen = {(bed.primary(at), r[bed.layout.secondary]) for at, r in enumerate(bed.responses)}
    at, primary = bed.choice(
        (at, primary)
        for at in bed.active()
        for primary, secondary in sorted(inferred - seen)
        if secondary == bed.responses[at][bed.layout.secondary]
    )
    bed.responses[at][bed.layout.primary] = primary
    return at, f"/{bed.layout.secondary}"


@fault("number-out-of-range")
def limit_to_nothing(bed: Bed) -> Spot:
    """A number of the job's configuration is below the least that the service accepts."""
    bounds = [bound for bound in bed.spec.bounds if bound.least is not None]
    bound = bed.choice(bound for bound in bounds for _ in _showing(bed, bound))
    member, name = _path(bound)
    found = list(_showing(bed, bound))
    for at in found:
        bed.responses[at][member] = {**bed.responses[at][member], name: (bound.least or 0) - 1}
    return found[0], bound.pointer


def _showing(bed: Bed, bound: Bound) -> Iterator[int]:
    """The responses that show the number of a bound."""
    member, name = _path(bound)
    for at, response in enumerate(bed.responses):
        if isinstance(response.get(member), dict) and name in response[member]:
            yield at


def _path(bound: Bound) -> tuple[str, str]:
    member, _, name = bound.pointer.strip("/").partition("/")
    return member, name


@fault("undeclared-value")
def ask_for_the_impossible(bed: Bed) -> Spot:
    """A part of a member has none of the values that the API declares, or is not there."""
    listed = [path.rstrip("!") for row in bed.spec.shapes if row.one_of for path in row.paths]
    parts = [tuple(path.split("/")) for path in listed if path.count("/") == 1]
    at, member, part = bed.choice(
        (at, member, part)
        for at in bed.whole()
        for member, part in parts
        if part in bed.responses[at].get(member, ())
    )
    value = bed.choice(("AskedByNobody", bed.responses[at][member][part].swapcase()))
    bed.responses[at][member] = {**bed.responses[at][member], part: value}
    return at, f"/{member}/{part}"


@fault("broken-constraint")
def read_files_in_no_network(bed: Bed) -> Spot:
    """A job reads a file system, or asks for a group of instances, and has none of these."""
    need(len(bed.whole()) == len(bed.responses))
    files = {"FileSystemId": "fs-0a1b2c3d", "FileSystemAccessMode": "ro"}
    files |= {"FileSystemType": "EFS", "DirectoryPath": "/data"}
    objects = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in", "InstanceGroupNames": ["none"]}
    kind, source, at = bed.choice(
        (
            ("FileSystemDataSource", files, "/FileSystemType"),
            ("S3DataSource", objects, "/InstanceGroupNames/0"),
        )
    )
    for response in bed.responses:
        response["InputDataConfig"] = [{"ChannelName": "train", "DataSource": {kind: source}}]
        response.pop("VpcConfig", None)
    return 0, f"/InputDataConfig/0/DataSource/{kind}{at}"


@fault("broken-constraint")
def evaluate_elsewhere(bed: Bed) -> Spot:
    """The rules of a job are evaluated in another account."""
    need(bed.whole())
    machine = bed.choice(machine for machine in bed.spec.machines if machine.configured)
    name, arn = "RuleEvaluationJobArn", f"arn:aws:sagemaker:eu-west-1:{'9' * 12}:processing-job/a"
    for response in bed.responses:
        item = {machine.key: "loss", machine.status: machine.statuses[0], name: arn}
        response[machine.member] = [item]
        response[machine.configured] = [{machine.key: "loss", "RuleEvaluatorImage": "image"}]
    return 0, f"/{machine.member}/0/{name}"


@fault("broken-constraint", {"terminal": "Completed", "evidence": "documented"})
def leave_the_model_elsewhere(bed: Bed) -> Spot:
    """The model of a job is in another bucket than its output, or in the folder of another job."""
    part, layout = bed.layout.artifacts, bed.layout
    at = bed.choice(at for at in bed.whole() if part in bed.responses[at])
    place = f"{bed.responses[at]['OutputDataConfig']['S3OutputPath']}/another/output/model.tar.gz"
    need(bed.responses[at][layout.name] != "another")
    for response in bed.responses:
        if part in response:
            response[part] = {"S3ModelArtifacts": bed.choice((place, f"s3://another{place[5:]}"))}
    first = next(at for at, response in enumerate(bed.responses) if part in response)
    return first, f"/{part}/S3ModelArtifacts"


@fault("early-result")
def model_before_training(bed: Bed) -> Spot:
    """A job that is starting has a model already."""
    starts = bed.spec.time.clock_starts
    at = bed.choice(
        at for at in bed.whole() if at in bed.active() and not {*bed.statuses(at)} & {*starts}
    )
    place = f"{bed.responses[at]['OutputDataConfig']['S3OutputPath']}/output/model.tar.gz"
    return bed.put(at, bed.layout.artifacts, {"S3ModelArtifacts": place})


@fault("half-the-seconds", {"terminal": "Completed", "evidence": "documented"})
def forget_the_bill(bed: Bed) -> Spot:
    """An ended job says how long it trained, and not what is billed, or the other way round."""
    both = (bed.layout.training_seconds, bed.layout.billable_seconds)
    ended = bed.spec.ended_primaries
    at = bed.choice(
        at
        for at, response in enumerate(bed.responses)
        if response.get(bed.layout.primary) in ended and all(name in response for name in both)
    )
    # Who is billed by tokens need not say for how many seconds.
    return bed.put(at, bed.choice(both if bed.billed_by_time(at) else both[:1]), LEFT_OUT)
