"""Strict types: what is comparable with what, and what never matches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.property.documents import asks, holds

NAN, INFINITE = float("nan"), float("inf")
UNUSABLE: tuple[Any, ...] = (object(), b"pro", {"a": 1}, {"pro"}, dt.time(3), dt.timedelta(1), 3 + 0j, "\ud800")

# Operand, values that match it, values of a comparable type that differ, values of other types.
EQUALS: tuple[tuple[Any, tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]], ...] = (
    ("pro", ("pro", np.str_("pro")), ("Pro", "pro ", "", "straße", "prö"), (True, 1, 0.0, NAN, ["pro"], ("pro",))),
    ("straße", ("straße",), ("strasse", "STRASSE", "strasze"), (1,)),
    ("é", ("é",), ("e\u0301",), ()),
    ("3", ("3",), ("3.0", "03"), (3, 3.0)),
    ("true", ("true",), ("True",), (True,)),
    (3, (3, 3.0, np.int8(3), np.float32(3)), (2, 4, 3.5, -3, INFINITE, 2**63, -(10**40)), (True, "3", NAN, [3])),
    (3.0, (3, 3.0), (2.999999,), (True, "3.0")),
    (0, (0, -0.0, 0.0, np.uint64(0)), (5e-324, -1), (False, "", "0")),
    (1, (1, 1.0), (0,), (True,)),
    (0.1, (0.1,), (0.10000000000000002, 0.09999999999999999, 0, np.float32(0.1)), ()),
    (9007199254740991, (9007199254740991, 9007199254740991.0), (9007199254740992, 9007199254740990, 2.0**53), ()),
    (True, (True, np.bool_(True)), (False, np.bool_(False)), (1, 1.0, "true", [True])),
    (False, (False,), (True,), (0, 0.0, "", "false", [])),
)  # fmt: skip


@pytest.mark.parametrize("case", EQUALS, ids=lambda case: repr(case[0]))
def test_equals_and_its_kin(case: tuple[Any, tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]) -> None:
    """A value of another type is neither equal nor different: it never matches."""
    operand, same, different, strangers = case
    for operators, on_same, on_different in (
        ({"equals": operand}, True, False),
        ({"not_equals": operand}, False, True),
        ({"in": [operand]}, True, False),
        ({"not_in": [operand]}, False, True),
    ):
        desk = asks({"attribute": "x", **operators})
        assert [desk.is_enabled("t", "c-1", {"x": value}) for value in same] == [on_same] * len(same)
        assert [desk.is_enabled("t", "c-1", {"x": value}) for value in different] == [on_different] * len(different)
        for value in (*strangers, *UNUSABLE, None):
            assert not desk.is_enabled("t", "c-1", {"x": value}), (operators, value)
        assert not desk.is_enabled("t", "c-1", {})


def test_membership_by_each_type_of_member() -> None:
    """`not_in` matches only values of the type of some member."""
    mixed = ["pro", 3, True]
    inside: list[Any] = ["pro", 3, 3.0, True]
    outside: list[Any] = ["x", 4, 3.5, False]
    strangers: list[Any] = [None, ["pro"], NAN, object()]
    for value in inside:
        assert holds({"attribute": "x", "in": mixed}, {"x": value})
        assert not holds({"attribute": "x", "not_in": mixed}, {"x": value})
    for value in outside:
        assert not holds({"attribute": "x", "in": mixed}, {"x": value})
        assert holds({"attribute": "x", "not_in": mixed}, {"x": value})
    for value in strangers:
        assert not holds({"attribute": "x", "in": mixed}, {"x": value})
        assert not holds({"attribute": "x", "not_in": mixed}, {"x": value})
    for members, stranger in ((["a"], 3), ([3], "a"), ([True], 1), ([1], True)):
        assert not holds({"attribute": "x", "not_in": members}, {"x": stranger})


@pytest.mark.parametrize("count", [1, 8, 9, 500])
def test_membership_in_short_and_long_lists(count: int) -> None:
    """Long lists are searched in another way than short ones."""
    members: list[Any] = [f"plan-{index}" for index in range(count)] + [index * 2 for index in range(count)] + [0.5]
    desk = asks({"attribute": "x", "in": members})
    for value in (*members, float(2 * count - 2)):
        assert desk.is_enabled("t", "c-1", {"x": value})
    for value in (f"plan-{count}", "plan-", 1, -2, 2 * count, 0.25, "0"):
        assert not desk.is_enabled("t", "c-1", {"x": value})


ORDER: tuple[tuple[Any, Any, int], ...] = (
    (2, 3, -1), (3, 3, 0), (3.0, 3, 0), (3, 3.0, 0), (4, 3, 1), (2.9999999999999996, 3, -1), (3.0000000000000004, 3, 1),
    (5e-324, 5e-324, 0), (1e-310, 5e-324, 1), (-5e-324, 0, -1), (0, 5e-324, -1),
    (INFINITE, 3, 1), (-INFINITE, 3, -1), (-0.0, 0, 0), (5e-324, 0, 1), (2**63 - 1, 9007199254740991, 1),
    (9007199254740993, 9007199254740991, 1), (2.0**53, 9007199254740991, 1), (-(2**63), -9007199254740991, -1),
    (9.3e18, 9007199254740991, 1), (-9.3e18, -9007199254740991, -1), (2, 2.5, -1), (3, 2.5, 1), (1.5, 2.5, -1),
    (np.float32(2.5), 2.5, 0), (2**62, 2.5, 1), (-1, -0.5, -1), (0, -0.5, 1), (2**63, 9007199254740991, 1),
    (2**64, 2.5, 1),    (-(2**63) - 1, -9007199254740991, -1), (10**400, 3, 1), (-(10**400), 3, -1),
    (np.uint64(2**64 - 1), 3, 1),
)  # fmt: skip


@pytest.mark.parametrize(("value", "bound", "order"), ORDER)
def test_numbers_are_ordered_exactly(value: Any, bound: Any, order: int) -> None:
    """Also between whole numbers and fractions, and beyond 2^53."""
    expected = {"lt": order < 0, "lte": order <= 0, "gt": order > 0, "gte": order >= 0}
    assert {name: holds({"attribute": "x", name: bound}, {"x": value}) for name in expected} == expected


def test_only_numbers_are_ordered() -> None:
    for operator in ("lt", "lte", "gt", "gte"):
        desk = asks({"attribute": "x", operator: 3})
        for value in (NAN, np.float64("nan"), True, False, "3", "1", None, [1], dt.date(2026, 3, 1), *UNUSABLE):
            assert not desk.is_enabled("t", "c-1", {"x": value}), (operator, value)


def test_missing_differs_from_null() -> None:
    """`exists` takes both for absent, `null` tells them apart, `not` turns each answer round."""
    answers = {
        "exists true": {"x": True, "null": False, "missing": False},
        "exists false": {"x": False, "null": True, "missing": True},
        "null true": {"x": False, "null": True, "missing": False},
        "null false": {"x": True, "null": False, "missing": True},
    }
    contacts: dict[str, dict[str, Any]] = {"x": {"x": ""}, "null": {"x": None}, "missing": {}}
    for name, expected in answers.items():
        operator, wanted = name.split()
        asked = {"attribute": "x", operator: wanted == "true"}
        assert {who: holds(asked, attributes) for who, attributes in contacts.items()} == expected
        assert {who: not holds({"not": asked}, attributes) for who, attributes in contacts.items()} == expected
    for value in ("", 0, False, NAN, [], {}, object(), "\ud800", 10**400):
        assert holds({"attribute": "x", "exists": True}, {"x": value})
        assert not holds({"attribute": "x", "null": True}, {"x": value})


def test_not_turns_an_answer_round_and_no_more() -> None:
    """A contact without a plan is not "not_equals", but it is not "equals" either."""
    assert not holds({"attribute": "plan", "not_equals": "pro"}, {})
    assert holds({"not": {"attribute": "plan", "equals": "pro"}}, {})
    assert holds({"not": {"attribute": "plan", "not_equals": "pro"}}, {})
    assert not holds({"not": {"not": {"attribute": "plan", "equals": "pro"}}}, {})


def test_all_any_and_segments() -> None:
    """All of them, at least one, one rule of the segment; segments name segments."""
    a, b = ({"attribute": name, "equals": True} for name in "ab")
    contacts = [{"a": x, "b": y} for x in (False, True) for y in (False, True)]
    assert [holds({"all": [a, b]}, who) for who in contacts] == [False, False, False, True]
    assert [holds({"any": [a, b]}, who) for who in contacts] == [False, True, True, True]
    assert [holds({"all": [a]}, who) for who in contacts] == [False, False, True, True]
    segments = {"either": {"rules": [a, b]}, "neither": {"rules": [{"not": {"segment": "either"}}]}}
    for name, expected in (("either", [False, True, True, True]), ("neither", [True, False, False, False])):
        desk = asks({"segment": name}, segments=segments)
        assert [desk.is_enabled("t", "c-1", who) for who in contacts] == expected


def test_several_operators_must_all_hold() -> None:
    between = {"attribute": "x", "gte": 3, "lt": 5, "not_equals": 4}
    assert [value for value in (2, 3, 4, 4.5, 5, None) if holds(between, {"x": value})] == [3, 4.5]
    assert not holds({"attribute": "x", "exists": True, "equals": "a"}, {"x": 1})
    assert not holds({"attribute": "x", "gt": 1, "starts_with": "a"}, {"x": "a"})


def test_dotted_names() -> None:
    """The whole name first, then one dictionary for each dot."""
    asked = {"attribute": "account.plan.name", "equals": "pro"}
    assert holds(asked, {"account.plan.name": "pro"})
    assert holds(asked, {"account": {"plan": {"name": "pro"}}})
    assert holds(asked, {"account.plan.name": "pro", "account": {"plan": {"name": "free"}}})
    assert not holds(asked, {"account.plan.name": "free", "account": {"plan": {"name": "pro"}}})
    assert not holds(asked, {"account.plan.name": None, "account": {"plan": {"name": "pro"}}})
    accounts: tuple[Any, ...] = (None, "pro", [], {"plan": None}, {"plan": "pro"}, {"plan": [{}]}, {"name": "pro"})
    for account in accounts:
        assert not holds(asked, {"account": account})
        assert not holds({"attribute": "account.plan.name", "exists": True}, {"account": account})
    assert holds({"attribute": "größe.日本", "equals": 3}, {"größe": {"日本": 3}})
