"""A tracker as JSON: versioned, small, and refused if damaged or newer.

The text contains observations and only digests of the configuration. A checksum over the
content detects any damage.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from attrs import field, frozen

from trainstate.checking.attached import timeline_of
from trainstate.checking.epoch import Epoch
from trainstate.checking.jobs import JobState
from trainstate.checking.observations import Observations
from trainstate.checking.options import CheckerOptions
from trainstate.checking.timeline import Seen
from trainstate.errors import InputError, TrainstateError
from trainstate.spec.load import BUILTIN, builtin_spec, spec_names
from trainstate.spec.model import Spec
from trainstate.track.ledger import Ledger
from trainstate.track.life import Life
from trainstate.track.packing import Packer

VERSION = 1
"""The version of the form; it grows when a member changes its meaning."""

Values = dict[str, tuple[Seen[float], ...]]
Statuses = dict[tuple[str, str], tuple[Seen[str], ...]]


@frozen(kw_only=True)
class Content:
    """The content of a saved tracker, without version and checksum.

    ``keys`` has the job of each known name, ``jobs`` the job of each epoch; ``billing`` and
    ``attached`` have one item an epoch.
    """

    spec: str
    options: CheckerOptions = field(factory=CheckerOptions)
    name: str | None = None
    arn: str | None = None
    keys: dict[str, str] = field(factory=dict)
    jobs: tuple[str, ...] = ()
    lives: tuple[Life, ...] = ()
    billing: tuple[Values, ...] = ()
    attached: tuple[Statuses, ...] = ()


_PACKER = Packer(
    by_name=frozenset({Content, Epoch, JobState, Life, CheckerOptions, Observations}),
    left_out={
        Epoch: frozenset({"spec", "order", "tolerances", "billing", "attached"}),
        JobState: frozenset({"begin", "shown", "straight", "pending", "responses", "last_digest"}),
    },
)


def dump(ledger: Ledger, options: CheckerOptions) -> str:
    """The tracker as JSON text."""
    checker = ledger.checker
    states = checker.states
    keys = {id(state): key for key, known in checker.jobs.items() for state in known}
    content = Content(
        spec=checker.spec.name,
        options=options,
        name=ledger.name,
        arn=ledger.arn,
        keys=checker.names,
        jobs=tuple(keys[id(state)] for state in states),
        lives=tuple(ledger.lives),
        billing=tuple(_runs(state.epoch.billing) for state in states),
        attached=tuple(_runs(state.epoch.attached) for state in states),
    )
    plain = {
        "tracker": _PACKER.pack(content),
        "epochs": [_PACKER.pack(state.epoch) for state in states],
        "states": [_PACKER.pack(state) for state in states],
    }
    head = {"trainstate": "tracker", "version": VERSION, "checksum": _checksum(plain)}
    return json.dumps({**head, "content": plain}, separators=(",", ":"))


def _runs(timelines: dict[Any, Any]) -> dict[Any, tuple[Seen[Any], ...]]:
    return {key: tuple(timeline.runs) for key, timeline in timelines.items()}


def load(text: str | bytes, spec: Spec | None) -> tuple[Ledger, CheckerOptions]:
    """The tracker in a JSON text; raises InputError if it cannot be continued.

    Without a specification, the package's specification of the tracker's name is used.
    """
    plain = _content(_parsed(text))
    try:
        content: Content = _PACKER.unpack(plain["tracker"], Content)
        known = content.spec if content.spec in spec_names() else BUILTIN
        spec = builtin_spec(known) if spec is None else spec
        _fits(content, spec)
        return _ledger(content, plain, spec), content.options
    except InputError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, TrainstateError) as error:
        raise InputError(
            f"The saved tracker is not of this form: {error}. Start a new tracker and observe"
            " the job again."
        ) from None


def _fits(content: Content, spec: Spec) -> None:
    if content.spec != spec.name:
        raise InputError(
            f"The saved tracker follows the specification {content.spec!r}, not {spec.name!r};"
            " pass its own one as spec=."
        )


def _ledger(content: Content, plain: dict[str, Any], spec: Spec) -> Ledger:
    checker = content.options.checker(spec)
    checker.names.update(content.keys)
    lines = zip(
        content.jobs,
        plain["epochs"],
        plain["states"],
        content.billing,
        content.attached,
        strict=True,
    )
    given = {"spec": checker.spec, "order": checker.order, "tolerances": checker.tolerances}
    for job, epoch_form, state_form, billing, attached in lines:
        epoch_form.pop("moment", None)  # saved by one version
        epoch: Epoch = _PACKER.unpack(epoch_form, Epoch, **given)
        _fill(epoch, billing, attached)
        state = _PACKER.unpack(state_form, JobState, epoch=epoch)
        state.responses = epoch.responses
        checker.adopt(job, state)
    lives = list(content.lives)
    return Ledger(checker=checker, name=content.name, arn=content.arn, lives=lives)


def _fill(epoch: Epoch, billing: Values, attached: Statuses) -> None:
    for member, values in billing.items():
        epoch.billing_of(member).runs.extend(values)
    machines = {machine.name: machine for machine in epoch.spec.machines}
    for (name, item), statuses in attached.items():
        timeline_of(epoch.attached, machines[name], item).runs.extend(statuses)


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        saved = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"The saved tracker is not JSON: {error}. It was cut off or changed; start a new"
            " tracker and observe the job again."
        ) from None
    if not isinstance(saved, dict) or saved.get("trainstate") != "tracker":
        raise InputError(
            'The JSON is not a saved tracker: expected {"trainstate": "tracker", ...} as'
            " Tracker.to_json returns it."
        )
    version = saved.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise InputError(
            f"The saved tracker has version {version!r}, and this trainstate reads up to"
            f" {VERSION}; restore it with the trainstate that saved it, or a newer one."
        )
    return saved


def _content(saved: dict[str, Any]) -> dict[str, Any]:
    plain = saved.get("content")
    if not isinstance(plain, dict) or saved.get("checksum") != _checksum(plain):
        raise InputError(
            "The saved tracker is damaged: its checksum does not fit its content. Start a new"
            " tracker and observe the job again."
        )
    return plain


def _checksum(plain: Any) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8"), digest_size=8).hexdigest()
