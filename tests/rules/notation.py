"""The examples of rules that are no responses: calls and answers, and another service's model.

A line is one of these; the job is called by one letter:

- ``create a``, ``create a (word)``: a request by a word of ``requests``, answered;
  ``create a =ARN`` says with which ARN;
- ``stop a``, ``delete a``, ``update a``: answered;
- ``describe a = Completed/Completed: Starting 90, Completed``: a response in the
  notation of ``rules.example``; ``-Member`` at the end leaves a member out;
- ``list (word) = a InProgress; b Failed | c Stopped``: summaries of two pages;
- ``ask a = text``: something beside was asked for, and the answer contradicts others so;
- any of them with ``!Code message`` at its end: the call fails;
- ``advance 60``: time passes; ``ended a limit 3600``: the job had time to end;
- ``whole 20 Interrupted``: so many spot jobs have ended, and showed this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve

from trainstate.errors import UsageError
from trainstate.history.model import Origin, Response
from trainstate.history.wire import read_response
from trainstate.rules.drift import Drift, vocabulary
from trainstate.rules.example import CREATED, Poll, written
from trainstate.rules.exchange import (
    ASK,
    CREATE,
    DESCRIBE,
    ENDED,
    LIST,
    PARTS,
    WHOLE,
    Exchange,
    Failure,
)
from trainstate.spec.model import Spec
from trainstate.testing.fuzzing.ledger import JobLedger, api, whole
from trainstate.testing.fuzzing.program import ADVANCE
from trainstate.testing.fuzzing.requests import CREATIONS, INVALID, creation, listing

_LINE = re.compile(
    r"(?P<verb>\w+)(?: (?P<slot>\w+))?(?: \((?P<word>[\w-]+)\))?"
    r"(?P<limit> limit \d+)?(?: (?P<fails>!.*)| ?=(?P<answer>.*)| (?P<shown>\w+))?"
)
_SERVICE_CODE = re.compile(r"(?!\w*Error$)\w+")


def exchanges(lines: Iterable[str], spec: Spec) -> Iterator[Exchange]:
    """The exchanges that the lines describe. Raises UsageError for a line of another form."""
    ledger = JobLedger(spec=spec)
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise UsageError(f"Expected a call such as `stop a` but got {line!r}.")
        yield from _exchange(ledger, found, spec)


def _exchange(ledger: JobLedger, found: re.Match[str], spec: Spec) -> Iterator[Exchange]:
    verb, slot, answer = found["verb"], found["slot"] or "", found["answer"] or ""
    fault = _fault(found["fails"])
    if verb == ADVANCE:
        ledger.pass_time(float(slot))
    elif verb == WHOLE:
        shown = frozenset(filter(None, [found["shown"]]))
        yield whole(spec, spots=int(slot), shown=shown)
    elif verb == ENDED:
        yield ledger.ended(slot, clocked=found["limit"] is not None)
    elif verb == ASK:
        yield Exchange(spec=spec, part=ASK, operation="ListTags", contradiction=answer.strip())
    elif verb == LIST:
        asked = listing(found["word"] or "all", None)
        pages = tuple(tuple(_summaries(page, spec)) for page in answer.split("|"))
        yield ledger.listed(asked, pages, fault=fault, cut=False)
    elif verb in PARTS:
        word = found["word"] or "plain"
        request = creation(word, slot) if word in CREATIONS and verb == CREATE else {}
        yield ledger.called(
            verb,
            slot,
            fault=fault,
            request=request,
            valid=word not in INVALID,
            answer={spec.layout.arn: answer} if verb == CREATE and answer else {},
            response=_response(slot, answer, spec) if verb == DESCRIBE and not fault else None,
        )
    else:
        raise UsageError(f"Expected one of {', '.join(PARTS)} but got {verb!r}.")


def _fault(text: str | None) -> Failure | None:
    if text is None:
        return None
    code, _, message = text[1:].partition(" ")
    facts = api()
    lacking = code in facts.lacking or code in facts.lacking_types
    known = _SERVICE_CODE.fullmatch(code) is not None
    return Failure(type=code, code=code if known else "", message=message, lacking=lacking)


def _response(slot: str, text: str, spec: Spec) -> Response:
    poll, _, left_out = text.strip().partition(" -")
    made = written(Poll(poll), spec)
    made[spec.layout.name] = slot
    made |= {spec.layout.arn: f"{made[spec.layout.arn].rpartition('/')[0]}/{slot}"}
    made.pop(left_out, None)
    return read_response({**made, **creation("plain", slot)}, spec, origin=Origin())


def _summaries(page: str, spec: Spec) -> Iterator[dict[str, Any]]:
    layout = spec.layout
    for item in filter(None, (part.strip() for part in page.split(";"))):
        name, _, primary = item.partition(" ")
        yield {layout.name: name, layout.primary: primary, layout.created: CREATED / 1_000_000}


def drift_from(text: str, spec: Spec) -> Drift:
    """The drift that an example describes: the specification's own names, and changes.

    ``text`` has a change a line: ``SecondaryStatus + Hibernating``, ``member - Environment``;
    a line of another form says nothing. Raises UsageError for an unknown list.
    """
    drift = Drift(
        spec=spec,
        version="example",
        statuses=vocabulary(spec),
        members={member.name: member.type for member in spec.members},
    )
    for line in text.splitlines():
        what, sign, name = (*line.split(), "", "", "")[:3]
        if sign in ("+", "-"):
            drift = _changed(drift, what, name, added=sign == "+")
    return drift


def _changed(drift: Drift, what: str, name: str, *, added: bool) -> Drift:
    if what == "member":
        others = {key: kind for key, kind in drift.members.items() if key != name}
        return evolve(drift, members={**others, **({name: "string"} if added else {})})
    if what not in drift.statuses:
        known = ", ".join(["member", *drift.statuses])
        raise UsageError(f"Expected one of {known} before the sign but got {what!r}.")
    kept = tuple(listed for listed in drift.statuses[what] if listed != name)
    return evolve(drift, statuses={**drift.statuses, what: (*kept, name) if added else kept})
