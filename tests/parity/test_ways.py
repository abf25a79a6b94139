"""Columns take short ways where they can; every way gives the answers of the long one."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout
from tests.parity.compare import assert_batch, one_by_one
from tests.property.documents import at_percent, engine, only, ramp, rule, toggle

# Every length up to beyond what a view has room for, with and without a character of several bytes, and with NULs.
LENGTHS = [start + "x" * length + end for length in range(20) for start in ("", "é") for end in ("", "\0", "y")]


def test_more_kinds_of_decisions_than_a_byte_can_tell() -> None:
    rules = [rule({"attribute": "n", "equals": n}, id=f"r{n}", serve=n % 2 == 0) for n in range(700)]
    desk = engine({"t": toggle(rules=rules)})
    numbers = [n % 701 for n in range(5_000)]
    batch = desk.evaluate_many("t", attributes={"n": numbers})
    assert batch.rule.to_list() == [None if n == 700 else f"r{n}" for n in numbers]
    assert batch.enabled.tolist() == [n < 700 and n % 2 == 0 for n in numbers]
    assert batch[-1] == desk.evaluate("t", attributes={"n": numbers[-1]})
    assert batch.to_frame()["rule"].to_list() == batch.rule.to_list()
    assert desk.usage()["t"] == {"evaluations": 5_001, "enabled": int(batch.enabled.sum()) + int(batch[-1].enabled)}


@pytest.mark.parametrize("many", [10, 256, 257, 3_000])
def test_categories_of_any_number(many: int) -> None:
    desk = only(rules=[rule({"attribute": "a", "in": ["c7", "c255", "c256", "c2999"]}, serve=True)])
    values = [f"c{n % many}" if n % 11 else None for n in range(12_000)]
    expected = [desk.is_enabled("t", None, {"a": value}) for value in values]
    categories = [f"c{n}" for n in range(many)]
    for dtype in (pl.Categorical, pl.Enum(categories), pl.Categorical(pl.Categories.random())):
        frame = pl.DataFrame({"a": pl.Series(values, dtype=dtype)})
        assert desk.evaluate_many("t", attributes=frame).enabled.tolist() == expected
        assert desk.evaluate_many("t", attributes=frame[3_000:]).enabled.tolist() == expected[3_000:]


def test_units_of_any_length() -> None:
    desk = engine({"half": at_percent(50), "drawn": at_percent(50, variants={"a": 1, "b": 2}, default="c")})
    units = [unit for unit in LENGTHS if unit] + ["", None, "🦀" * 9]
    for who in (units, [unit for unit in units if unit]):
        for key in ("half", "drawn"):
            assert_batch(desk.evaluate_many(key, pl.Series(who)), one_by_one(desk, key, who, [{}] * len(who)))


@pytest.mark.parametrize("operator", ["in", "not_in", "equals", "not_equals"])
def test_texts_of_any_length_are_told_apart(operator: str) -> None:
    """Also those that agree in their length, in their start or in their end."""
    texts = [
        *LENGTHS,
        "abcdefghijkl",
        "abcdefghijkm",
        "bbcdefghijkl",
        "abcdefghijklm",
        "abcdefghijklmnop",
        "abcdefghijklmnoq",
    ]
    frame = pl.DataFrame({"a": pl.Series([*texts, None])})
    for wanted in (texts[start : start + 5] for start in range(0, len(texts), 5)):
        members = wanted[:1] if operator.endswith("equals") else wanted
        value: Any = members[0] if operator.endswith("equals") else members
        desk = only(rules=[rule({"attribute": "a", operator: value}, serve=True)])
        expected = [desk.is_enabled("t", None, {"a": text}) for text in frame["a"]]
        assert desk.evaluate_many("t", attributes=frame).enabled.tolist() == expected
        assert expected == [text is not None and (text in members) != operator.startswith("not") for text in frame["a"]]


def test_places_stay_when_the_numbers_that_they_came_from_change() -> None:
    """Polars shares the memory of numpy arrays; places on ramps are worked out when somebody asks."""
    numbers = np.arange(100)
    desk = only(rules=[rule(ramp=ramp({"percent": 50}))])
    batch = desk.evaluate_many("t", numbers)
    expected = [desk.evaluate("t", unit).bucket for unit in range(100)]
    numbers[:] = 0
    assert batch.bucket.tolist() == expected
    assert [batch[row].bucket for row in range(100)] == expected


def test_all_toggles_at_once_are_counted_as_each_alone() -> None:
    desk = engine({"on": toggle(), "half": at_percent(50), "off": toggle(enabled=False)})
    for unit in range(40):
        desk.evaluate_all(unit)
        desk.is_enabled("half", unit)
    half = sum(desk.evaluate("half", unit).enabled for unit in range(40))
    assert desk.usage() == {
        "on": {"evaluations": 40, "enabled": 40},
        "half": {"evaluations": 120, "enabled": 3 * half},
        "off": {"evaluations": 40, "enabled": 0},
    }


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Int64, pl.Null])
def test_a_column_may_have_any_name(dtype: Any) -> None:
    """Also one that is no text in C."""
    desk = only(rules=[rule({"attribute": "x", "exists": True}, ramp=ramp({"percent": 100}))])
    units = pl.Series("u\0v", [None if dtype == pl.Null else "1"] * 9_000).cast(dtype)
    expected = dtype != pl.Null
    assert set(desk.evaluate_many("t", units, {"x": pl.Series("x\0y", ["a"] * 9_000)}).enabled) == {expected}
    if expected:
        turnout.hash_units(units, "t")
