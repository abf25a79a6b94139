"""`Policy.with_changes`: a merge patch with who and why, or all faults; and what it never does."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import governed, ramped, single

WHO = {"operator": "maria@example.com", "reason": "INC-2201"}
KILL = {"toggles": {"chat": {"killed": "outage"}}}
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
STEPS = [
    {"percent": 0, "mode": "shadow", "hold": "1d", "min_n": 5},
    {"percent": 10, "hold": "2d"},
    {"percent": 100},
]


WEST, EAST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (-5, 5))


class Nowhere(dt.tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _: dt.datetime | None) -> None:
        return None


def policy(**toggles: Any) -> turnout.Policy:
    """A policy of these toggles, or of one channel."""
    return turnout.Policy.from_document({"turnout": 1, "toggles": toggles or {"chat": governed()}})


def faults(error: pytest.ExceptionInfo[turnout.PolicyError]) -> list[str]:
    """The paths of all faults."""
    return [problem.path for problem in error.value.problems]


def test_a_change_says_who_why_and_from_what() -> None:
    before = policy()
    kept = before.document
    after = before.with_changes(KILL, **WHO, at=START)
    record = {**WHO, "previous": before.digest, "at": "2026-03-01T00:00:00Z"}
    assert after.document["change"] == record
    assert after.toggles["chat"]["killed"] == "outage"
    assert after.digest != before.digest
    assert before.document == kept
    assert "at" not in before.with_changes(KILL, **WHO).document["change"]
    assert before.with_changes(KILL, **WHO, at=1_772_323_200_000_000) == after


def test_a_change_decides_at_once() -> None:
    engine = turnout.Engine(policy(), clock=turnout.ManualClock(START))
    assert engine.is_enabled("chat")
    engine.swap(engine.policy.with_changes(KILL, **WHO))
    assert not engine.is_enabled("chat")


def test_the_same_change_twice_leaves_one_record() -> None:
    before = policy()
    once = before.with_changes(KILL, **WHO, at=START)
    assert before.with_changes(KILL, **WHO, at=START) == once
    assert once.with_changes(KILL, **WHO, at=START + dt.timedelta(hours=1)) is once
    assert once.with_changes(KILL, operator="omar@example.com", reason="also") is once


def test_each_change_names_the_one_before() -> None:
    first = policy()
    second = first.with_changes(KILL, **WHO)
    third = second.with_changes({"toggles": {"chat": {"killed": None}}}, operator="omar", reason="over")
    assert third.document["change"] == {"operator": "omar", "reason": "over", "previous": second.digest}
    assert third.toggles == first.toggles
    assert third != first


@pytest.mark.parametrize("patch", [{}, {"environment": None}, {"toggles": {}}, {"toggles": {"none": None}}])
def test_a_patch_that_changes_nothing_gives_the_same_policy(patch: dict[str, Any]) -> None:
    before = policy()
    assert before.with_changes(patch, **WHO) is before


def test_a_date_that_is_given_as_one_is_no_change() -> None:
    before = policy()
    assert before.with_changes({"toggles": {"chat": {"created": dt.date(2026, 1, 10)}}}, **WHO) is before


def test_one_is_not_true() -> None:
    rules = [{"id": "r", "when": {"attribute": "n", "equals": 1}}]
    before = turnout.Policy.from_document(single(rules=rules))
    rules[0]["when"]["equals"] = True  # type: ignore[index]
    patch = {"toggles": {key: {"rules": rules} for key in before.toggles}}
    assert before.with_changes(patch, **WHO) != before


def test_all_faults_at_once() -> None:
    before = policy()
    patch = {"change": {"operator": "x"}, "toggles": {"chat": {"owner": None, "colour": "red"}}}
    with pytest.raises(turnout.PolicyError) as error:
        before.with_changes(patch, operator=" ", reason="")
    assert sorted(faults(error)) == [
        "change",
        "change.operator",
        "change.reason",
        "toggles.chat.colour",
        "toggles.chat.owner",
    ]
    assert before == policy()


@pytest.mark.parametrize("given", [{"operator": "", "reason": "why"}, {"operator": "who", "reason": "\t"}])
def test_who_and_why_are_asked_for_even_when_nothing_changes(given: dict[str, str]) -> None:
    with pytest.raises(turnout.PolicyError) as error:
        policy().with_changes({}, **given)
    assert faults(error) == ["change.operator" if not given["operator"] else "change.reason"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda p: p.with_changes([], **WHO), TypeError, "patch must be a dict"),
        (lambda p: p.with_changes(None, **WHO), TypeError, "patch must be a dict"),
        (lambda p: p.with_changes({}, operator=None, reason="x"), TypeError, "operator must be text"),
        (lambda p: p.with_changes({}, operator="x", reason=7), TypeError, "reason must be text"),
        (lambda p: p.with_changes({}, operator="x"), TypeError, "reason"),
        (lambda p: p.with_changes({}, "x", "y"), TypeError, "positional"),
        (lambda p: p.with_changes({"toggles": {"chat": {"owner": {1}}}}, **WHO), TypeError, "owner"),
        (lambda p: p.with_changes({}, **WHO, at=dt.datetime(2026, 1, 1)), ValueError, "time zone"),
        (lambda p: p.with_changes({}, **WHO, at=2**63), ValueError, "years"),
        (lambda p: p.with_changes({}, **WHO, at=dt.datetime.max.replace(tzinfo=WEST)), ValueError, "years"),
        (lambda p: p.with_changes({}, **WHO, at=dt.datetime.min.replace(tzinfo=EAST)), ValueError, "years"),
        (lambda p: p.with_changes({}, **WHO, at=dt.datetime(2026, 1, 1, tzinfo=Nowhere())), ValueError, "time zone"),
        (lambda p: p.with_changes({}, **WHO, at="now"), TypeError, "at must be"),
        (lambda p: p.with_changes({}, **WHO, at=True), TypeError, "at must be"),
    ],
)
def test_calls_that_cannot_be_meant(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(policy())


@pytest.mark.parametrize("name", ["operator", "reason"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\u200b", "has nothing that can be seen; write something"),
        ("\u00ad\u2060 \ufeff", "has nothing that can be seen; write something"),
        ("maria\x00", "has the character U+0000, which cannot be seen; take it out"),
        ("\x1b[31mmaria", "has the character U+001B, which cannot be seen; take it out"),
        ("maria\u202e", "has the character U+202E, which cannot be seen; take it out"),
    ],
)
def test_who_and_why_hide_nothing(name: str, text: str, words: str) -> None:
    with pytest.raises(turnout.PolicyError) as error:
        policy().with_changes(KILL, **WHO | {name: text})
    assert str(error.value) == f"change.{name}: `{name}` {words}"


def test_a_reason_may_have_lines_and_a_name_any_letters() -> None:
    given = {"operator": "مریم\u200cخانم", "reason": "INC-2201\n\tcarrier outage\r\n"}
    assert policy().with_changes(KILL, **given).document["change"]["reason"] == given["reason"]
    with pytest.raises(turnout.PolicyError, match=r"U\+000A"):
        policy().with_changes(KILL, operator="maria\nomar", reason="x")


def test_a_patch_deeper_than_any_document_or_without_an_end() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    endless: dict[str, Any] = {}
    endless["a"] = endless
    for patch in (deep, endless, {"toggles": deep}):
        with pytest.raises(ValueError, match="nested too deeply, or holds itself"):
            policy().with_changes(patch, **WHO)
    for _ in range(65):
        deep = {"a": deep if _ else 1}
    with pytest.raises(turnout.PolicyError, match="deep"):
        policy().with_changes({"toggles": deep}, **WHO)


def test_a_lenient_policy_can_be_changed() -> None:
    broken = governed(owner=None)
    del broken["owner"]
    before = turnout.Policy.from_document({"turnout": 1, "toggles": {"chat": governed(), "sms": broken}}, strict=False)
    after = before.with_changes(KILL, **WHO)
    assert [problem.path for problem in after.problems] == ["toggles.sms.owner"]


def test_a_change_of_data_flow_names_its_assessment() -> None:
    before = policy(chat=governed(data_classes=["account"]), sms=governed())
    more = {"toggles": {"chat": {"data_classes": ["account", "invoices"]}, "sms": {"data_classes": ["number"]}}}
    with pytest.raises(turnout.PolicyError) as error:
        before.with_changes(more, **WHO)
    assert [(p.path, p.kind) for p in error.value.problems] == [
        ("toggles.chat.privacy_assessment", "governance"),
        ("toggles.sms.privacy_assessment", "governance"),
    ]
    assert "`invoices`" in error.value.problems[0].message
    more["toggles"]["chat"]["privacy_assessment"] = more["toggles"]["sms"]["privacy_assessment"] = "DPIA-7"  # type: ignore[assignment]
    assert before.with_changes(more, **WHO).toggles["sms"]["privacy_assessment"] == "DPIA-7"
    fewer = before.with_changes({"toggles": {"chat": {"data_classes": []}}}, **WHO)
    assert fewer.toggles["chat"]["data_classes"] == []
    new = {"toggles": {"fax": governed(data_classes=["number"])}}
    with pytest.raises(turnout.PolicyError, match=r"toggles\.fax\.privacy_assessment"):
        before.with_changes(new, **WHO)
    with pytest.raises(turnout.PolicyError, match="data_classes"):
        before.with_changes({"toggles": {"chat": {"data_classes": [[1], 5]}}}, **WHO)


# Rebucketing


def ramp_patch(before: turnout.Policy, **fields: Any) -> dict[str, Any]:
    """A patch that puts fields into the one ramp; None takes one out."""
    ((key, toggle),) = before.toggles.items()
    rules = json.loads(json.dumps(toggle["rules"]))
    rules[0]["ramp"] = {k: v for k, v in (rules[0]["ramp"] | fields).items() if v is not None}
    return {"toggles": {key: {"rules": rules}}}


def change(before: turnout.Policy, at: dt.datetime | None = None, **fields: Any) -> turnout.Policy:
    """The policy with these fields in its ramp."""
    return before.with_changes(ramp_patch(before, **fields), **WHO, at=at)


@pytest.mark.parametrize(("name", "value"), [("salt", "other"), ("unit", "contact_id")])
def test_a_ramp_under_way_keeps_its_customers(name: str, value: str) -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    with pytest.raises(turnout.PolicyError) as error:
        change(before, **{name: value})
    (fault,) = error.value.problems
    key = next(iter(before.toggles))
    assert fault.path == f"toggles.{key}.rules[0].ramp.{name}"
    assert f"`{name}` would shuffle" in fault.message
    assert "write `rebucket`, true, and a `reason`" in fault.hint
    after = change(before, **{name: value}, rebucket=True, reason="the old salt leaked")
    assert after.toggles[key]["rules"][0]["ramp"][name] == value


def test_another_name_for_the_rule_is_no_way_round() -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    patch = ramp_patch(before, salt="other")
    ((toggle, below),) = patch["toggles"].items()
    below["rules"][0]["id"] = "renamed"
    with pytest.raises(turnout.PolicyError, match="`salt` would shuffle"):
        before.with_changes(patch, **WHO)
    same = ramp_patch(before)
    same["toggles"][toggle]["rules"][0]["id"] = "renamed"
    assert before.with_changes(same, **WHO).toggles[toggle]["rules"][0]["id"] == "renamed"


def test_a_shuffle_without_a_reason_is_a_fault_of_the_document() -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    with pytest.raises(turnout.PolicyError, match="`reason` is missing"):
        change(before, salt="other", rebucket=True)


def test_each_shuffle_has_a_reason_of_its_own() -> None:
    first = change(turnout.Policy.from_document(ramped(steps=STEPS)), salt="b", rebucket=True, reason="one")
    with pytest.raises(turnout.PolicyError, match="that of an earlier shuffle"):
        change(first, salt="c")
    assert change(first, salt="c", reason="two") != first


def test_writing_the_salt_that_is_meant_anyway_shuffles_nobody() -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    key = next(iter(before.toggles))
    assert change(before, salt=key) != before


@pytest.mark.parametrize(
    ("days", "free"),
    [(-1, True), (0, True), (0.9, True), (1, False), (3, False)],
)
def test_a_ramp_is_free_until_it_can_have_left_nobody(days: float, free: bool) -> None:
    """The gate of step 0 may have passed the moment its hold was over: nobody tells `with_changes`."""
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    at = START + dt.timedelta(days=days)
    if free:
        assert change(before, at, salt="other") != before
    else:
        with pytest.raises(turnout.PolicyError, match="shuffle"):
            change(before, at, salt="other")


def test_other_changes_of_a_ramp_are_free() -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    pauses = [{"from": "2026-03-02T00:00:00Z", "reason": "csat fell"}]
    assert change(before, pauses=pauses, steps=[*STEPS[:1], {"percent": 5}]) != before


def test_faults_of_shape_and_a_shuffle_are_told_together() -> None:
    before = turnout.Policy.from_document(ramped(steps=STEPS))
    with pytest.raises(turnout.PolicyError) as error:
        change(before, salt="other", steps=[])
    assert [path.rpartition(".")[2] for path in faults(error)] == ["steps", "salt"]


def test_a_hostile_patch_is_refused_as_a_document_is() -> None:
    for toggles in ([], 5, {"chat": 5}, {"chat": {"rules": 5}}, {"chat": {"rules": [5, {"ramp": 5}]}}):
        with pytest.raises(turnout.PolicyError):
            policy().with_changes({"toggles": toggles}, **WHO)


def test_a_policy_that_was_loaded_leniently_gets_no_further_faults() -> None:
    document = policy().document
    key = next(iter(document["toggles"]))
    del document["toggles"][key]["owner"]
    lenient = turnout.Policy.from_document(document, strict=False)
    assert lenient.with_changes({"environment": "night"}, **WHO).environment == "night"
    with pytest.raises(turnout.PolicyError) as error:
        lenient.with_changes({"toggles": {key: {"review_by": "soon"}}}, **WHO)
    assert faults(error) == [f"toggles.{key}.review_by"]
