"""Laws of the models: one queue is a row of many, to the bit; and what cannot hurt does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers within bounds."""
    return st.floats(low, high)


QUEUE = {
    "arrivals": numbers(0, 200),
    "interval_s": st.sampled_from([900.0, 1800.0, 3600.0]),
    "patience_s": st.one_of(numbers(1, 2000), st.sampled_from([0.0, float("inf")])),
    "answer_within_s": numbers(0, 120),
}
AHT = {"aht_s": numbers(1, 900)}
AGENTS = {"agents": st.integers(0, 80).map(float)}
TARGETS = {"service_level": numbers(0.3, 0.95), "shrinkage": numbers(0, 0.5)}
RETRIALS = {
    **QUEUE,
    **AHT,
    "retry_probability": numbers(0, 0.95),
    "blocked_retry_probability": numbers(0, 0.95),
    "lines": st.sampled_from([20.0, 200.0, float("inf")]),
}
FORECAST = {**QUEUE, **AHT, "arrivals_cv": numbers(0, 1)}
CASES = [
    (turnout.retrial_metrics, {**RETRIALS, **AGENTS}, {}),
    (turnout.retrial_required_agents, {**RETRIALS, **TARGETS}, {}),
    (turnout.forecast_metrics, {**FORECAST, **AGENTS}, {}),
    (turnout.forecast_required_agents, {**FORECAST, **TARGETS}, {}),
    (turnout.chat_metrics, {**QUEUE, **AGENTS}, {"aht_by_level_s": [240, 300, 420]}),
    (turnout.chat_required_agents, {**QUEUE, **TARGETS}, {"aht_by_level_s": [240, 300, 420]}),
]


@pytest.mark.parametrize(("asked", "drawn", "fixed"), CASES)
@given(data=st.data())
def test_one_queue_is_a_row_of_many(
    asked: Callable[..., Any], drawn: dict[str, st.SearchStrategy[float]], fixed: dict[str, Any], data: st.DataObject
) -> None:
    """Of arrays and of series, to the bit; where one cannot reach its target, its row has no number."""
    rows = [data.draw(st.fixed_dictionaries(drawn)) for _ in range(3)]
    arrays = asked(**{name: np.array([row[name] for row in rows]) for name in drawn}, **fixed).as_dict()
    series = asked(**{name: pl.Series([row[name] for row in rows]) for name in drawn}, **fixed).as_dict()
    for place, row in enumerate(rows):
        try:
            one = asked(**row, **fixed).as_dict()
        except ValueError as error:
            assert "no number of agents reaches" in str(error)
            assert np.isnan(arrays["required_agents"][place])
            assert series["required_agents"][place] is None
            continue
        for name, value in one.items():
            assert np.array_equal([arrays[name][place]], [value], equal_nan=name not in ("stable", "binding"))
            assert series[name][place] == value or value != value


@given(
    st.lists(numbers(0, 300), min_size=1, max_size=6),
    st.sampled_from(["sipp", "lagged_sipp", "modified_offered_load"]),
    numbers(1, 5000),
)
def test_loads_neither_lose_nor_make_work(arrivals: list[float], method: str, aht_s: float) -> None:
    """Once the day is followed to its end, its loads are its work."""
    quiet = [0.0] * (int(40 * aht_s / 1800) + 1)
    day = turnout.interval_loads(arrivals=arrivals + quiet, interval_s=1800, aht_s=aht_s, method=method)  # type: ignore[call-overload]
    assert day.mean_load.sum() * 1800 == pytest.approx(sum(arrivals) * aht_s, rel=1e-9, abs=1e-9)


@given(st.data())
def test_smooth_plans_are_in_time(data: st.DataObject) -> None:
    """And a hundredth less of the critical ones is not."""
    count = data.draw(st.integers(1, 8))
    spans = data.draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), min_size=1, max_size=8))
    work = data.draw(st.lists(numbers(60, 9000), min_size=len(spans), max_size=len(spans)))
    tasks: dict[str, Any] = {
        "arrives": [min(span) for span in spans],
        "due": [max(span) for span in spans],
        "work_s": work,
        "open_s": [1800.0] * count,
    }
    for plan in ("constant", "smooth"):
        found = turnout.deadline_agents(**tasks, plan=plan)
        assert found.agents.max() == pytest.approx(found.peak_agents)
        done = turnout.deadline_completion(**tasks, agents=found.agents * (1 + 1e-12))
        assert done.late_s.max() <= 1e-6
        fewer = turnout.deadline_completion(**tasks, agents=found.agents * 0.99)
        assert fewer.late_s.max() > 0
        assert fewer.done_s.sum() + fewer.backlog_s[-1] == pytest.approx(sum(work))
