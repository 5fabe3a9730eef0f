"""Every rule: documented, sourced, named like its file, and right about its own examples."""

from __future__ import annotations

import json
import re
import runpy
import string
from pathlib import Path

import pytest

import trainstate
from tests.rules.notation import drift_from, exchanges
from trainstate.checking.ask import PARTS
from trainstate.checking.drift import check_drift
from trainstate.errors import SpecError, UnknownNameError
from trainstate.history.model import Kind, Origin
from trainstate.history.wire import read_response
from trainstate.machine.guards import UNSEEN
from trainstate.rules.example import Example
from trainstate.rules.index import find_rule, rules, select_rules
from trainstate.rules.model import Reading, Rule, Scope
from trainstate.rules.tolerances import Tolerances
from trainstate.testing.fuzzing.performer import judged

RULES = rules()
BAD = [
    pytest.param(rule, example, id=f"{rule.name}-{n}")
    for rule in RULES
    for n, example in enumerate(rule.bad)
]
GOOD = [
    pytest.param(rule, example, id=f"{rule.name}-{n}")
    for rule in RULES
    for n, example in enumerate(rule.good)
]


def report_on(
    example: Example, rule: Rule, folder: Path
) -> trainstate.Report | tuple[trainstate.Finding, ...]:
    """The findings on an example, with only this rule."""
    if example.service is not None:
        return check_drift(drift_from(example.service, trainstate.SPEC), rules=[rule])
    if example.session:
        spec = trainstate.SPEC
        return tuple(f for e in exchanges(example.session, spec) for f in judged(e, [rule]))
    if example.text is None:
        return trainstate.check(example.responses(), select=[rule.code])
    file = folder / "example.ndjson"
    file.write_text(example.text, encoding="utf-8")
    return trainstate.check(file, select=[rule.code])


def name_of(case: object) -> str | None:
    return case.name if isinstance(case, Rule) else None


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_example_is_flagged(rule: Rule, example: Example, tmp_path: Path) -> None:
    """Each bad example of a rule gives a finding of that rule."""
    assert rule.name in {finding.name for finding in report_on(example, rule, tmp_path)}


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_is_not_flagged(rule: Rule, example: Example, tmp_path: Path) -> None:
    """No good example of a rule gives a finding of that rule."""
    assert list(report_on(example, rule, tmp_path)) == []


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_is_good_for_all_rules(rule: Rule, example: Example) -> None:
    """No good example of a rule is an error for any other."""
    assert example in rule.good
    report = trainstate.check(example.responses())

    assert [str(finding) for finding in report if finding.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_says_everything_about_itself(rule: Rule) -> None:
    """Title, reason, message, help, sources, examples both ways, and since are there."""
    assert rule.title.endswith(".")
    assert len(rule.why) > 80
    assert not rule.message.endswith(".")
    assert rule.help
    assert rule.sources
    assert rule.bad
    assert rule.good
    assert re.fullmatch(r"\d+\.\d+\.\d+", rule.since)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_cites_sources_of_the_spec(rule: Rule) -> None:
    """Each source id is in the specification."""
    assert set(rule.sources) <= set(trainstate.SPEC.source_by_id)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_reads_what_its_arguments_say(rule: Rule) -> None:
    """A rule about a response is given parts of it, any other what its scope is about."""
    given = {
        "record": {"Unreadable"},
        "response": {*PARTS},
        "sequence": {"Comparison"},
        "job": {"JobEnd"},
        "drift": {"Drift"},
        "operation": {"Exchange"},
    }
    assert rule.reads
    assert set(rule.reads) <= given[rule.scope]


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_facts_fill_the_message_and_survive_json(
    rule: Rule, example: Example, tmp_path: Path
) -> None:
    """A finding's facts hold every field of its message, as JSON values."""
    fields = {name for _, name, _, _ in string.Formatter().parse(rule.message) if name}
    for finding in report_on(example, rule, tmp_path):
        assert fields <= set(finding.facts)
        assert json.loads(json.dumps(dict(finding.facts))) is not None


@pytest.mark.parametrize("kind", Kind)
def test_no_rule_speaks_of_an_empty_part(kind: Kind) -> None:
    """What is_empty says of a part holds: the rules that read it find nothing there."""
    asked = [rule for rule in RULES if rule.scope is Scope.RESPONSE]
    whole = [one for rule in RULES for bad in rule.bad for one in bad.responses()]
    listed = [{name: one.get(name) for name in trainstate.SPEC.layout.summary} for one in whole]
    seen = set()
    for recorded in (*whole, *listed):
        response = read_response(recorded, trainstate.SPEC, kind=kind, origin=Origin())
        reading = Reading(
            response=response, spec=trainstate.SPEC, tolerances=Tolerances(), config=UNSEEN
        )
        for one in asked:
            parts = [PARTS[name](reading) for name in one.reads]
            if all(part.is_empty for part in parts):
                seen.add(one.reads)
                assert not [*one.check(*parts)]
    assert seen >= {("Attached",), ("Event",), ("Inside",), ("Problems",), ("Settings",)}


def test_codes_are_in_order_and_of_one_group_a_hundred() -> None:
    """The index lists the rules by code, each once."""
    codes = [rule.code for rule in RULES]

    assert codes == sorted(set(codes))


DESIGNED = [
    "unreadable-record",
    "missing-member",
    "wrong-type",
    "bad-timestamp",
    "naive-timestamp",
    "arn-name-mismatch",
    "unknown-primary-status",
    "unknown-secondary-status",
    "deprecated-status",
    "misspelt-status",
    "secondary-used-as-primary",
    "illegal-pair",
    "undocumented-pair",
    "wrong-initial-status",
    "illegal-transition",
    "undocumented-transition",
    "last-entry-mismatch",
    "entry-after-terminal",
    "unclosed-entry",
    "closed-last-entry-while-active",
    "open-terminal-entry",
    "missing-history",
    "guard-violated",
    "retry-budget-exceeded",
    "entry-ends-before-start",
    "overlapping-entries",
    "gap-between-entries",
    "times-out-of-order",
    "training-time-mismatch",
    "runtime-limit-not-reached",
    "runtime-limit-ignored",
    "missing-failure-reason",
    "unexpected-failure-reason",
    "end-time-while-active",
    "missing-end-time",
    "billable-exceeds-training",
    "spot-savings-without-spot",
    "missing-model-artifacts",
    "stale-observation",
    "forked-history",
    "rewritten-history",
    "left-terminal-status",
    "unreachable-state",
    "changed-fixed-member",
    "last-modified-went-back",
    "billing-went-back",
    "identity-reused",
    "never-finished",
    "illegal-rule-evaluation-transition",
    "unknown-rule-evaluation-status",
    "illegal-warm-pool-transition",
    "illegal-profiling-status",
    "unlisted-status",
    "unlisted-member",
    "retired-status",
]


def test_no_designed_rule_is_left_out() -> None:
    """Every rule that the design lists exists."""
    assert set(DESIGNED) <= {rule.name for rule in RULES}


def test_selectors_take_codes_prefixes_and_names() -> None:
    """A longer selector wins over a shorter one."""
    chosen = {
        rule.code for rule in select_rules(select=["TS3", "forked-history"], ignore=["ts301"])
    }

    assert "TS602" in chosen
    assert "TS302" in chosen
    assert "TS301" not in chosen
    assert {rule.code for rule in select_rules(select=["TS301"], ignore=["TS3"])} == {"TS301"}


def test_a_rule_on_request_runs_only_when_it_is_named() -> None:
    """never-finished is for those who ask for it by its name or code."""
    assert "never-finished" not in {rule.name for rule in select_rules()}
    assert "never-finished" not in {rule.name for rule in select_rules(select=["TS6"])}
    assert "never-finished" in {rule.name for rule in select_rules(select=["never-finished"])}


@pytest.mark.parametrize("wanted", ["TS999", "ilegal-transition", ""])
def test_an_unknown_selector_is_refused(wanted: str) -> None:
    """A selector that fits no rule is an error, with a near name where there is one."""
    with pytest.raises(UnknownNameError, match="rule"):
        select_rules(select=[wanted])


def test_a_near_miss_gets_a_suggestion() -> None:
    """A misspelt name is answered with the right one."""
    with pytest.raises(UnknownNameError, match="did you mean 'illegal-transition'"):
        find_rule("ilegal-transition")


_RULE = '''
from trainstate.rules.model import Violation, Comparison, rule

@rule(severity="error", sources=["model"], message="m", help="h", bad=[], good=[])
def check(_step: "Comparison") -> "list[Violation]":
    """Something is wrong."""
    return []
'''


def _declared(folder: Path, file: str) -> Rule:
    (folder / file).write_text(_RULE, encoding="utf-8")
    found: Rule = runpy.run_path(str(folder / file))["check"]
    return found


@pytest.mark.parametrize("file", ["ts1_some_thing.py", "ts999_Some_Thing.py", "ts999.py", "a.py"])
def test_a_rule_whose_file_names_no_code_and_name_is_refused(file: str, tmp_path: Path) -> None:
    """Code and name have their forms, and the file is called by both."""
    with pytest.raises(SpecError, match="ts301_illegal_transition"):
        _declared(tmp_path, file)


def test_a_rule_is_called_as_its_file(tmp_path: Path) -> None:
    """Code and name are those of the file; what the check is given tells the scope."""
    found = _declared(tmp_path, "ts999_some_thing.py")

    assert ("TS999", "some-thing", "sequence") == (found.code, found.name, str(found.scope))
