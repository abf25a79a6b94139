"""The fixed order of an evaluation: what each stage answers, and which one answers first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import turnout
from tests.property.documents import NOW, Document, document, engine, fields, only, policy, ramp, rule, toggle

WEIGHTS: Document = {"variants": {"bot": 1}, "default": "human"}
# NOW is a Friday.
CLOSED: Document = {"zone": "UTC", "open": "sat,sun 00:00-24:00"}
OFF = {
    "enabled": False,
    "variant": None,
    "mode": "off",
    "bucket": None,
    "percent": None,
    "shadow": None,
    "rule": None,
    "refused": [],
}


def outcome(evaluation: turnout.Evaluation) -> tuple[object, str, str | None]:
    """What is served and why."""
    return evaluation.value, evaluation.reason, evaluation.code


def test_disabled_gives_the_callers_default_and_no_error() -> None:
    """Disabled = the caller's default with DISABLED, no error; whatever the default is."""
    for keys in ({"enabled": False}, {"killed": "outage"}, {"enabled": True, "killed": "outage"}):
        for default in ("the caller's", 0, 7.5, ["a"], {"a": 1}, object(), False, True):
            found = only(**keys).evaluate("t", "c-1", None, default)
            assert fields(found) == OFF | {"key": "t", "value": default, "reason": "DISABLED", "code": None}
            assert found.value is default


def test_disabled_without_a_callers_default_gives_the_toggles() -> None:
    assert only(enabled=False).evaluate("t", "c-1").value is False
    assert only(enabled=False, **WEIGHTS).evaluate("t", "c-1").value == "human"


def test_an_unknown_toggle_gives_the_callers_default() -> None:
    """And is an error; is_enabled says False."""
    desk = only()
    found = desk.evaluate("nobody", "c-1", None, "the caller's")
    expected = {"key": "nobody", "value": "the caller's", "reason": "ERROR", "code": "FLAG_NOT_FOUND"}
    assert fields(found) == OFF | expected
    assert found.policy_digest == desk.policy.digest
    assert desk.evaluate("nobody").value is False
    assert desk.is_enabled("nobody", "c-1") is False
    assert outcome(desk.explain("nobody", "c-1", None, 3).evaluation) == (3, "ERROR", "FLAG_NOT_FOUND")


def test_no_rules_is_on_for_all() -> None:
    for unit in ("c-1", None, "", 42):
        assert outcome(only().evaluate("t", unit)) == (True, "STATIC", None)
    assert outcome(only(rules=[]).evaluate("t", "c-1")) == (True, "STATIC", None)
    assert outcome(only(**WEIGHTS).evaluate("t", "c-1")) == ("bot", "SPLIT", None)


def test_no_rule_that_holds_is_the_toggles_default() -> None:
    """The toggle's own default, not the caller's."""
    never = [rule({"attribute": "plan", "equals": "pro"})]
    assert outcome(only(rules=never).evaluate("t", "c-1", None, "the caller's")) == (False, "DEFAULT", None)
    found = only(rules=never, **WEIGHTS).evaluate("t", "c-1", None, "the caller's")
    assert fields(found) == OFF | {"key": "t", "value": "human", "reason": "DEFAULT", "code": None}


def test_the_first_rule_that_holds_decides() -> None:
    """Also when its ramp leaves the unit out."""
    pro = {"attribute": "plan", "equals": "pro"}
    rules = [
        rule(pro, id="first", serve=False),
        rule({"attribute": "plan", "exists": True}, id="second", ramp=ramp({"percent": 0})),
        rule(id="third"),
        rule(id="fourth", serve=False),
    ]
    desk = only(rules=rules)
    first, second, third = (desk.evaluate("t", "c-1", {"plan": plan}) for plan in ("pro", "free", None))
    assert (first.rule, *outcome(first)) == ("first", False, "TARGETING_MATCH", None)
    assert (second.rule, *outcome(second)) == ("second", False, "SPLIT", None)
    assert (third.rule, *outcome(third)) == ("third", True, "TARGETING_MATCH", None)


def test_a_rule_serves_what_it_says() -> None:
    """True draws, a name is that variant, the default's name and False are off."""
    for serve, value, enabled in (
        (True, "bot", True),
        ("bot", "bot", True),
        ("never", "never", True),
        ("human", "human", False),
        (False, "human", False),
    ):
        desk = only(rules=[rule(serve=serve)], variants={"bot": 1, "never": 0}, default="human")
        found = desk.evaluate("t", "c-1")
        assert (found.value, found.enabled, found.variant) == (value, enabled, value if enabled else None)
        assert (found.reason, found.mode) == ("TARGETING_MATCH", "live" if enabled else "off")


def test_overrides_stand_before_the_rules() -> None:
    """By the unit; 42 and "42" are one unit."""
    desk = only(
        overrides=[{"units": ["c-1", 42], "serve": "bot"}, {"units": ["7"], "serve": "human"}],
        rules=[rule({"attribute": "plan", "equals": "pro"}, serve="other")],
        variants={"bot": 0, "other": 1},
        default="human",
    )
    plan = {"plan": "pro"}
    cases: tuple[tuple[Any, str, bool], ...] = (
        ("c-1", "bot", True), (42, "bot", True), ("42", "bot", True), (42.0, "bot", True), (7, "human", True),
        ("c-2", "other", False), ("042", "other", False), (None, "other", False), ("", "other", False),
    )  # fmt: skip
    for unit, value, listed in cases:
        found = desk.evaluate("t", unit, plan)
        assert (found.value, found.reason, found.rule) == (value, "TARGETING_MATCH", None if listed else "r")
    assert desk.evaluate("t", "c-2").reason == "DEFAULT"


@pytest.mark.parametrize("consent", [False, None, "true", 1, 1.0, "missing"])
def test_consent_fails_closed(consent: Any) -> None:
    """Only true is consent; all else goes to the human lane."""
    desk = only(consent=["ai_chat", "recording"], overrides=[{"units": ["c-1"], "serve": "bot"}], **WEIGHTS)
    granted = {"consent.ai_chat": True, "consent.recording": True}
    assert desk.evaluate("t", "c-1", granted).value == "bot"
    for purpose in granted:
        attributes = granted | {purpose: consent}
        if consent == "missing":
            del attributes[purpose]
        found = desk.evaluate("t", "c-1", attributes, "the caller's")
        expected = {"key": "t", "value": "human", "reason": "CONSENT_MISSING", "code": None}
        assert fields(found) == OFF | expected | {"refused": [purpose.removeprefix("consent.")]}
    assert desk.evaluate("t", "c-1").reason == "CONSENT_MISSING"
    assert desk.evaluate("t", "c-1", {"consent": {"ai_chat": True, "recording": True}}).value == "bot"


def test_outside_its_schedule_a_toggle_serves_its_default() -> None:
    desk = only(schedule={"zone": "America/New_York", "open": "mon-fri 08:00-20:00"}, **WEIGHTS)
    opens = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    closes = dt.datetime(2026, 5, 2, 0, tzinfo=dt.UTC)
    moment = dt.timedelta(microseconds=1)
    for at, is_open in ((opens - moment, False), (opens, True), (closes - moment, True), (closes, False)):
        found = desk.evaluate("t", "c-1", None, "the caller's", at=at)
        assert outcome(found) == (("bot", "SPLIT", None) if is_open else ("human", "DEFAULT", "OUTSIDE_SCHEDULE"))


def test_a_schedule_begins_and_ends() -> None:
    """Open at `from` and after, and before `until`."""
    span = {"zone": "UTC", "from": "2026-05-01T00:00:00Z", "until": "2026-05-02T00:00:00+00:00"}
    first, last = dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 2, tzinfo=dt.UTC)
    moment = dt.timedelta(microseconds=1)
    answers = [
        only(schedule=span).evaluate("t", "c-1", at=at).code for at in (first - moment, first, last - moment, last)
    ]
    assert answers == ["OUTSIDE_SCHEDULE", None, None, "OUTSIDE_SCHEDULE"]


@pytest.mark.parametrize(
    ("wanted", "standing", "met"),
    [
        (True, {}, True),
        (True, {"enabled": False}, False),
        (True, {"killed": "outage"}, False),
        (True, {"schedule": CLOSED}, False),
        (True, {"rules": [rule(serve=False)]}, False),
        (True, {"rules": [rule(ramp=ramp({"percent": 100, "mode": "shadow"}))]}, False),
        (False, {}, False),
        (False, {"enabled": False}, True),
        (False, {"consent": ["ai"]}, True),
        ("bot", WEIGHTS, True),
        ("bot", {"variants": {"bot": 0, "b": 1}, "default": "human"}, False),
        ("bot", WEIGHTS | {"enabled": False}, False),
    ],
)
def test_prerequisites(wanted: Any, standing: Document, met: bool) -> None:
    """The other toggle is on, is off, or is on with that variant."""
    desk = engine({"t": toggle(requires={"other": wanted}, **WEIGHTS), "other": toggle(**standing)})
    expected = ("bot", "SPLIT", None) if met else ("human", "DEFAULT", "PREREQUISITE_FAILED")
    assert outcome(desk.evaluate("t", "c-1", None, "the caller's")) == expected


def test_every_prerequisite_must_stand_and_so_must_theirs() -> None:
    """A chain: what is far away decides."""
    attribute = {"attribute": "plan", "equals": "pro"}
    desk = engine(
        {
            "t": toggle(requires={"a": True, "b": True}),
            "a": toggle(requires={"c": True}),
            "b": toggle(),
            "c": toggle(rules=[rule(attribute)]),
        }
    )
    assert desk.is_enabled("t", "c-1", {"plan": "pro"})
    found = desk.evaluate("t", "c-1", {"plan": "free"})
    assert outcome(found) == (False, "DEFAULT", "PREREQUISITE_FAILED")


def test_circles_are_refused_at_load() -> None:
    with pytest.raises(turnout.PolicyError, match="circle"):
        policy({"a": toggle(requires={"b": True}), "b": toggle(requires={"a": True})})


# What stops a toggle, in the order in which it is looked at, and what it then says.
STOPS: list[tuple[Document, tuple[str, str | None]]] = [
    ({"enabled": False}, ("DISABLED", None)),
    ({"schedule": CLOSED}, ("DEFAULT", "OUTSIDE_SCHEDULE")),
    ({"requires": {"off": True}}, ("DEFAULT", "PREREQUISITE_FAILED")),
    ({"consent": ["ai"]}, ("CONSENT_MISSING", None)),
    ({"overrides": [{"units": ["c-1"], "serve": False}]}, ("TARGETING_MATCH", None)),
    ({"rules": [rule(ramp=ramp({"percent": 0}))]}, ("SPLIT", None)),
    ({}, ("STATIC", None)),
]


def test_each_stage_stands_before_those_after_it() -> None:
    """With several reasons to stop, the first in the order is given."""
    for first in range(len(STOPS)):
        keys: Document = {}
        for stop, _ in STOPS[first:]:
            keys |= stop
        desk = engine({"t": toggle(**keys), "off": toggle(enabled=False)})
        found = desk.evaluate("t", "c-1")
        assert (found.reason, found.code) == STOPS[first][1]
        assert found.enabled is (first == len(STOPS) - 1)


def test_a_missing_unit_where_variants_are_drawn() -> None:
    """Never drawn at random: the toggle's default."""
    cases: tuple[tuple[Any, str], ...] = (
        (None, "TARGETING_KEY_MISSING"),
        ("", "TARGETING_KEY_MISSING"),
        (True, "INVALID_CONTEXT"),
        (1.5, "INVALID_CONTEXT"),
        (["c-1"], "INVALID_CONTEXT"),
        ("\ud800", "INVALID_CONTEXT"),
    )
    variations: tuple[Document, ...] = ({}, {"rules": [rule()]})
    for keys in variations:
        for unit, code in cases:
            found = only(**keys, **WEIGHTS).evaluate("t", unit, None, "the caller's")
            assert (outcome(found), found.enabled) == (("human", "DEFAULT", code), False)
            assert found.rule == ("r" if keys else None)
    # Where nothing is drawn, no unit is needed.
    assert only(rules=[rule(serve="bot")], **WEIGHTS).evaluate("t").value == "bot"


def test_one_bad_toggle_takes_no_other_down() -> None:
    """In lenient mode it is not evaluated and reported with its path; in strict mode the document is refused."""
    bad = toggle(rules=[rule({"attribute": "plan", "equalz": "pro"})], **WEIGHTS)
    source = document({"bad": bad, "good": toggle(), "needs": toggle(requires={"bad": True})})
    with pytest.raises(turnout.PolicyError, match=r"toggles.bad.rules\[0\].when.equalz.*did you mean `equals`"):
        turnout.Policy.from_document(source)
    lenient = turnout.Policy.from_document(source, strict=False)
    assert [problem.path for problem in lenient.problems] == ["toggles.bad.rules[0].when.equalz"]
    desk = turnout.Engine(lenient, clock=turnout.ManualClock(NOW))
    inert = desk.evaluate("bad", "c-1", {"plan": "pro"}, "the caller's")
    assert (outcome(inert), inert.enabled, inert.mode) == (("the caller's", "ERROR", "PARSE_ERROR"), False, "off")
    assert desk.is_enabled("good", "c-1")
    assert outcome(desk.evaluate("needs", "c-1")) == (False, "DEFAULT", "PREREQUISITE_FAILED")


def test_attributes_that_are_no_mapping() -> None:
    """Not evaluated: the caller's default."""
    for attributes in ([("plan", "pro")], "plan", 3, object()):
        found = only().evaluate("t", "c-1", attributes, "the caller's")  # type: ignore[arg-type]
        expected = {"key": "t", "value": "the caller's", "reason": "ERROR", "code": "INVALID_CONTEXT"}
        assert fields(found) == OFF | expected
        assert not only().is_enabled("t", "c-1", attributes)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            turnout.Context("c-1", attributes)  # type: ignore[arg-type]
