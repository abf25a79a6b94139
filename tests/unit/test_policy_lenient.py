"""A lenient load: a toggle with faults is inert and takes no other down; missing governance is let pass."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import (
    FORMATS,
    WRITERS,
    Form,
    Tree,
    drop,
    governed,
    keys,
    problems,
    put,
    ramped,
    sound,
)
from tests.unit.policy_faults.grammar import KEYS, pattern

NOW = dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)
BAD: dict[str, Any] = {
    "unknown key": {"ownr": "x"},
    "unknown operator": {"rules": [{"id": "r", "when": {"attribute": "a", "equalss": 1}}]},
    "unknown segment": {"rules": [{"id": "r", "when": {"segment": "nobody"}}]},
    "unknown toggle": {"requires": {"nobody": True}},
    "unknown zone": {"schedule": {"zone": "Mars/Base"}},
    "unknown calendar": {"schedule": {"zone": "UTC", "closed_on": "nothing"}},
    "unknown variant": {"rules": [{"id": "r", "serve": "nobody"}]},
    "bad pattern": {"rules": [{"id": "r", "when": {"attribute": "a", "matches": "("}}]},
    "pattern bomb": {"rules": [{"id": "r", "when": {"attribute": "a", "matches": "(a{1000}){1000}"}}]},
    "wrong category": {"category": "product"},
    "wrong type": {"enabled": 1},
    "no variants": {"variants": {}, "default": "x"},
    "bad override": {"overrides": [{"units": [1.5], "serve": True}]},
    "a rule twice": {"rules": [{"id": "r"}, {"id": "r"}]},
    "circle": {"requires": {"bad": True}},
    "wrong percent": ramped(steps=[{"percent": 101}])["toggles"]["bot"],
    "too many steps": ramped(steps=[{"percent": 1, "hold": "1d"}] * 101)["toggles"]["bot"],
    "bad date": {"created": "2026-02-30"},
}


def lenient(tree: Tree, form: Form = "json") -> turnout.Policy:
    """The policy of a document with faults."""
    return turnout.Policy.from_bytes(WRITERS[form](tree).text.encode(), form, strict=False)


def engine(policy: turnout.Policy) -> turnout.Engine:
    """An engine at a known time."""
    return turnout.Engine(policy, clock=turnout.ManualClock(NOW))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("fault", BAD)
def test_one_bad_toggle_is_inert_and_the_others_serve(fault: str, form: Form) -> None:
    tree = {"turnout": 1, "toggles": {"good": governed(), "bad": governed() | BAD[fault], "better": governed()}}
    policy = lenient(tree, form)
    assert policy.problems == problems(WRITERS[form](tree).text, form)
    assert {p.path.split(".")[1] for p in policy.problems} == {"bad"}
    serving = engine(policy)
    answer = serving.evaluate("bad", "c-1", {"a": 1}, default="mine")
    assert (answer.enabled, answer.reason, answer.code) == (False, "ERROR", "PARSE_ERROR")
    assert answer.value == "mine"
    assert not serving.is_enabled("bad", "c-1")
    assert "faults" in str(serving.explain("bad", "c-1"))
    for key in ("good", "better"):
        assert serving.evaluate(key, "c-1").reason == "STATIC"
        assert serving.is_enabled(key)
    assert serving.evaluate_all("c-1").enabled == ["better", "good"]
    batch = serving.evaluate_many("bad", ["c-1", "c-2"])
    assert batch.code.to_list() == ["PARSE_ERROR", "PARSE_ERROR"]


GOVERNED = sorted(p for p in keys(sound()) if pattern(p) in KEYS and KEYS[pattern(p)].missing == "governance")


@pytest.mark.parametrize("path", [path for path in GOVERNED if "steps[3]" not in path])
def test_missing_governance_is_let_pass(path: str) -> None:
    tree = drop(sound(), path)
    assert [p.kind for p in problems(WRITERS["json"](tree).text, "json")] == ["governance"]
    policy = lenient(tree)
    assert [(p.path, p.kind) for p in policy.problems] == [(path, "governance")]
    assert len(policy) == 3
    assert policy.document == turnout.Policy.from_document(policy.document, strict=False).document
    serving = engine(policy)
    for key in ("chat", "billing-bot", "overtime"):
        assert serving.evaluate(key, "c-1").reason != "ERROR"


@pytest.mark.parametrize(
    ("path", "value"), [("toggles.chat.owner", ""), ("toggles.chat.monitors", []), ("toggles.overtime.approvals", [])]
)
def test_empty_governance_is_let_pass_as_missing_governance_is(path: str, value: Any) -> None:
    tree = put(sound(), path, value)
    assert [(p.path, p.kind) for p in lenient(tree).problems] == [(path, "governance")]
    assert engine(lenient(tree)).evaluate(path.split(".")[1], "c-1").reason != "ERROR"


def test_all_of_governance_may_be_missing() -> None:
    tree: Tree = {
        "turnout": 1,
        "toggles": {"a": {"category": "channel"}, "b": {"category": "automation"}, "c": {"category": "capacity"}},
    }
    policy = lenient(tree)
    assert {p.kind for p in policy.problems} == {"governance"}
    assert len(policy.problems) == 5 + 8 + 6
    assert engine(policy).evaluate_all("c-1").enabled == ["a", "b", "c"]


def test_a_ramp_without_its_start_or_its_hold_does_not_move() -> None:
    """What is missing never widens a ramp."""
    steps = [{"percent": 0}, {"percent": 50, "hold": "1d"}, {"percent": 100}]
    no_hold = engine(lenient(ramped(steps=steps)))
    assert [(r.step, r.percent, r.next_at) for r in no_hold.ramp("bot")] == [(0, 0.0, None)]
    assert not no_hold.is_enabled("bot", "c-1")
    no_start = engine(lenient(drop(ramped(), "toggles.bot.rules[0].ramp.started_at")))
    assert [(r.step, r.percent, r.mode) for r in no_start.ramp("bot")] == [(None, 0.0, "off")]
    assert not no_start.is_enabled("bot", "c-1")


def test_a_toggle_that_leans_on_an_inert_one_is_off() -> None:
    tree: Tree = {"turnout": 1, "toggles": {"bad": governed(ownr=1), "user": governed(requires={"bad": True})}}
    answer = engine(lenient(tree)).evaluate("user", "c-1")
    assert (answer.enabled, answer.code) == (False, "PREREQUISITE_FAILED")


def test_toggles_in_a_circle_are_inert_and_none_is_followed_round() -> None:
    requires = {"a": ["b", "c"], "b": ["a"], "c": ["b"], "d": ["d"], "e": ["a"], "f": []}
    toggles = {name: governed(requires=dict.fromkeys(others, True)) for name, others in requires.items()}
    serving = engine(lenient({"turnout": 1, "toggles": toggles}))
    answers = serving.evaluate_all("c-1")
    assert answers.enabled == ["f"]
    assert {answers[key].code for key in ("a", "b", "d")} == {"PARSE_ERROR"}
    assert answers["e"].code == "PREREQUISITE_FAILED"


REFUSED: dict[str, str] = {
    "no text": "",
    "not TOML": "turnout = ",
    "a key twice": "turnout = 1\nturnout = 1\n[toggles]\n",
    "a key twice in a toggle": "turnout = 1\n[toggles.a]\ncategory = 'channel'\ncategory = 'channel'\n",
    "an infinite number": "turnout = 1\n[toggles.a]\nx = inf\n",
    "a number out of range": "turnout = 1\n[toggles.a]\nx = 9007199254740993\n",
    "no version": "[toggles]\n",
    "another version": "turnout = 2\n[toggles]\n",
    "no toggles": "turnout = 1\n",
    "toggles that are no table": "turnout = 1\ntoggles = []\n",
    "an unknown section": "turnout = 1\n[toggles]\n[toggels]\n",
    "a bad environment": "turnout = 1\nenvironment = 1\n[toggles]\n",
    "a bad calendar": "turnout = 1\n[toggles]\n[calendars.x]\ndates = [2026-01-01, 1]\n",
    "a bad segment": "turnout = 1\n[toggles]\n[segments.x]\nrules = []\n",
    "a segment in a circle": "turnout = 1\n[toggles]\n[segments.x]\nrules = [{ segment = 'x' }]\n",
    "a name that cannot be used": "turnout = 1\n[toggles.'']\ncategory = 'channel'\n",
    "too deep": f"turnout = 1\n[toggles]\nx = {'[' * 65}{']' * 65}\n",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_faults_that_leave_no_policy_are_refused_all_the_same(fault: str) -> None:
    found = problems(REFUSED[fault], "toml", strict=False)
    assert found
    assert len(found) == len(problems(REFUSED[fault], "toml"))


def test_a_lenient_load_of_a_sound_document_is_a_strict_one() -> None:
    strict = turnout.Policy.from_document(sound())
    policy = lenient(sound())
    assert policy.problems == ()
    assert policy.digest == strict.digest
    assert policy == strict


def test_a_policy_with_faults_survives_being_pickled() -> None:
    policy = lenient({"turnout": 1, "toggles": {"bad": governed(ownr=1), "good": governed()}})
    again = pickle.loads(pickle.dumps(policy))
    assert again.digest == policy.digest
    assert [(p.path, p.message) for p in again.problems] == [(p.path, p.message) for p in policy.problems]
    assert engine(again).evaluate_all("c-1").enabled == ["good"]


def test_a_document_that_nobody_wrote_as_text_has_no_lines() -> None:
    """Neither what was read from dictionaries, nor a copy of what was read from a file."""
    tree = {"turnout": 1, "toggles": {"bad": governed(ownr=1)}}
    assert [(p.line is None, p.column is None) for p in lenient(tree).problems] == [(False, False)]
    document = turnout.Policy.from_document(tree, strict=False)
    for policy in (document, pickle.loads(pickle.dumps(document)), pickle.loads(pickle.dumps(lenient(tree)))):
        assert [(p.path, p.line, p.column) for p in policy.problems] == [("toggles.bad.ownr", None, None)]
