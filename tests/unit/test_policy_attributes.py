"""An attribute of any type: no operator raises, the rule does not match, and `explain` says why."""

from __future__ import annotations

import collections
import datetime as dt
import subprocess
import sys
import types
from typing import Any

import numpy as np
import pytest

import turnout
from tests.unit.policy_faults.documents import governed
from tests.unit.policy_faults.strangers import READABLE, STRANGERS, Grumpy, Untouchable

NOW = dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)
ASKED: dict[str, tuple[str, Any]] = {
    "equals": ("equals", "x"),
    "equals_5": ("equals", 5),
    "not_equals": ("not_equals", "x"),
    "not_equals_y": ("not_equals", "y"),
    "in": ("in", ["x", 1, True]),
    "not_in": ("not_in", ["x", 1, True]),
    "lt": ("lt", 5),
    "lte": ("lte", 5),
    "gt": ("gt", 5),
    "gte": ("gte", 5),
    "starts_with": ("starts_with", "x"),
    "ends_with": ("ends_with", "x"),
    "contains": ("contains", "x"),
    "matches": ("matches", "x"),
    "semver": ("semver", ">=5.2"),
    "before": ("before", "2026-03-01"),
    "after": ("after", "2026-03-01"),
    "cidr": ("cidr", "10.0.0.0/8"),
    "exists": ("exists", True),
    "null": ("null", True),
}


@pytest.fixture(scope="module")
def engine() -> turnout.Engine:
    """A toggle for each operator, asking for the attribute `a.b`, and a ramp by that attribute."""
    toggles = {
        name: governed(rules=[{"id": "r", "when": {"attribute": "a.b", operator: value}}])
        for name, (operator, value) in ASKED.items()
    }
    ramp = {"unit": "a.b", "algorithm": "xxh3/1", "started_at": "2026-01-01T00:00:00Z", "steps": [{"percent": 100}]}
    toggles["by-ramp"] = governed(rules=[{"id": "r", "ramp": ramp}], overrides=[{"units": ["nobody"], "serve": False}])
    toggles["by-variant"] = governed(variants={"a": 1, "b": 1}, default="none")
    policy = turnout.Policy.from_document({"turnout": 1, "toggles": toggles})
    return turnout.Engine(policy, clock=turnout.ManualClock(NOW))


def held(engine: turnout.Engine, value: Any) -> set[str]:
    """The operators that hold for a value; the same by every way that it can take."""
    ways: list[set[str]] = []
    for attributes in ({"a.b": value}, {"a": {"b": value}}, collections.UserDict({"a.b": value})):
        ways.append({name for name in ASKED if engine.is_enabled(name, "u", attributes)})
        answers = engine.evaluate_all("u", attributes)
        ways.append({name for name in ASKED if answers[name].enabled})
    context = turnout.Context("u", {"a.b": value})
    ways.append({name for name in ASKED if engine.evaluate(name, context).enabled})
    ways.append({name for name in ASKED if engine.evaluate_many(name, ["u"], [{"a.b": value}]).enabled[0]})
    ways.append({name for name in ASKED if engine.evaluate_many(name, ["u"], {"a.b": [value]}).enabled[0]})
    assert all(way == ways[0] for way in ways), ways
    return ways[0]


@pytest.mark.parametrize("index", range(len(STRANGERS)))
def test_a_stranger_matches_nothing_and_explain_says_why(engine: turnout.Engine, index: int) -> None:
    value = STRANGERS[index]
    is_nothing = type(value) in (np.datetime64, np.timedelta64) and np.isnat(value)
    assert held(engine, value) <= {"null" if is_nothing else "exists"}
    for name in ("equals", "lt", "not_in", "before"):
        explained = engine.explain(name, "u", {"a.b": value})
        (condition,) = [step for step in explained.steps if step.stage == "condition"]
        assert condition.verdict == "missed"
        reason = condition.detail.rpartition("; it is ")[2]
        assert reason in str(explained)
        assert len(reason) > 2
        assert reason != "missing"


@pytest.mark.parametrize("index", range(len(READABLE)))
def test_what_can_be_read_matches_what_it_should(engine: turnout.Engine, index: int) -> None:
    value, expected = READABLE[index]
    assert held(engine, value) == set(expected.split())
    for name in ASKED:
        assert f"{name}: " in str(engine.explain(name, "u", {"a.b": value}))


@pytest.mark.parametrize("index", range(len(STRANGERS)))
def test_a_stranger_as_a_unit_is_not_exposed(engine: turnout.Engine, index: int) -> None:
    value = STRANGERS[index]
    for key, attributes in (("by-ramp", {"a.b": value}), ("by-variant", None)):
        answers = [
            engine.evaluate(key, value, attributes),
            engine.evaluate(key, turnout.Context(value, attributes)),
            engine.evaluate_many(key, [value], None if attributes is None else [attributes])[0],
        ]
        assert [a.enabled for a in answers] == [False] * 3
        assert {a.code for a in answers} <= {"INVALID_CONTEXT", "TARGETING_KEY_MISSING"}
        assert engine.explain(key, value, attributes).evaluation == answers[0]


NO_MAPPING: list[Any] = [5, "x", b"x", [1], ["a"], (1,), {"a"}, object(), Untouchable(), Grumpy(), 1.5, True, iter([])]


# Asking an object for its class can fail; Python then writes that it ignores the failure, which pytest reports.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("index", range(len(NO_MAPPING)))
def test_attributes_that_are_no_mapping_are_said_to_be_so(engine: turnout.Engine, index: int) -> None:
    attributes = NO_MAPPING[index]
    for key in ("equals", "exists", "by-ramp", "by-variant"):
        answer = engine.evaluate(key, "u", attributes, default="mine")
        assert (answer.enabled, answer.reason, answer.code) == (False, "ERROR", "INVALID_CONTEXT")
        assert not engine.is_enabled(key, "u", attributes)
        assert engine.toggle(key).evaluate("u", attributes).code == "INVALID_CONTEXT"
        assert engine.explain(key, "u", attributes).evaluation.code == "INVALID_CONTEXT"
    assert {engine.evaluate_all("u", attributes)[key].code for key in ASKED} == {"INVALID_CONTEXT"}
    with pytest.raises(TypeError, match="mapping"):
        turnout.Context("u", attributes)


class Breaking(collections.UserDict[str, Any]):
    """A mapping that raises when it is read."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError(key)


class Default(dict[str, Any]):
    """A dictionary that makes up what it does not hold."""

    def __missing__(self, key: str) -> str:
        return "x"


@pytest.mark.parametrize(
    ("attributes", "holds"),
    [
        (types.MappingProxyType({"a.b": "x"}), True),
        (collections.ChainMap({"a.b": "x"}), True),
        (collections.OrderedDict({"a.b": "x"}), True),
        (Breaking({"a.b": "x"}), False),
        (Default(), False),
        ({5: "x", None: "x", (1,): "x", b"a.b": "x"}, False),
        ({"\ud800": 1, "a.b": "x"}, True),
        ({"a": None}, False),
        ({"a": {"b": "x"}, "a.b": "y"}, False),
        ({"a": object()}, False),
        ({"a": {"c": 1}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_any_mapping_will_do(engine: turnout.Engine, attributes: Any, holds: bool) -> None:
    assert engine.is_enabled("equals", "u", attributes) is holds
    assert engine.toggle("equals").is_enabled("u", attributes) is holds


@pytest.mark.parametrize(
    "attributes",
    [
        {"a": {"b.c": 2}},
        {"a": {"b.c": 2, "b": {"c": 1}}},
        {"a": {"b": {"c": 1}, "b.c": 2}},
        {"a.b": {"c": 2}},
        {"a.b.c": 1, "a": {"b": {"c": 2}}},
        {"a": {"b": {"c": 2}}, "a.b.c": 1},
        {"a": {"b": {"c": 2}}, "a.b": 3},
        {"a": {"b": {"c": 2}}},
        {"a": {"b": 2}},
    ],
)
def test_dotted_names_are_read_alike_by_every_way(attributes: dict[str, Any]) -> None:
    toggle = governed(rules=[{"id": "r", "when": {"attribute": "a.b.c", "equals": 2}}])
    policy = turnout.Policy.from_document({"turnout": 1, "toggles": {"t": toggle}})
    engine = turnout.Engine(policy, clock=turnout.ManualClock(NOW))
    wanted = engine.is_enabled("t", "u", attributes)
    assert engine.is_enabled("t", turnout.Context("u", attributes)) is wanted
    assert bool(engine.evaluate_many("t", ["u"], [attributes]).enabled[0]) is wanted


def test_a_hash_that_collides_and_raises_is_passed_over(engine: turnout.Engine) -> None:
    class Rude:
        def __hash__(self) -> int:
            return hash("a.b")

        def __eq__(self, _: object) -> bool:
            raise RuntimeError("rude")

    found: list[Any] = [{Rude(): "x"}, {"a": {Rude(): "x"}}, {Rude(): 1, "a": {"b": "x"}}]
    for attributes in found:
        assert not engine.evaluate("equals", "u", attributes).enabled
        assert str(engine.explain("equals", "u", attributes))


# Each of these once brought a process down or kept it busy for ever, so each gets a process of its own.
FATAL = {
    "a scalar that is its own item": """
class Evil:
    count = 0
    def __getattr__(self, name):
        if name == "dtype":
            Evil.count += 1
            if Evil.count % 2:
                return 1
        raise AttributeError(name)
    def item(self):
        return self
value = Evil()
""",
    "a list without an end": """
class Forever(list):
    def __iter__(self):
        while True:
            yield 1
value = Forever("y")
""",
    "a dictionary that holds itself": """
value = {}
value.update({str(n): value for n in range(30)})
""",
    "a class that says it is numpy's": """
class Evil:
    __module__ = "numpy"
    ndim = 0
    @property
    def dtype(self):
        return self
    kind = "i"
    def item(self):
        return self
Evil.__module__ = "numpy"
value = Evil()
""",
    "a very deep list": """
value = []
for _ in range(100_000):
    value = [value]
""",
    "a very deep dictionary": """
value = {}
for _ in range(100_000):
    value = {"a": value}
""",
}
HARNESS = """
import turnout
from tests.unit.policy_faults.documents import where
import datetime as dt
policy = turnout.Policy.from_document(where({"attribute": "a", "contains": "x"}))
engine = turnout.Engine(policy, clock=turnout.ManualClock(dt.datetime(2026, 3, 30, tzinfo=dt.UTC)))
assert not engine.is_enabled("bot", "u", {"a": value})
assert str(engine.explain("bot", value, {"a": value}))
try:
    context = turnout.Context(value, {"a": value})
except ValueError as error:
    assert "attributes in one context" in str(error)
else:
    assert not engine.is_enabled("bot", context)
assert not engine.evaluate_many("bot", [value], [{"a": value}]).enabled[0]
"""


@pytest.mark.parametrize("name", FATAL)
def test_nothing_brings_the_process_down_or_holds_it(name: str) -> None:
    code = FATAL[name] + HARNESS
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=30)
    assert ended.returncode == 0, ended.stderr[-500:]
