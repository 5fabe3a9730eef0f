"""Faults of sequences and of attached machines: the rules TS6 and TS7."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from trainstate.history.instants import same_instant
from trainstate.spec.model import AttachedMachine
from trainstate.testing.options import Keywords
from trainstate.testing.planting import Bed, Spot, fault, instant, need, shifted

_EVERY: Keywords = {"density": "every", "terminal": "Completed"}
_LATER = 60


@fault("stale-observation", _EVERY)
def deliver_late(bed: Bed) -> Spot:
    """Two neighbouring responses change places."""
    name = bed.layout.modified
    at = bed.choice(
        at
        for at in bed.every()[1:]
        if instant(bed.responses[at - 1][name]) < instant(bed.responses[at][name])
        # Times that are cut to the second may be one instant.
        and not same_instant(*(instant(bed.responses[one][name]) for one in (at - 1, at)))
        and bed.history(at)
        and bed.history(at - 1)
    )
    bed.responses[at - 1 : at + 1] = [bed.responses[at], bed.responses[at - 1]]
    return at, f"/{name}"


def _shared(bed: Bed) -> Iterator[tuple[int, int]]:
    """The entries that an earlier response has too: the response's index and the entry's."""
    longest = 0
    for at in bed.every():
        count = len(bed.history(at))
        yield from ((at, k) for k in range(min(longest, count)))
        longest = max(longest, count)


@fault("forked-history", {"least": 2})
def go_another_way(bed: Bed) -> Spot:
    """An entry has another status than in an earlier response."""
    at, k = bed.choice(_shared(bed))
    layout, statuses = bed.layout, bed.statuses(at)
    ends = bed.spec.terminal_secondaries
    free = [row.name for row in bed.spec.secondaries if row.name not in {*ends, statuses[k]}]
    legal = {row.after for row in bed.spec.transitions if k and row.before == statuses[k - 1]}
    other = bed.choice([name for name in free if name in legal] or free)
    bed.history(at)[k][layout.entry_status] = other
    if k == len(statuses) - 1:
        bed.responses[at][layout.secondary] = other
    return at, bed.pointer(k, layout.entry_status)


@fault("rewritten-history", {"least": 2})
def move_the_creation(bed: Bed) -> Spot:
    """The first entry begins at another time than in an earlier response."""
    at, start = bed.choice(at for at, k in _shared(bed) if k == 0), bed.layout.entry_start
    return bed.put((at, 0), start, shifted(bed.value((at, 0), start), 5))


@fault("rewritten-history", _EVERY)
def move_a_joint(bed: Bed) -> Spot:
    """An entry ends, and the next begins, at another time than in an earlier response."""
    layout = bed.layout
    joints = list(_shared(bed))
    at, k = bed.choice((at, k) for at, k in joints if k and (at, k - 1) in joints)
    before, entry = bed.history(at)[k - 1 : k + 1]
    before[layout.entry_end] = shifted(before[layout.entry_end], 5)
    entry[layout.entry_start] = before[layout.entry_end]
    return at, bed.pointer(k - 1, layout.entry_end)


@fault("rewritten-history", {"terminal": "Completed"})
def forget_entries(bed: Bed) -> Spot:
    """A response that was modified later has fewer entries."""
    need(len(bed.statuses(-1)) > 1)
    at = bed.append()
    bed.history(at).pop()
    bed.responses[at][bed.layout.secondary] = bed.statuses(at)[-1]
    return at, f"/{bed.layout.history}"


@fault("left-terminal-status", {"terminal": "Completed", "history": False})
def run_on_after_the_end(bed: Bed) -> Spot:
    """An ended job is active again, in responses without a history."""
    first = bed.spec.initials[0]
    need(bed.primary(-1) in bed.spec.terminal_primaries)
    at, layout = bed.append(), bed.layout
    bed.shorten(at)
    bed.responses[at] |= {layout.primary: first.primary, layout.secondary: first.secondary}
    return at, f"/{layout.primary}"


@fault("unreachable-state")
def take_the_stop_back(bed: Bed) -> Spot:
    """A job that is stopping starts again, in responses without a history."""
    cut, layout, first = bed.choice(bed.active()), bed.layout, bed.spec.initials[0]
    del bed.responses[cut + 1 :]
    for primary, secondary in (("Stopping", "Stopping"), (first.primary, first.secondary)):
        at = bed.append()
        bed.shorten(at)
        bed.responses[at] |= {layout.primary: primary, layout.secondary: secondary}
    return cut + 2, f"/{layout.primary}"


@fault("changed-fixed-member", {"least": 2})
def edit_the_configuration(bed: Bed) -> Spot:
    """A member that is fixed at the creation has another value than before."""
    fixed = [m.name for m in bed.spec.members if m.role in ("fixed-configuration", "origin")]
    at, name = bed.choice(
        (at, name)
        for at in bed.every()[1:]
        for name in fixed
        if isinstance(bed.responses[at].get(name), str)
        and any(name in earlier for earlier in bed.responses[:at])
    )
    return bed.put(at, name, bed.responses[at][name] + "-edited")


@fault("changed-fixed-member")
def appear_or_vanish(bed: Bed) -> Spot:
    """What is fixed at the creation is there in one whole response, and not in the next.

    A client that is older than the member would not show it: so it is no younger than another.
    """
    layout, value = bed.layout, {"Subnets": ["planted"], "SecurityGroupIds": ["planted"]}
    fixed = [m for m in bed.spec.members if m.role == "fixed-configuration" and not m.always]
    structures = [member for member in fixed if member.type == "structure"]
    known = max(member.since for member in bed.spec.members if member.always)
    name = bed.choice(m.name for m in structures if m.since <= known)
    need(name != layout.stopping and bed.history(-1))
    for response in bed.responses:
        response.pop(name, None)
    at = bed.append()
    for response in bed.responses[at:] if bed.pick % 2 else bed.responses[:at]:
        response[name] = value
    return at, f"/{name}"


@fault("last-modified-went-back", _EVERY)
def clock_goes_back(bed: Bed) -> Spot:
    """A longer history was modified before a shorter one that was seen earlier."""
    layout = bed.layout
    at, other = bed.choice(
        (at, other)
        for at in bed.every()
        for other in range(at)
        if bed.history(other) and len(bed.history(other)) < len(bed.history(at))
    )
    earlier = shifted(bed.responses[other][layout.modified], -5)
    return bed.put(at, layout.modified, earlier)


@fault("billing-went-back", {"terminal": "Completed", "evidence": "documented"})
def bill_less_than_before(bed: Bed) -> Spot:
    """A later response bills less than an earlier one."""
    name = bed.layout.billable_seconds
    need(name in bed.responses[-1])
    return bed.put(bed.append(), name, bed.responses[-1][name] - 1)


@fault("identity-reused")
def two_at_once(bed: Bed) -> Spot:
    """A job of the same name is created while the first one lives."""
    layout = bed.layout
    need(bed.history(0) and len(bed.ended()) < len(bed.responses))
    last = bed.append()
    born = shifted(bed.responses[last][layout.modified], -_LATER / 2)
    at, first = bed.append(0), bed.spec.initials[0]
    entry = {layout.entry_status: first.secondary, layout.entry_start: born}
    twin = {
        layout.created: born,
        layout.history: [entry],
        layout.primary: first.primary,
        layout.secondary: first.secondary,
    }
    bed.shorten(at)
    bed.responses[at] |= twin
    return 0, f"/{layout.created}"


@fault("never-finished")
def stop_recording(bed: Bed) -> Spot:
    """The recording ends before the job does."""
    active = bed.active()
    need(active)
    bed.responses[:] = [bed.responses[at] for at in active]
    return len(active) - 1, ""


@fault("changed-message", _EVERY)
def rewrite_a_settled_message(bed: Bed) -> Spot:
    """An entry that others follow has another message than in an earlier response."""
    layout = bed.layout
    shared = set(_shared(bed))
    at, k = bed.choice(
        (at, k)
        for at, k in sorted(shared)
        if (at, k + 1) in shared and layout.entry_message in bed.history(at)[k]
    )
    return bed.put((at, k), layout.entry_message, "Something else happened")


@fault("changed-after-end", {"terminal": "Failed"})
def give_another_reason(bed: Bed) -> Spot:
    """A job that has failed says later that it failed for another reason."""
    name = bed.layout.failure_reason
    need(name and bed.responses[-1].get(name) is not None)
    return bed.put(bed.append(), name, "Another reason")


def _machine(bed: Bed, *, items: bool, named: bool) -> AttachedMachine:
    machines = bed.spec.machines
    return bed.choice(m for m in machines if m.items is items and bool(m.status) is named)


def _show(bed: Bed, at: int, machine: AttachedMachine, status: str) -> str:
    """Shows a status of an attached machine in a response; gives its pointer."""
    value: Any = {machine.status: status} if machine.status else status
    place = f"/{machine.member}"
    if machine.items:
        items = [*bed.responses[at].get(machine.member, []), {machine.key: "planted", **value}]
        bed.responses[at][machine.member] = items
        place += f"/{len(items) - 1}"
    else:
        bed.responses[at][machine.member] = copy.copy(value)
    return f"{place}/{machine.status}" if machine.status else place


def _go_back(bed: Bed, machine: AttachedMachine) -> Spot:
    """Shows an end of an attached machine, and later its beginning again."""
    if not machine.items:
        for response in bed.responses:
            response.pop(machine.member, None)
    left = {before for before, _ in machine.transitions}
    end = bed.choice(status for status in machine.statuses if status not in left)
    at, back = bed.append(), machine.statuses[0]
    before = copy.deepcopy(bed.responses[at].get(machine.member))
    _show(bed, at, machine, end or back)
    at = bed.append()
    if machine.items:
        bed.responses[at][machine.member] = before or []
    return at, _show(bed, at, machine, back)


@fault("illegal-rule-evaluation-transition")
def evaluate_again(bed: Bed) -> Spot:
    """The evaluation of a rule that has a result runs again."""
    return _go_back(bed, _machine(bed, items=True, named=True))


@fault("vanished-rule-evaluation")
def forget_a_rule(bed: Bed) -> Spot:
    """A whole response lacks the evaluation that an earlier one has."""
    machine = _machine(bed, items=True, named=True)
    need(bed.history(-1))
    at = bed.append()
    _show(bed, at - 1, machine, machine.statuses[0])
    return at, f"/{machine.member}"


@fault("unconfigured-rule-evaluation")
def evaluate_what_nobody_asked_for(bed: Bed) -> Spot:
    """A rule is evaluated, and the job is configured with another one."""
    at, machine = bed.choice(bed.every()), _machine(bed, items=True, named=True)
    shown = _show(bed, at, machine, machine.statuses[0])
    items = [item for one in bed.responses for item in one.get(machine.member) or ()]
    before = {item[machine.key] for item in items if machine.key in item}
    names = ("asked for", *sorted(before - {"planted"}))
    for response in bed.responses:
        response[machine.configured] = [{machine.key: name} for name in names]
    return at, f"{shown.rpartition('/')[0]}/{machine.key}"


@fault("unknown-rule-evaluation-status")
def pass_a_rule(bed: Bed) -> Spot:
    """The evaluation of a rule has a status that no list has."""
    at, machine = bed.choice(bed.every()), _machine(bed, items=True, named=True)
    return at, _show(bed, at, machine, "PassedByNobody")


@fault("illegal-warm-pool-transition")
def refill_the_pool(bed: Bed) -> Spot:
    """A warm pool that was terminated is in use."""
    return _go_back(bed, _machine(bed, items=False, named=True))


@fault("warm-pool-while-active")
def keep_the_pool_too_early(bed: Bed) -> Spot:
    """A warm pool is there for other jobs while its own job runs."""
    at = bed.choice(bed.active())
    late = bed.choice((m, status) for m in bed.spec.machines for status in m.after_end)
    return at, _show(bed, at, *late)


@fault("illegal-profiling-status")
def switch_the_profiler_to_on(bed: Bed) -> Spot:
    """The profiler has a status that no list has."""
    at, machine = bed.choice(bed.every()), _machine(bed, items=False, named=False)
    return at, _show(bed, at, machine, "On")
