"""Staffing of frames of intervals: what is read, what is added, what is refused."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import turnout

DAY = pl.DataFrame(
    {
        "queue": ["billing", "billing", "sales", "night"],
        "half_hour": ["09:00", "09:30", "09:00", "03:00"],
        "arrivals": [150, 90, None, 0],
        "aht_s": [300, 280, 200, 0],
        # What was, not what is to be: no target.
        "asa_s": [12.0, 40.0, 3.0, 0.0],
    }
)
ADDED = [
    "offered_load", "required_agents", "binding", "scheduled_agents", "scheduled_unrounded", "stable",
    "expected_wait_probability", "expected_service_level", "expected_asa_s", "expected_abandon_probability",
    "expected_occupancy", "expected_queue_length",
]  # fmt: skip


def test_a_row_for_each_row() -> None:
    """In their order, with all their columns, and nulls where something is not known."""
    plan = turnout.staff_intervals(DAY, interval_s=1800, shrinkage=0.3)
    assert plan.columns == [*DAY.columns, *ADDED]
    assert plan.select(DAY.columns).equals(DAY)
    assert plan["required_agents"].to_list() == [30, 18, None, 0]
    assert plan["scheduled_agents"].to_list() == [43, 26, None, 0]
    assert plan["binding"].to_list() == ["service_level", "service_level", None, None]
    assert plan["expected_service_level"][3] == 1
    assert plan[2, ADDED].null_count().sum_horizontal().item() == len(ADDED)


def test_the_service_is_that_of_the_required_or_of_those_at_work() -> None:
    """With a roster also what is missing."""
    plan = turnout.staff_intervals(DAY, interval_s=1800, patience_s=120)
    need = plan.row(0, named=True)
    metrics = turnout.service_metrics(
        arrivals=150, interval_s=1800, aht_s=300, agents=need["required_agents"], patience_s=120
    )
    assert need["expected_service_level"] == metrics.service_level >= 0.8
    assert need["expected_asa_s"] == metrics.asa_s
    assert need["expected_queue_length"] == metrics.mean_queue_length
    rostered = turnout.staff_intervals(DAY.with_columns(agents=pl.Series([24, 30, 5, 0])), interval_s=1800)
    assert rostered.columns[-2:] == ["agents_short", "capacity_exceeded"]
    assert rostered["agents_short"].to_list() == [6, 0, None, 0]
    assert rostered["capacity_exceeded"].to_list() == [True, False, None, False]
    assert rostered["stable"].to_list() == [False, True, None, True]
    assert rostered["expected_service_level"].to_list()[:2] == pytest.approx([0, 1], abs=1e-4)


def test_the_occupancy_band() -> None:
    """Where agents are too busy, or have too little to do; presets are the caller's."""
    frame = DAY.with_columns(agents=pl.Series([28.0, 30, 5, 0]), aht_s=pl.Series([300.0, 280, 200, 0]))
    plan = turnout.staff_intervals(frame, interval_s=1800, occupancy_band=(0.6, 0.85))
    assert plan["occupancy_band"].to_list() == ["above", "below", None, None]
    assert plan.columns[-1] == "occupancy_band"
    exact = turnout.staff_intervals(DAY, interval_s=1800, occupancy_band=(14 / 18, 25 / 30))
    assert exact["occupancy_band"].to_list() == ["within", "within", None, None]
    unknown = turnout.staff_intervals(frame, interval_s=1800, aht_s=math.nan, occupancy_band=(0.6, 0.85))
    assert unknown["occupancy_band"].to_list() == [None] * 4
    assert unknown["capacity_exceeded"].to_list() == [None] * 4
    for band in ((0.85, 0.6), (-0.1, 0.5), (0.5, 1.1), (math.nan, 1)):
        with pytest.raises(ValueError, match="occupancy_band must be two shares from 0 to 1"):
            turnout.staff_intervals(DAY, interval_s=1800, occupancy_band=band)


def test_what_the_call_says_goes_first() -> None:
    """A number, or the name of a column; targets are read from columns only by name."""
    plan = turnout.staff_intervals(DAY, interval_s=1800, aht_s=100)
    assert plan["offered_load"].to_list() == [150 / 18, 5, None, 0]
    named = DAY.rename({"arrivals": "offered"}).with_columns(target=pl.lit(0.95))
    plan = turnout.staff_intervals(named, arrivals="offered", interval_s=1800, service_level="target")
    assert plan["required_agents"].to_list() == [34, 21, None, 0]
    by_asa = turnout.staff_intervals(DAY, interval_s=1800, service_level=None, asa_s="asa_s")
    assert by_asa["binding"].to_list() == ["asa_s", "asa_s", None, None]
    parts = turnout.staff_intervals(DAY, interval_s=1800, fractional=True, definition="virtual")
    assert parts["required_agents"][0] == pytest.approx(29.5, abs=0.5)
    assert turnout.staff_intervals(DAY, arrivals=60, interval_s=1800, aht_s=300)["required_agents"].n_unique() == 1
    with_roster = DAY.with_columns(agents=pl.lit(20))
    assert turnout.staff_intervals(with_roster, arrivals=60, interval_s=1800, aht_s=300)["agents_short"][0] == 0


@pytest.mark.parametrize(
    "how", [{"definition": "virtual"}, {"definition": "exclude_short_abandons", "short_abandon_s": 10.0}]
)
def test_the_definition_is_that_of_need_and_service(how: dict[str, Any]) -> None:
    """Of both, as of single calls."""
    plan = turnout.staff_intervals(DAY, interval_s=1800, patience_s=120, **how)
    queue: dict[str, Any] = {"arrivals": 150, "interval_s": 1800, "aht_s": 300, "patience_s": 120}
    need = turnout.required_agents(**queue, **how).required_agents
    assert plan["required_agents"][0] == need
    expected = turnout.service_metrics(**queue, agents=need, **how).service_level
    assert plan["expected_service_level"][0] == expected
    assert expected != turnout.service_metrics(**queue, agents=need).service_level


def test_lazy_in_lazy_out() -> None:
    """The same schema before anything is collected, and the same rows after."""
    plan = turnout.staff_intervals(DAY.lazy(), interval_s=1800, patience_s=90)
    eager = turnout.staff_intervals(DAY, interval_s=1800, patience_s=90)
    assert isinstance(plan, pl.LazyFrame)
    assert plan.collect_schema() == eager.schema
    assert_frame_equal(plan.collect(), eager)
    assert_frame_equal(plan.collect(engine="streaming"), eager)
    few = plan.filter(pl.col("queue") == "billing").select("half_hour", "required_agents").collect()
    assert_frame_equal(few, eager.filter(pl.col("queue") == "billing").select("half_hour", "required_agents"))


def test_empty_frames_keep_their_schema() -> None:
    """Also lazily."""
    plan = turnout.staff_intervals(DAY, interval_s=1800)
    empty = turnout.staff_intervals(DAY.clear(), interval_s=1800)
    assert (empty.height, empty.schema) == (0, plan.schema)
    assert turnout.staff_intervals(DAY.clear().lazy(), interval_s=1800).collect().schema == plan.schema


def test_a_hundred_thousand_rows() -> None:
    """Every row is what it is alone."""
    rows = 100_000
    frame = pl.DataFrame({"arrivals": pl.arange(rows, eager=True) % 997, "aht_s": pl.arange(rows, eager=True) % 600})
    plan = turnout.staff_intervals(frame, interval_s=900, max_occupancy=0.85, patience_s=180)
    assert plan["required_agents"].null_count() == 0
    for row in (0, 1, 996, 50_123, 99_999):
        alone = turnout.required_agents(
            arrivals=row % 997, interval_s=900, aht_s=row % 600, max_occupancy=0.85, patience_s=180
        )
        assert plan["required_agents"][row] == alone.required_agents


@pytest.mark.parametrize(
    ("frame", "told", "kind", "message"),
    [
        (DAY, {}, TypeError, "interval_s is needed: a column of that name, the name of another, or a number"),
        (DAY, {"interval_s": 1800, "patience": 3}, TypeError, "staff_intervals has no argument 'patience'; known: arr"),
        (DAY, {"interval_s": "length"}, TypeError, "interval_s is to be the column 'length', which is not there; colu"),
        (DAY, {"interval_s": "queue"}, TypeError, r"queue \(interval_s\) must hold numbers; it holds String"),
        (DAY.with_columns(aht_s=pl.lit(-3)), {"interval_s": 60}, ValueError, r"aht_s\[0\] must be 0 or more"),
        (
            DAY.with_columns(patience_s=pl.Series([1.0, 2, 3, -math.inf])),
            {"interval_s": 60},
            ValueError,
            r"patience_s\[3\]",
        ),
        (
            DAY.with_columns(n=pl.lit(-3)),
            {"interval_s": 60, "arrivals": "n"},
            ValueError,
            r"n \(arrivals\)\[0\] must be",
        ),
        (
            DAY,
            {"interval_s": [1800]},
            TypeError,
            "interval_s must be a number for all rows or the name of a column, not l",
        ),
        (DAY.with_columns(stable=1), {"interval_s": 60}, ValueError, "the frame has a column 'stable' already, which"),
        (pl.DataFrame(), {}, TypeError, "arrivals is needed: .* columns: none"),
    ],
)
def test_faults_are_named(frame: pl.DataFrame, told: dict[str, Any], kind: type[Exception], message: str) -> None:
    """With what is there, what is missing, and the row; lazily too."""
    with pytest.raises(kind, match=message):
        turnout.staff_intervals(frame, **told)
    with pytest.raises((kind, pl.exceptions.ComputeError), match=message):
        turnout.staff_intervals(frame.lazy(), **told).collect()


def test_columns_without_numbers_of_any_kind() -> None:
    """A column of nulls alone is of no type, and an interval may have a zone and a name in any script."""
    frame = pl.DataFrame({"очередь": ["счёт\0", "売上"], "arrivals": [None, None], "aht_s": [300, 280]})
    plan = turnout.staff_intervals(frame, interval_s=1800)
    assert plan["required_agents"].to_list() == [None, None]
    assert plan["очередь"].to_list() == ["счёт\0", "売上"]
