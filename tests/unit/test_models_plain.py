"""Workload, coverage and the capacity trigger: worked examples, edges, faults, and what goes in and comes out."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout

PAID_HOURS = 173.33
PRODUCTIVE_HOURS = PAID_HOURS * (1 - 0.35)


def test_a_month_of_contacts() -> None:
    """12,000 x 12 min = 144,000 min = 2,400 h; with 140 productive hours each, 17.14 and thus 17 people."""
    fte = turnout.workload_fte(12_000, 720, 140)
    assert fte == 2_400 / 140
    assert round(fte, 2) == 17.14
    assert round(fte) == 17
    assert type(fte) is float


def test_a_quarter_goes_to_automation() -> None:
    """The hours go down in proportion, to 12.86; whoever looks after the automation is added."""
    automated = turnout.workload_fte(12_000 * 0.75, 720, 140)
    assert round(automated, 2) == 12.86
    assert automated == pytest.approx(turnout.workload_fte(12_000, 720, 140) * 0.75)
    upkeep_hours = 21
    assert round(automated + upkeep_hours / 140, 2) == 13.01


def test_seconds_and_hours_are_not_mixed_up() -> None:
    """Volume x AHT in one unit, productive hours in the other: minutes given as seconds are 60 times too few."""
    assert turnout.workload_fte(12_000, 12, 140) == pytest.approx(turnout.workload_fte(12_000, 720, 140) / 60)
    assert turnout.workload_fte(1, 3600, 1) == 1


def test_six_thousand_calls() -> None:
    """600 h: 5.3 people have enough to do; two seats day and night in a month of 730 hours take 13.0."""
    assert turnout.workload_fte(6_000, 360, 1) == 600
    assert round(turnout.workload_fte(6_000, 360, PRODUCTIVE_HOURS), 1) == 5.3
    assert round(turnout.workload_fte(2, 730 * 3600, PRODUCTIVE_HOURS), 1) == 13.0


def test_a_day_of_calls() -> None:
    """1,200 x 6 min = 120 h, 5 at once on average; 80 % in 20 s takes 8 at the average hour, 13 with 35 % shrinkage."""
    assert turnout.workload_fte(1_200, 360, 1) == 120
    assert turnout.workload_fte(1_200, 360, 24) == 5
    hour = {"arrivals": 50, "interval_s": 3600, "aht_s": 360, "arrivals_cv": 0, "shrinkage": 0.35}
    needed = turnout.forecast_required_agents(**hour)
    assert (needed.offered_load, needed.required_agents, needed.scheduled_agents) == (5, 8, 13)
    day = turnout.interval_required_agents(
        arrivals=np.array([20, 50, 130]), interval_s=3600, aht_s=360, method="sipp", shrinkage=0.35
    )
    assert day.offered_load.tolist() == [2, 5, 13]
    assert day.scheduled_agents.tolist() == [7, 13, 27]


def test_workloads_of_every_kind() -> None:
    """Broadcast; a series has a name; NaN stays NaN and null null."""
    many = turnout.workload_fte([12_000, 9_000], 720, 140)
    assert many.tolist() == [turnout.workload_fte(12_000, 720, 140), turnout.workload_fte(9_000, 720, 140)]
    table = turnout.workload_fte(np.array([[3600], [7200]]), 1, np.array([1, 2]))
    assert table.tolist() == [[1, 0.5], [2, 1]]
    series = turnout.workload_fte(pl.Series("v", [3600, None, math.nan], dtype=pl.Float64), 1, [1, 1, 1])
    assert series.name == "workload_fte"
    assert series.is_null().to_list() == [False, True, False]
    assert math.isnan(series[2])
    assert turnout.workload_fte([], 720, 140).tolist() == []
    assert turnout.workload_fte(pl.Series([], dtype=pl.Int64), 720, 140).dtype == pl.Float64
    assert math.isnan(turnout.workload_fte(math.nan, 720, 140))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((-1, 720, 140), "volume must be 0 or more and finite, not -1"),
        (([1, -1], 720, 140), "volume[1] must be 0 or more and finite, not -1"),
        ((1, [1, 2, math.inf], 140), "aht_s[2] must be 0 or more and finite, not inf"),
        ((1, 720, 0), "productive_hours must be above 0 and finite, not 0"),
        ((pl.Series([1, 2]), 720, pl.Series([1.0, -0.5])), "productive_hours[1] must be above 0 and finite, not -0.5"),
        ((np.array([[1, 2], [3, -4]]), 720, 140), "volume[1, 1] must be 0 or more and finite, not -4"),
        (([1, 2], [1, 2, 3], 140), "aht_s has 3 rows but volume has 2"),
    ],
)
def test_faulty_workloads(given: tuple[Any, ...], message: str) -> None:
    """The column and the row are named."""
    with pytest.raises(ValueError, match=r".") as error:
        turnout.workload_fte(*given)
    assert str(error.value) == message


@pytest.mark.parametrize("given", [("12", 720, 140), (1, True, 140), (1, 720, pl.Series(["a"]))])
def test_what_holds_no_numbers(given: tuple[Any, ...]) -> None:
    """It is a TypeError, and names the argument."""
    with pytest.raises(TypeError, match=r"^(volume|aht_s|productive_hours) must (be|hold)"):
        turnout.workload_fte(*given)


def test_what_is_missing() -> None:
    """`None` is no number."""
    with pytest.raises(TypeError, match=r"^aht_s is needed$"):
        turnout.workload_fte(1, None, 140)


def test_coverage() -> None:
    """Too many in one interval do not make up for too few in another."""
    roster = turnout.coverage([4, 10, 6, 0], [5, 8, 6, 0])
    assert roster.difference.tolist() == [1, -2, 0, 0]
    assert roster.covered.tolist() == [1, 0.8, 1, 1]
    assert (roster.over, roster.under, roster.covered_share, roster.intervals_covered) == (1, 2, 0.9, 0.75)
    assert type(roster.over) is float


def test_coverage_of_every_kind() -> None:
    """What is not known is not in the totals; a single interval has floats."""
    one = turnout.coverage(10, 8)
    assert (one.difference, one.covered, one.intervals_covered) == (-2, 0.8, 0)
    assert type(one.difference) is float
    some = turnout.coverage(pl.Series([4, None, 6]), pl.Series([5.0, 3, math.nan]))
    assert some.difference.is_null().to_list() == [False, True, False]
    assert math.isnan(some.covered[2])
    assert (some.over, some.under, some.intervals_covered) == (1, 0, 1)
    constant = turnout.coverage([4, 10], 6)
    assert constant.difference.tolist() == [2, -4]
    empty = turnout.coverage([], [])
    assert (empty.difference.tolist(), empty.covered_share, empty.intervals_covered) == ([], 1, 1)
    with pytest.raises(ValueError, match=r"^scheduled\[1\] must be 0 or more and finite, not -1$"):
        turnout.coverage([4, 10], [4, -1])
    with pytest.raises(ValueError, match=r"^required has 2 rows but scheduled has 3$"):
        turnout.coverage([4, 10], [4, 1, 1])


def test_capacity_triggers() -> None:
    """Work that just fits does not exceed."""
    found = turnout.capacity_triggers([24, 36, 30], 360, 3)
    assert found.work_hours.tolist() == [2.4, 3.6, 3]
    assert found.exceeded.tolist() == [False, True, False]
    assert found.exceeded.dtype == np.bool_
    assert found.shortfall_hours == pytest.approx([0, 0.6, 0])
    one = turnout.capacity_triggers(36, 360, 3)
    assert one.exceeded is True
    some = turnout.capacity_triggers(pl.Series([36, None, 36]), 360, pl.Series([3.0, 3.0, math.nan]))
    assert some.exceeded.to_list() == [True, None, False]
    assert some.exceeded.dtype == pl.Boolean
    assert some.shortfall_hours[1] is None
    assert math.isnan(some.shortfall_hours[2])
    assert turnout.capacity_triggers([], 360, 3).exceeded.tolist() == []
    with pytest.raises(ValueError, match=r"^available_hours must be 0 or more and finite, not -3$"):
        turnout.capacity_triggers([36], 360, -3)


def test_results_are_frozen_and_readable() -> None:
    """Six digits, the first rows; the whole numbers are in `as_dict`."""
    one = turnout.coverage(3, 1)
    assert isinstance(one, turnout.ModelResult)
    with pytest.raises(AttributeError):
        one.over = 3  # type: ignore[misc]
    assert repr(one) == (
        "Coverage(difference=-2, covered=0.333333, over=0, under=2, covered_share=0.333333, intervals_covered=0)"
    )
    many = turnout.capacity_triggers(pl.Series([36.0] * 5 + [None]), 360, 3)
    assert repr(many) == (
        "CapacityTriggers(\n    work_hours=[3.6, 3.6, 3.6, 3.6, ... 6 in all],\n"
        "    shortfall_hours=[0.6, 0.6, 0.6, 0.6, ... 6 in all],\n"
        "    exceeded=[True, True, True, True, ... 6 in all],\n)"
    )
    assert repr(turnout.coverage([math.nan], [3])).startswith("Coverage(difference=[nan]")
    assert list(one.as_dict()) == ["difference", "covered", "over", "under", "covered_share", "intervals_covered"]
    again = pickle.loads(pickle.dumps(one))
    assert again.as_dict() == one.as_dict()
