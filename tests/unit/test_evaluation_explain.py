"""Explanations: the same answer, and for each step what was looked at and how it went."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import pytest

import turnout
from tests.property.documents import Document, document, engine, only, ramp, rule, toggle
from tests.property.documents import policy as policy_of

VIP = {"all": [{"attribute": "tier", "equals": "vip"}, {"attribute": "score", "gt": 5}]}
DESK = engine(
    {
        "chat": toggle(),
        "bot": toggle(
            schedule={"zone": "UTC", "open": "daily 08:00-20:00"},
            requires={"chat": True},
            consent=["ai"],
            overrides=[{"units": ["vip-1"], "serve": "bot"}],
            rules=[
                rule(VIP, id="vip", serve="old"),
                rule({"segment": "pilot"}, id="ramp", ramp=ramp({"percent": 100})),
            ],
            variants={"bot": 1},
            default="old",
        ),
    },
    segments={"pilot": {"rules": [{"not": {"attribute": "plan", "null": True}}]}},
)
GRANTED: Document = {"consent.ai": True}


def steps(
    attributes: Document, unit: Any = "c-1", key: str = "bot", asked: turnout.Engine = DESK
) -> list[tuple[str, str]]:
    """The stages that were looked at in the toggle itself, with their verdicts."""
    found = asked.explain(key, unit, attributes)
    return [(step.stage, step.verdict) for step in found.steps if step.depth == 0]


def test_an_explanation_ends_where_the_decision_fell() -> None:
    """Every stage up to it, in the fixed order, and none after it but the draw of a variant."""
    before = [("state", "passed"), ("schedule", "passed"), ("requires", "passed"), ("breaker", "passed")]
    assert steps({}) == [*before, ("consent", "decided")]
    before.append(("consent", "passed"))
    assert steps(GRANTED, "vip-1") == [*before, ("override", "decided")]
    before.append(("override", "missed"))
    assert steps(GRANTED | {"tier": "vip", "score": 6}) == [*before, ("rule", "decided")]
    before.append(("rule", "missed"))
    assert steps(GRANTED | {"tier": "vip"})[:9] == [*before, ("rule", "passed"), ("ramp", "decided")]
    assert steps(GRANTED | {"plan": None}) == [*before, ("rule", "missed"), ("default", "decided")]


def test_the_stages_that_stop_decide() -> None:
    """Each as the last step."""
    closed = {"zone": "UTC", "open": "daily 00:00-01:00"}
    cases: list[tuple[Document, list[tuple[str, str]]]] = [
        ({"enabled": False}, [("state", "decided")]),
        ({"schedule": closed}, [("state", "passed"), ("schedule", "decided")]),
        ({"requires": {"off": True}}, [("state", "passed"), ("requires", "decided")]),
        ({}, [("state", "passed"), ("breaker", "passed"), ("default", "decided")]),
    ]
    for keys, expected in cases:
        asked = engine({"t": toggle(**keys), "off": toggle(enabled=False)})
        assert steps({}, key="t", asked=asked) == expected


def test_a_condition_says_what_it_asked_and_what_it_found() -> None:
    """Present, missing, null, of a wrong type: the difference is in the words."""
    cases: tuple[tuple[Document, str, str], ...] = (
        ({"score": 7}, "passed", "score > 5; it is 7"),
        ({"score": 2.5}, "missed", "score > 5; it is 2.5"),
        ({}, "missed", "score > 5; it is missing"),
        ({"score": None}, "missed", "score > 5; it is null"),
        ({"score": "7"}, "missed", 'score > 5; it is "7", which is not a number'),
        ({"score": True}, "missed", "score > 5; it is true, which is not a number"),
        ({"score": object()}, "missed", "score > 5; it is a value of a type that no operator looks at"),
        ({"score": 2**63}, "passed", f"score > 5; it is {2**63}"),
    )
    for value, verdict, words in cases:
        found = DESK.explain("bot", "c-1", GRANTED | {"tier": "vip"} | value)
        asked = [step for step in found.steps if step.stage == "condition" and step.detail.startswith("score")]
        assert [(step.verdict, step.detail) for step in asked] == [(verdict, words)]


@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        (1772323200, "decided", "1772323200 (seconds since the epoch: 2026-03-01T00:00:00Z)"),
        (0.5, "missed", "0.5 (seconds since the epoch: 1970-01-01T00:00:00.500Z)"),
        (1772323200000000, "missed", "1772323200000000 (seconds since the epoch: beyond the year 9999)"),
        (253402300800, "missed", "253402300800 (seconds since the epoch: beyond the year 9999)"),
        (-62135596801, "missed", "-62135596801 (seconds since the epoch: before the year 1)"),
        (-math.inf, "missed", "-inf (seconds since the epoch: before the year 1)"),
        (2**70, "missed", f"{2**70} (seconds since the epoch: beyond the year 9999)"),
        (
            math.nan,
            "missed",
            "NaN, which is not an instant: an aware datetime, RFC 3339 text, or seconds since the epoch",
        ),
    ],
)
def test_a_number_that_is_compared_with_an_instant_counts_seconds(value: float, verdict: str, words: str) -> None:
    """Others count microseconds: the explanation says what the number was taken for."""
    asked = only(rules=[rule({"attribute": "x", "after": "2026-03-01"})])
    found = asked.explain("t", "c-1", {"x": value})
    (step,) = (step for step in found.steps if step.stage == "condition")
    assert step.detail == f"x is at or after 2026-03-01T00:00:00Z; it is {words}"
    assert found.evaluation.enabled == (verdict == "decided")


def test_what_lies_below_is_deeper() -> None:
    """Conditions under their rule or segment, a prerequisite's steps under it."""
    found = DESK.explain("bot", "c-1", GRANTED).steps
    assert {(step.depth, step.stage) for step in found} >= {
        (1, "state"), (0, "requires"), (1, "condition"), (2, "condition"), (0, "rule"),
    }  # fmt: skip
    assert [step.depth for step in found if step.stage == "schedule"] == [0]


def test_an_explanation_can_be_printed_and_kept() -> None:
    found = DESK.explain("bot", "c-1", GRANTED, default="x")
    lines = str(found).splitlines()
    assert lines[0] == "bot: bot (SPLIT)"
    assert len(lines) == 1 + len(found.steps)
    for line, step in zip(lines[1:], found.steps, strict=True):
        assert line == f"{'  ' * (step.depth + 1)}{step.stage} {step.verdict}: {step.detail}"
    kept = json.loads(json.dumps(found.to_dict()))
    assert kept["evaluation"] == found.evaluation.to_dict()
    assert kept["steps"] == [
        {"depth": s.depth, "stage": s.stage, "verdict": s.verdict, "detail": s.detail} for s in found.steps
    ]


def test_a_ramp_says_where_the_unit_stands() -> None:
    asked = only(rules=[rule(ramp=ramp({"percent": 33.3}))])
    (detail,) = (step.detail for step in asked.explain("t", "c-1").steps if step.stage == "ramp")
    assert "33.3 %" in detail
    assert f"{turnout.bucket('c-1', 't')} %" in detail
    (detail,) = (step.detail for step in asked.explain("t", None).steps if step.stage == "ramp")
    assert "TARGETING_KEY_MISSING" in detail


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"started_at": "2026-03-02T00:00:00Z"}, "begins at 2026-03-02T00:00:00Z"),
        ({"approval": "lead"}, "has not begun: step 0 waits for an approval by lead"),
        ({"approval": "lead", "approved": "2026-04-01T00:00:00Z"}, "begins at 2026-04-01T00:00:00Z"),
        ({"pause": {"to": "2026-05-01T00:00:00Z"}}, "begins at 2026-05-01T00:00:00Z"),
        ({"pause": {}}, "has not begun: it is paused"),
        (
            {"started_at": "2026-03-03T00:00:00Z", "pause": {"from": "2026-03-02T00:00:00Z"}},
            "does not begin: a pause without an end lies before its start",
        ),
    ],
)
def test_a_ramp_that_has_not_begun_says_what_it_waits_for(keys: Document, words: str) -> None:
    """Never an instant that has passed."""
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    step = {"percent": 100} | ({"approval": keys["approval"]} if "approval" in keys else {})
    more: Document = {"started_at": keys.get("started_at", "2026-02-01T00:00:00Z")}
    if "pause" in keys:
        more["pauses"] = [{"from": "2026-01-15T00:00:00Z", "reason": "r"} | keys["pause"]]
    if "approved" in keys:
        more["approvals"] = [{"step": 0, "role": "lead", "by": "b", "at": keys["approved"]}]
    asked = only(now, rules=[rule(ramp=ramp(step, **more))])
    (detail,) = (step.detail for step in asked.explain("t", "c-1").steps if step.stage == "ramp")
    assert detail == words


def test_an_explanation_does_not_grow_without_bound() -> None:
    """A segment may be asked many thousand times in one evaluation; memory must not follow."""
    wide = {"rules": [{"any": [{"attribute": f"a{i}", "null": True} for i in range(90)]}]}
    many = [rule({"segment": "wide"}, id=f"r{index}") for index in range(200)]
    asked = engine({"t": toggle(rules=many)}, segments={"wide": wide})
    found = asked.explain("t", "c-1", {})
    assert found.evaluation == asked.evaluate("t", "c-1", {})
    assert len(found.steps) <= 10_000


def test_evaluations_say_what_they_are() -> None:
    """In words, as a truth value, as a dictionary that JSON can hold."""
    on, off = only().evaluate("t", "c-1"), only(rules=[rule(serve=False)]).evaluate("t", "c-1")
    assert (bool(on), bool(off)) == (True, False)
    assert repr(on) == 'Evaluation("t": on, value=True, reason=STATIC)'
    assert repr(off) == 'Evaluation("t": off, value=False, reason=TARGETING_MATCH, rule="r")'
    assert json.loads(json.dumps(on.to_dict()))["policy_digest"] == on.policy_digest
    with pytest.raises(AttributeError):
        on.enabled = False  # type: ignore[misc]


def test_all_toggles_at_once_are_a_mapping() -> None:
    every = DESK.evaluate_all("c-1", GRANTED)
    assert len(every) == 2
    assert list(every) == list(every.keys()) == every.enabled == ["bot", "chat"]
    assert every["bot"] == DESK.evaluate("bot", "c-1", GRANTED)
    assert ("bot" in every, "nobody" in every) == (True, False)
    with pytest.raises(KeyError, match="nobody"):
        every["nobody"]
    assert dict(every) == {key: every[key] for key in ("bot", "chat")}
    # It keeps the policy under which it was made.
    desk = turnout.Engine(policy_of({"t": toggle()}), clock=turnout.SystemClock())
    before = desk.evaluate_all("c-1")
    desk.swap(turnout.Policy.from_document(document({})))
    assert before["t"].enabled
    assert len(desk.evaluate_all("c-1")) == 0


def test_all_toggles_at_once_have_the_methods_of_a_mapping() -> None:
    every = DESK.evaluate_all("c-1", GRANTED)
    assert list(every.items()) == [(key, every[key]) for key in every]
    assert list(every.values()) == [every[key] for key in every]
    assert (every.get("bot"), every.get("nobody"), every.get("nobody", 3)) == (every["bot"], None, 3)


def test_usage_counts_every_evaluation_since_the_swap() -> None:
    """Also by handle and all at once; explanations do not count, prerequisites neither."""
    desk = engine({"a": toggle(), "b": toggle(requires={"a": True}), "c": toggle(enabled=False)})
    desk.evaluate("a", "c-1")
    desk.is_enabled("b", "c-1")
    desk.toggle("c").is_enabled("c-1")
    desk.evaluate_all("c-1")
    desk.explain("a", "c-1")
    counts = {key: (entry["evaluations"], entry["enabled"]) for key, entry in desk.usage().items()}
    assert counts == {"a": (2, 2), "b": (2, 2), "c": (2, 0)}
    desk.swap(desk.policy)
    assert desk.usage()["a"] == {"evaluations": 0, "enabled": 0}


@pytest.mark.parametrize(
    ("asked", "value", "words"),
    [
        ({"equals": "pro"}, 5, "5, which is not text"),
        ({"not_equals": 5}, "5", '"5", which is not a number'),
        ({"equals": True}, 1, "1, which is not true or false"),
        ({"in": ["a", "b"]}, 5, "5, which is not of a type that the list has"),
        ({"contains": "a"}, 5, "5, which is not text or a list"),
        ({"contains": 5}, "5", '"5", which is not a list'),
        ({"starts_with": "a"}, 5, "5, which is not text"),
        ({"matches": "a"}, ["a"], "a list, which is not text"),
        ({"semver": ">=5"}, "five", '"five", which is not a version such as 5.2.1'),
        ({"before": "2026-01-01"}, "soon", '"soon", which is not an instant'),
        ({"cidr": "10.0.0.0/8"}, "here", '"here", which is not an IP address'),
    ],
)
def test_a_value_that_cannot_be_compared_says_why(asked: Document, value: object, words: str) -> None:
    desk = engine({"t": toggle(rules=[rule({"attribute": "x"} | asked, serve=True)])})
    (detail,) = (s.detail for s in desk.explain("t", "c-1", {"x": value}).steps if s.stage == "condition")
    assert f"; it is {words}" in detail


def test_unusable_attributes_say_so() -> None:
    found = DESK.explain("bot", "c-1", 5)  # type: ignore[arg-type]
    assert found.evaluation.code == "INVALID_CONTEXT"
    assert [(step.stage, step.verdict) for step in found.steps] == [("context", "decided")]
