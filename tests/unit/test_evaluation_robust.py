"""Evaluating a known toggle never raises, whatever the contact brings."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import turnout
from tests.property.documents import NOW, asks, engine, fields, holds, only, ramp, rule, toggle


class Hostile:
    """Raises wherever it is touched."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("str")

    __repr__ = __str__


class NoLength(list[Any]):
    """A list that cannot be walked."""

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("iter")


class HalfAList(list[Any]):
    """A list that ends in an error."""

    def __iter__(self) -> Iterator[Any]:
        yield "pro"
        raise RuntimeError("next")


class Item:
    """What only looks like a scalar of numpy."""

    dtype = "int64"

    def __init__(self, item: Any) -> None:
        self.kept = item

    def item(self) -> Any:
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept


class NoOffset(dt.tzinfo):
    """A zone without an offset."""

    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta | None:
        return None

    def dst(self, _: dt.datetime | None) -> dt.timedelta | None:
        return None

    def tzname(self, _: dt.datetime | None) -> str | None:
        return None


class BadOffset(NoOffset):
    """A zone that raises."""

    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta | None:
        raise RuntimeError("offset")


class BadDate(dt.date):
    """A date without a text."""

    def __str__(self) -> str:
        raise RuntimeError("str")


LOOP: list[Any] = []
LOOP.append(LOOP)
VALUES: tuple[Any, ...] = (
    Hostile(), NoLength(["pro"]), HalfAList(), Item(RuntimeError()), Item(Item(3)), LOOP, BadDate(2026, 3, 1),
    dt.datetime(2026, 3, 1, tzinfo=NoOffset()), dt.datetime(2026, 3, 1, tzinfo=BadOffset()),
    dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-23))),
    dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=23))), 10**400, -(10**400), "\ud800", "a" * 10**6,
    b"\xff", bytearray(b"x"), memoryview(b"x"), 3 + 4j, range(3), {"a"}, frozenset({"a"}), {}, type, lambda: 3,
    np.array([1, 2]), np.array("pro"), np.datetime64("NaT"), np.void(b"x"), np.float16("nan"), ..., NotImplemented,
)  # fmt: skip
OPERATORS: tuple[dict[str, Any], ...] = (
    {"equals": "pro"}, {"equals": 3}, {"not_equals": True}, {"in": ["pro", 3]}, {"not_in": ["pro", 3]}, {"lt": 3},
    {"gte": 3}, {"starts_with": "p"}, {"ends_with": "o"}, {"contains": "p"}, {"contains": 3}, {"matches": "p"},
    {"semver": ">=1"}, {"before": "2026-03-01"}, {"after": "2026-03-01"}, {"cidr": "10.0.0.0/8"}, {"exists": True},
    {"null": False},
)  # fmt: skip


@pytest.mark.parametrize("index", range(len(VALUES)))
def test_no_value_raises(index: int) -> None:
    """As an attribute, in a list, as a unit, by every door; and all doors agree."""
    value = VALUES[index]
    for operator in OPERATORS:
        desk = asks({"attribute": "x", **operator})
        for attributes in ({"x": value}, {"x": [value]}):
            found = desk.evaluate("t", "c-1", attributes)
            assert found.reason in ("DEFAULT", "TARGETING_MATCH")
            assert desk.evaluate("t", turnout.Context("c-1", attributes)) == found
            assert desk.evaluate_many("t", ["c-1"], [attributes])[0] == found
            assert desk.explain("t", "c-1", attributes).evaluation == found
    placed = only(rules=[rule(ramp=ramp({"percent": 100}, unit="x"))])
    by_unit, by_name = placed.evaluate("t", value), placed.evaluate("t", "c-1", {"x": value})
    assert fields(by_unit) == fields(by_name)
    assert by_unit.code in (None, "INVALID_CONTEXT", "TARGETING_KEY_MISSING")
    assert placed.evaluate("t", turnout.Context(value)) == by_unit


def test_no_context_raises() -> None:
    """Dictionaries of any shape."""
    loop: dict[str, Any] = {}
    loop["a"] = loop
    desk = asks({"attribute": "a.b", "equals": 1})
    shapes: tuple[Any, ...] = ({}, loop, {"a": None}, {"a": [1]}, {1: 2, None: 3}, {"\ud800": 1}, {"": {"": 1}})
    for attributes in shapes:
        assert desk.evaluate("t", "c-1", attributes).reason == "DEFAULT"
        assert desk.evaluate("t", turnout.Context("c-1", attributes)).reason == "DEFAULT"


def test_what_hides_its_class_is_unusable_and_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody can catch would be printed at each call."""

    class Hidden:
        @property
        def __class__(self) -> Any:
            raise RuntimeError("class")

    printed: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    hidden: Any = Hidden()
    desk = asks({"attribute": "x.y", "contains": 3})
    for attributes in ({"x.y": hidden}, {"x": hidden}, {"x.y": [hidden]}):
        assert desk.evaluate("t", hidden, attributes).reason == "DEFAULT"
        assert desk.evaluate("t", turnout.Context(hidden, attributes)).reason == "DEFAULT"
    assert desk.evaluate("t", "c-1", hidden).code == "INVALID_CONTEXT"
    with pytest.raises(TypeError, match="mapping"):
        turnout.Context("c-1", hidden)
    with pytest.raises(ValueError, match="mapping"):
        desk.evaluate_many("t", ["c-1"], [hidden])
    assert not printed


def test_any_mapping_will_do() -> None:
    """And subclasses of what is taken."""

    class Plan(enum.StrEnum):
        PRO = "pro"

    class Seats(enum.IntEnum):
        THREE = 3

    pro = {"attribute": "plan", "equals": "pro"}
    for kind in (dict, collections.OrderedDict, types.MappingProxyType, collections.ChainMap, collections.UserDict):
        assert holds(pro, kind({"plan": "pro"}))
        assert asks(pro).is_enabled("t", turnout.Context("c-1", kind({"plan": "pro"})))
    assert holds(pro, collections.defaultdict(str, plan="pro"))
    assert not holds(pro, collections.defaultdict(lambda: "pro"))
    assert holds(pro, {"plan": Plan.PRO})
    assert holds({"attribute": "seats", "gte": 3}, {"seats": Seats.THREE})
    only_pro = only(rules=[rule(ramp=ramp({"percent": 50}))])
    assert only_pro.evaluate("t", Plan.PRO) == only_pro.evaluate("t", "pro")
    assert only_pro.evaluate("t", Seats.THREE) == only_pro.evaluate("t", "3")


def test_nothing_is_kept_of_a_contact() -> None:
    """Thousands of calls by every door leave no reference behind to what they were given."""
    listed = [rule({"attribute": "plan", "in": ["pro", "free"]}, ramp=ramp({"percent": 50}))]
    desk = engine({"t": toggle(rules=listed), "off": toggle(enabled=False)})
    kept: list[Any] = ["".join(["unit", "-1"]), {"plan": "".join(["p", "ro"])}, object(), NOW.replace(microsecond=1)]
    unit, attributes, default, at = kept
    watched = [*kept, attributes["plan"], "".join(["no", "body"])]
    handle, key = desk.toggle("t"), watched[-1]

    def call() -> None:
        for _ in range(30):
            desk.evaluate("t", unit, attributes, default, at=at)
            desk.evaluate(key, unit, attributes, default).to_dict()
            assert desk.evaluate("off", unit, None, default).value is default
            desk.is_enabled("t", unit, attributes)
            str(desk.explain("t", unit, attributes, default, at=at))
            handle.evaluate(turnout.Context(unit, attributes), at=at)
            dict(desk.evaluate_all(unit, attributes, at=at))
            desk.evaluate_many("off", [unit], [attributes], at=[at], default=default).to_frame()
            desk.evaluate_many("t", [unit], {"plan": [attributes["plan"]]}, default=default)[0].to_dict()

    call()
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(10):
        call()
    assert [sys.getrefcount(one) for one in watched] == before


def test_a_clock_that_fails_is_the_callers_affair() -> None:
    """The error comes through where the time is needed, and only there."""
    times = iter([dt.datetime(2026, 5, 1, tzinfo=dt.UTC)])

    def broken() -> dt.datetime:
        for now in times:
            return now
        raise ZeroDivisionError("clock")

    timed = toggle(schedule={"zone": "UTC", "open": "daily 08:00-20:00"})
    desk = turnout.Engine(engine({"timed": timed, "plain": toggle()}).policy, clock=broken)
    assert desk.is_enabled("plain", "c-1")
    for call in (desk.evaluate, desk.explain, desk.is_enabled):
        with pytest.raises(ZeroDivisionError):
            call("timed", "c-1")
    with pytest.raises(ZeroDivisionError):
        desk.evaluate_all("c-1")
    with pytest.raises(ZeroDivisionError):
        desk.evaluate_many("timed", ["c-1"])
    noon = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    assert desk.evaluate("timed", "c-1", at=noon).enabled


def test_the_clock_is_read_once() -> None:
    """All of one evaluation, prerequisites included, sees the same time."""
    last = dt.datetime(2026, 5, 1, 19, 59, 59, tzinfo=dt.UTC)
    # The first is asked for by the engine when it is made.
    times = iter([last, last, last + dt.timedelta(seconds=1)])
    schedule = {"zone": "UTC", "open": "daily 08:00-20:00"}
    desk = engine({"a": toggle(schedule=schedule), "b": toggle(schedule=schedule, requires={"a": True})})
    ticking = turnout.Engine(desk.policy, clock=lambda: next(times))
    found = ticking.evaluate_all("c-1")
    assert [found["a"].enabled, found["b"].enabled] == [True, True]
    assert ticking.evaluate("b", "c-1").code == "OUTSIDE_SCHEDULE"


@pytest.mark.parametrize("clock", [None, 3, dt.datetime(2026, 5, 1, tzinfo=dt.UTC)])
def test_what_is_no_clock_is_refused(clock: Any) -> None:
    with pytest.raises(TypeError, match="clock must be"):
        turnout.Engine(engine({}).policy, clock=clock)
