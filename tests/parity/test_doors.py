"""One contact by every door: dictionary, mapping, context, handle, all at once, one row."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.parity.compare import assert_batch, assert_columns, expect
from tests.property.documents import NOW, asks, examples, fields, moment, only
from tests.property.random_contacts import contacts
from tests.property.random_policies import policies


@examples(120)
@given(policies(), st.lists(contacts(), min_size=3, max_size=3))
def test_every_door_gives_the_same_answer(source: dict[str, Any], who: list[Any]) -> None:
    policy = turnout.Policy.from_document(source)
    clock = turnout.ManualClock(NOW)
    engine = turnout.Engine(policy, clock=clock)
    for contact in who:
        clock.set(moment(contact.at_us))
        context = turnout.Context(contact.unit, contact.attributes)
        together = engine.evaluate_all(contact.unit, contact.attributes)
        prepared = engine.evaluate_all(context, at=contact.at_us)
        assert list(together) == sorted(source["toggles"]) == list(prepared.keys())
        for key in source["toggles"]:
            expected = engine.evaluate(key, contact.unit, contact.attributes)
            handle = engine.toggle(key)
            doors = [
                engine.evaluate(key, context),
                engine.evaluate(key, context, at=moment(contact.at_us)),
                engine.explain(key, context).evaluation,
                handle.evaluate(contact.unit, contact.attributes),
                handle.evaluate(context, at=contact.at_us),
                together[key],
                prepared[key],
                engine.evaluate_many(key, [contact.unit], [contact.attributes or {}])[0],
            ]
            if contact.attributes is not None:
                doors.append(engine.evaluate(key, contact.unit, types.MappingProxyType(contact.attributes)))
            for number, door in enumerate(doors):
                assert fields(door) == fields(expected), (number, key)
                assert door == expected
            enabled = (engine.is_enabled(key, context), handle.is_enabled(context), key in together.enabled)
            assert enabled == (expected.enabled,) * 3
            assert handle.is_enabled(contact.unit, contact.attributes) is expected.enabled


@examples(80)
@given(policies(), st.lists(contacts(), max_size=6))
def test_rows_give_the_same_answers(source: dict[str, Any], who: list[Any]) -> None:
    """A dictionary for each contact, each at its own instant."""
    engine = turnout.Engine(turnout.Policy.from_document(source), clock=turnout.ManualClock(NOW))
    units, instants = [c.unit for c in who], [c.at_us for c in who]
    rows = [c.attributes or {} for c in who]
    for key in [*source["toggles"], "no such toggle"]:
        expected = expect(engine.evaluate(key, c.unit, c.attributes, "callers", at=c.at_us) for c in who)
        assert_columns(engine.evaluate_many(key, units, rows, at=instants, default="callers"), expected)
        if who:
            assert_batch(engine.evaluate_many(key, tuple(units), tuple(rows), at=instants, default="callers"), expected)


@examples(60)
@given(policies(), st.lists(contacts(), min_size=1, max_size=5))
def test_a_dictionary_of_columns_gives_the_same_answers(source: dict[str, Any], who: list[Any]) -> None:
    """Where a contact lacks an attribute the column holds null."""
    engine = turnout.Engine(turnout.Policy.from_document(source), clock=turnout.ManualClock(NOW))
    names = sorted({name for c in who for name in c.attributes or {} if name not in ("account", "consent")})
    rows = [{name: (c.attributes or {}).get(name) for name in names} for c in who]
    columns = {name: [row[name] for row in rows] for name in names}
    for key in source["toggles"]:
        expected = expect(engine.evaluate(key, c.unit, row, at=c.at_us) for c, row in zip(who, rows, strict=True))
        instants = [moment(c.at_us) for c in who]
        assert_batch(engine.evaluate_many(key, [c.unit for c in who], columns, at=instants), expected)


def test_evaluations_are_equal_only_when_all_is() -> None:
    """Otherwise the comparisons above would say nothing."""
    engine = only(variants={"bot": 1}, default="human")
    one = engine.evaluate("t", "c-1")
    assert one == engine.evaluate("t", "c-1")
    assert one != engine.evaluate("t", "")
    assert one != only(variants={"bot": 2}, default="human").evaluate("t", "c-1")
    assert one != "bot"


def test_equal_evaluations_are_one_in_a_set() -> None:
    """Whatever the caller's default is."""
    engine = only(variants={"bot": 1}, default="human")
    one = engine.evaluate("t", "c-1")
    others = [engine.evaluate("t", ""), engine.evaluate("no such toggle", "c-1"), engine.explain("t", "").evaluation]
    assert len({one, engine.evaluate("t", turnout.Context("c-1")), *others}) == 3
    defaults: list[Any] = [engine.evaluate("no such toggle", "c-1", None, default) for default in ([1], [1], [2], {})]
    assert hash(defaults[0]) == hash(defaults[1])
    assert len(set(defaults)) == 3


ARRAYS: tuple[np.ndarray[Any, Any], ...] = (
    np.array(["pro", "x"]), np.array([3, 4], dtype=np.int8), np.array([3.0], dtype=np.float32), np.array([True]),
    np.array(["pro", 3, None], dtype=object), np.array([]), np.array(["2026-03-01"], dtype="datetime64[D]"),
    np.array([3], dtype="datetime64[ns]"), np.array([3], dtype="timedelta64[us]"), np.array([b"pro"]),
)  # fmt: skip
CONTAINED: tuple[Any, ...] = ("pro", 3, True, "2026-03-01")


def by_doors(value: Any, operand: dict[str, Any]) -> set[bool]:
    """What one contact is told by every door."""
    desk, attributes = asks({"attribute": "x", **operand}), {"x": value}
    frames: list[Any] = [[attributes], {"x": [value]}]
    return {
        desk.is_enabled("t", "c-1", attributes),
        desk.is_enabled("t", turnout.Context("c-1", attributes)),
        desk.toggle("t").is_enabled("c-1", attributes),
        *(desk.evaluate_many("t", ["c-1"], frame)[0].enabled for frame in frames),
    }


@pytest.mark.parametrize("array", ARRAYS, ids=repr)
@pytest.mark.parametrize("operand", [*({"contains": value} for value in CONTAINED), {"null": False}], ids=str)
def test_an_array_is_the_list_of_its_elements(array: np.ndarray[Any, Any], operand: dict[str, Any]) -> None:
    """As the value of one contact's attribute."""
    assert by_doors(array, operand) == by_doors(list(array), operand)
    assert by_doors([array], operand) == by_doors([["y"]], operand), "a list inside a list"


def test_some_array_contains_something() -> None:
    """Otherwise the comparison above would say nothing."""
    assert [by_doors(array, {"contains": "pro"}) for array in ARRAYS[:2]] == [{True}, {False}]
    assert [by_doors(array, {"contains": 3}) for array in ARRAYS[:3]] == [{False}, {True}, {True}]


def test_only_true_arrays_of_one_dimension_are_lists() -> None:
    """What lies about its type, and what leads back to itself."""
    loop = np.empty(1, dtype=object)
    loop[0] = loop
    liar = type("ndarray", (), {"__module__": "numpy", "ndim": 1, "tolist": lambda _: ["pro"]})()
    masked = np.ma.masked_array(["pro"], mask=[True])
    for value in (loop, liar, masked, np.array([["pro"]]), np.array("x")):
        assert by_doors(value, {"contains": "pro"}) == {False}


MIXED: tuple[dict[str, Any], ...] = (
    {"a.b.c": 1},
    {"a": {"b": {"c": 1}}},
    {"a": {"b.c": 1}},
    {"a.b": {"c": 1}},
    {"a.b.c": None, "a": {"b": {"c": 1}}},
    {"a.b.c": 2, "a": {"b": {"c": 1}}},
    {"a": {"b.c": 2, "b": {"c": 1}}},
    {"a": 1, "a.b": 1},
    {"a": {"b": None}},
    {"a": None},
    {"a": {"b": [{"c": 1}]}},
)


@pytest.mark.parametrize("attributes", MIXED, ids=str)
@pytest.mark.parametrize("asked", [{"equals": 1}, {"exists": True}, {"null": True}], ids=str)
def test_dotted_names_are_found_alike(attributes: dict[str, Any], asked: dict[str, Any]) -> None:
    """However the parts of the name are put together."""
    engine = asks({"attribute": "a.b.c"} | asked)
    by_dict = engine.evaluate("t", "c-1", attributes)
    assert engine.evaluate("t", turnout.Context("c-1", attributes)) == by_dict
    assert engine.evaluate_many("t", ["c-1"], [attributes])[0] == by_dict


def test_consent_is_found_alike() -> None:
    """A purpose may have a dot in its name; consent must not hang on the door."""
    engine = only(consent=["chat.ai"])
    for attributes in ({"consent": {"chat.ai": True}}, {"consent": {"chat": {"ai": True}}}, {"consent.chat.ai": True}):
        by_dict = engine.is_enabled("t", "c-1", attributes)
        assert engine.is_enabled("t", turnout.Context("c-1", attributes)) is by_dict, attributes


def test_a_deep_name_is_found_alike() -> None:
    """Deeper than anybody nests by hand."""
    parts = [f"p{index}" for index in range(12)]
    attributes: Any = 1
    for part in reversed(parts):
        attributes = {part: attributes}
    engine = asks({"attribute": ".".join(parts), "equals": 1})
    assert engine.is_enabled("t", "c-1", attributes) is engine.is_enabled("t", turnout.Context("c-1", attributes))


def test_a_context_can_be_used_with_many_policies() -> None:
    """It finds its attributes anew where a policy looks at others, and back."""
    first, second = asks({"attribute": "plan", "equals": "pro"}), asks({"all": [
        {"attribute": "tier", "equals": "vip"}, {"attribute": "plan", "equals": "pro"},
    ]})  # fmt: skip
    context = turnout.Context("c-1", {"plan": "pro", "tier": "vip"})
    poorer = turnout.Context("c-1", {"plan": "pro"})
    for _ in range(3):
        assert [e.is_enabled("t", context) for e in (first, second)] == [True, True]
        assert [e.is_enabled("t", poorer) for e in (first, second)] == [True, False]


def test_a_handle_follows_its_engine_through_swaps() -> None:
    """Also to a policy where the toggle stands elsewhere, is gone, and is back."""
    from tests.property.documents import at_percent, policy, toggle

    engine = turnout.Engine(policy({"t": toggle()}), clock=turnout.ManualClock(NOW))
    handle = engine.toggle("t")
    assert handle.key == "t"
    assert handle.is_enabled("c-1")
    engine.swap(policy({"other": toggle(), "t": at_percent(0)}))
    assert not handle.is_enabled("c-1")
    engine.swap(policy({"other": toggle()}))
    gone = handle.evaluate("c-1", None, "callers")
    assert (gone.key, gone.value, gone.reason, gone.code) == ("t", "callers", "ERROR", "FLAG_NOT_FOUND")
    assert not handle.is_enabled("c-1")
    engine.swap(policy({"a": toggle(), "b": toggle(), "t": toggle()}))
    assert handle.evaluate("c-1") == engine.evaluate("t", "c-1")
    assert handle.is_enabled("c-1")
    with pytest.raises(KeyError, match="nobody"):
        engine.toggle("nobody")
