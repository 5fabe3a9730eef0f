"""Faults of sequences and of attached machines: the rules TS6 and TS7."""

import copy
from collections.abc import Iterator
from typing import Any

from trainstate.history.instants import same_instant
from trainstate.spec.model import AttachedMachine
from trainstate.testing.mutate_times import LATER
from trainstate.testing.mutation import (
    LEFT_OUT,
    Sequence,
    Site,
    change,
    fault,
    instant,
    need,
    shifted,
)
from trainstate.testing.options import Keywords

_EVERY: Keywords = {"density": "every", "terminal": "Completed"}
_MINUTE = 60


def _shared(sequence: Sequence) -> Iterator[tuple[int, int]]:
    """The entries that an earlier response has too: the response's index and the entry's."""
    longest = 0
    for at in sequence.every():
        count = len(sequence.history(at))
        yield from ((at, k) for k in range(min(longest, count)))
        longest = max(longest, count)


def _first_shared(sequence: Sequence) -> Iterator[tuple[int, int]]:
    return ((at, k) for at, k in _shared(sequence) if k == 0)


def _settled(sequence: Sequence) -> list[tuple[int, int]]:
    """The shared entries with a message that others follow, which are shared too."""
    shared, message = set(_shared(sequence)), sequence.layout.entry_message
    followed = [(at, k) for at, k in sorted(shared) if (at, k + 1) in shared]
    return [(at, k) for at, k in followed if message in sequence.history(at)[k]]


_TWO: Keywords = {"least": 2}
change("rewritten-history", "move_the_creation", _first_shared, "entry_start", LATER, base=_TWO)
change(
    "changed-message",
    "rewrite_a_settled_message",
    _settled,
    "entry_message",
    "Something else",
    base=_EVERY,
)


@fault("stale-observation", _EVERY)
def deliver_late(sequence: Sequence) -> Site:
    """Two neighbouring responses change places."""
    name = sequence.layout.modified
    times = [instant(response[name]) for response in sequence.responses]
    at = sequence.choice(
        at
        for at in sequence.every()[1:]
        # Times that are cut to the second may be one instant.
        if times[at - 1] < times[at]
        and not same_instant(times[at - 1], times[at])
        and sequence.history(at)
        and sequence.history(at - 1)
    )
    sequence.responses[at - 1 : at + 1] = [sequence[at], sequence[at - 1]]
    return at, f"/{name}"


@fault("forked-history", _TWO)
def go_another_way(sequence: Sequence) -> Site:
    """An entry has another status than in an earlier response."""
    at, k = sequence.choice(_shared(sequence))
    layout, spec, statuses = sequence.layout, sequence.spec, sequence.statuses(at)
    taken = {*spec.terminal_secondaries, statuses[k]}
    free = [row.name for row in spec.secondaries if row.name not in taken]
    legal = {row.after for row in spec.transitions if k and row.before == statuses[k - 1]}
    other = sequence.choice([name for name in free if name in legal] or free)
    if k == len(statuses) - 1:
        sequence.put(at, layout.secondary, other)
    return sequence.put((at, k), layout.entry_status, other)


@fault("rewritten-history", _EVERY)
def move_a_joint(sequence: Sequence) -> Site:
    """An entry ends, and the next begins, at another time than in an earlier response."""
    layout = sequence.layout
    joints = list(_shared(sequence))
    at, k = sequence.choice((at, k) for at, k in joints if k and (at, k - 1) in joints)
    moved = shifted(sequence.value((at, k - 1), layout.entry_end), 5)
    sequence.put((at, k), layout.entry_start, moved)
    return sequence.put((at, k - 1), layout.entry_end, moved)


@fault("rewritten-history", {"terminal": "Completed"})
def forget_entries(sequence: Sequence) -> Site:
    """A response that was modified later has fewer entries."""
    need(len(sequence.statuses(-1)) > 1)
    at = sequence.append()
    sequence.history(at).pop()
    sequence.put(at, sequence.layout.secondary, sequence.statuses(at)[-1])
    return at, f"/{sequence.layout.history}"


def _shown_later(sequence: Sequence, primary: str, secondary: str) -> Site:
    """Appends a response without a history; gives the site of its primary."""
    at, layout = sequence.append(), sequence.layout
    sequence.shorten(at, **{layout.primary: primary, layout.secondary: secondary})
    return at, f"/{layout.primary}"


@fault("left-terminal-status", {"terminal": "Completed", "history": False})
def run_on_after_the_end(sequence: Sequence) -> Site:
    """An ended job is active again, in responses without a history."""
    first = sequence.spec.initials[0]
    need(sequence.primary(-1) in sequence.spec.terminal_primaries)
    return _shown_later(sequence, first.primary, first.secondary)


@fault("unreachable-state")
def take_the_stop_back(sequence: Sequence) -> Site:
    """A job that is stopping starts again, in responses without a history."""
    cut, first = sequence.choice(sequence.active()), sequence.spec.initials[0]
    del sequence.responses[cut + 1 :]
    _shown_later(sequence, "Stopping", "Stopping")
    return _shown_later(sequence, first.primary, first.secondary)


@fault("changed-fixed-member", _TWO)
def edit_the_configuration(sequence: Sequence) -> Site:
    """A member that is fixed at the creation has another value than before."""
    roles = ("fixed-configuration", "origin")
    at, name = sequence.choice(
        (at, member.name)
        for at in sequence.every()[1:]
        for member in sequence.spec.members
        if member.role in roles
        and isinstance(sequence[at].get(member.name), str)
        and any(member.name in earlier for earlier in sequence.responses[:at])
    )
    return sequence.put(at, name, f"{sequence[at][name]}-edited")


@fault("changed-fixed-member")
def appear_or_vanish(sequence: Sequence) -> Site:
    """What is fixed at the creation is there in one whole response, and not in the next.

    A client that is older than the member would not show it: so it is no younger than another.
    """
    value = {"Subnets": ["planted"], "SecurityGroupIds": ["planted"]}
    known = max(member.since for member in sequence.spec.members if member.always)
    name = sequence.choice(
        member.name
        for member in sequence.spec.members_with("fixed-configuration")
        if member.type == "structure" and not member.always and member.since <= known
    )
    need(name != sequence.layout.stopping and sequence.history(-1))
    sequence.put_in_all(name, LEFT_OUT)
    at = sequence.append()
    for response in sequence.responses[at:] if sequence.pick % 2 else sequence.responses[:at]:
        response[name] = value
    return at, f"/{name}"


@fault("last-modified-went-back", _EVERY)
def clock_goes_back(sequence: Sequence) -> Site:
    """A longer history was modified before a shorter one that was seen earlier."""
    modified = sequence.layout.modified
    sizes = [len(sequence.history(at)) for at in sequence.every()]
    at, other = sequence.choice(
        (at, other)
        for at, size in enumerate(sizes)
        for other in range(at)
        if 0 < sizes[other] < size
    )
    return sequence.put(at, modified, shifted(sequence[other][modified], -5))


@fault("billing-went-back", {"terminal": "Completed", "evidence": "documented"})
def bill_less_than_before(sequence: Sequence) -> Site:
    """A later response bills less than an earlier one."""
    name = sequence.layout.billable_seconds
    need(name in sequence[-1])
    return sequence.put(sequence.append(), name, sequence[-1][name] - 1)


@fault("identity-reused")
def two_at_once(sequence: Sequence) -> Site:
    """A job of the same name is created while the first one lives."""
    layout, first = sequence.layout, sequence.spec.initials[0]
    need(sequence.history(0) and len(sequence.ended()) < len(sequence.responses))
    last = sequence.append()
    born = shifted(sequence[last][layout.modified], -_MINUTE / 2)
    _shown_later(sequence, first.primary, first.secondary)
    entry = {layout.entry_status: first.secondary, layout.entry_start: born}
    sequence.responses[-1] |= {layout.created: born, layout.history: [entry]}
    return 0, f"/{layout.created}"


@fault("never-finished")
def stop_recording(sequence: Sequence) -> Site:
    """The recording ends before the job does."""
    active = sequence.active()
    need(active)
    sequence.responses[:] = [sequence[at] for at in active]
    return len(active) - 1, ""


@fault("changed-after-end", {"terminal": "Failed"})
def give_another_reason(sequence: Sequence) -> Site:
    """A job that has failed says later that it failed for another reason."""
    name = sequence.layout.failure_reason
    need(name and sequence[-1].get(name) is not None)
    return sequence.put(sequence.append(), name, "Another reason")


def _rules(sequence: Sequence) -> AttachedMachine:
    """A machine that has an item for each rule."""
    return sequence.choice(machine for machine in sequence.spec.machines if machine.items)


def _one(sequence: Sequence, *, named: bool) -> AttachedMachine:
    """A machine with one value: a structure with a status, or the status itself."""
    machines = (machine for machine in sequence.spec.machines if not machine.items)
    return sequence.choice(machine for machine in machines if bool(machine.status) is named)


def _show(sequence: Sequence, at: int, machine: AttachedMachine, status: str) -> Site:
    """Shows a status of an attached machine in a response; gives its site."""
    value: Any = {machine.status: status} if machine.status else status
    place = f"/{machine.member}"
    if machine.items:
        items = [*sequence[at].get(machine.member, []), {machine.key: "planted", **value}]
        place, value = f"{place}/{len(items) - 1}", items
    sequence.put(at, machine.member, value)
    return at, f"{place}/{machine.status}" if machine.status else place


def _go_back(sequence: Sequence, machine: AttachedMachine) -> Site:
    """Shows an end of an attached machine, and later its beginning again."""
    if not machine.items:
        sequence.put_in_all(machine.member, LEFT_OUT)
    left = {before for before, _ in machine.transitions}
    end = sequence.choice(status for status in machine.statuses if status not in left)
    at, back = sequence.append(), machine.statuses[0]
    before = copy.deepcopy(sequence[at].get(machine.member))
    _show(sequence, at, machine, end or back)
    at = sequence.append()
    if machine.items:
        sequence.put(at, machine.member, before or [])
    return _show(sequence, at, machine, back)


@fault("illegal-rule-evaluation-transition")
def evaluate_again(sequence: Sequence) -> Site:
    """The evaluation of a rule that has a result runs again."""
    return _go_back(sequence, _rules(sequence))


@fault("vanished-rule-evaluation")
def forget_a_rule(sequence: Sequence) -> Site:
    """A whole response lacks the evaluation that an earlier one has."""
    machine = _rules(sequence)
    need(sequence.history(-1))
    at = sequence.append()
    _show(sequence, at - 1, machine, machine.statuses[0])
    return at, f"/{machine.member}"


@fault("unconfigured-rule-evaluation")
def evaluate_what_nobody_asked_for(sequence: Sequence) -> Site:
    """A rule is evaluated, and the job is configured with another one."""
    machine = _rules(sequence)
    at, shown = _show(sequence, sequence.choice(sequence.every()), machine, machine.statuses[0])
    items = [item for one in sequence.responses for item in one.get(machine.member) or ()]
    before = {item[machine.key] for item in items if machine.key in item} - {"planted"}
    names, image = ("asked for", *sorted(before)), {"RuleEvaluatorImage": "image"}
    sequence.put_in_all(machine.configured, [{machine.key: name, **image} for name in names])
    return at, f"{shown.rpartition('/')[0]}/{machine.key}"


@fault("unknown-rule-evaluation-status")
def pass_a_rule(sequence: Sequence) -> Site:
    """The evaluation of a rule has a status that no list has."""
    at = sequence.choice(sequence.every())
    return _show(sequence, at, _rules(sequence), "PassedByNobody")


@fault("illegal-warm-pool-transition")
def refill_the_pool(sequence: Sequence) -> Site:
    """A warm pool that was terminated is in use."""
    return _go_back(sequence, _one(sequence, named=True))


@fault("warm-pool-while-active")
def keep_the_pool_too_early(sequence: Sequence) -> Site:
    """A warm pool is there for other jobs while its own job runs."""
    at = sequence.choice(sequence.active())
    machines = sequence.spec.machines
    late = sequence.choice((one, status) for one in machines for status in one.after_end)
    return _show(sequence, at, *late)


@fault("illegal-profiling-status")
def switch_the_profiler_to_on(sequence: Sequence) -> Site:
    """The profiler has a status that no list has."""
    at = sequence.choice(sequence.every())
    return _show(sequence, at, _one(sequence, named=False), "On")
