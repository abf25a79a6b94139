"""Intervals in order and work with deadlines: known answers, edges, faults, and what goes in and comes out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout

FILE = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "models.json").read_text("utf-8"))
DAY: dict[str, Any] = {"arrivals": [30, 60, 30, 0], "interval_s": 1800, "aht_s": 1200}
ASKED: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (turnout.interval_loads, DAY),
    (turnout.interval_metrics, {**DAY, "agents": [24, 44, 24, 1]}),
    (turnout.interval_required_agents, DAY),
    (turnout.carried_metrics, {**DAY, "agents": [24, 44, 24, 1]}),
    (turnout.carried_required_agents, DAY),
]
MAIL: dict[str, Any] = {
    "arrives": [0, 1, 2],
    "due": [1, 2, 3],
    "work_s": [43_200, 108_000, 21_600],
    "open_s": [3600, 3600, 3600, 3600],
}


def vectors(section: str) -> list[dict[str, float]]:
    """The rows of a section; null is infinite."""
    names = FILE[section]["columns"]
    return [dict(zip(names, (math.inf if c is None else c for c in row), strict=True)) for row in FILE[section]["rows"]]


def near(found: Any, known: Any, bound: float) -> None:
    """Differences relative to what is above 1."""
    known = np.asarray(known, float)
    errors = np.abs(np.asarray(found) - known) / np.maximum(np.abs(known), 1)
    assert errors.max() <= bound


def test_modified_offered_loads() -> None:
    """Against 50 digits."""
    rows = vectors("loads")
    assert len(rows) >= 8
    for row in rows:
        found = turnout.interval_loads(
            arrivals=[row[f"arrivals_{n}"] for n in range(1, 5)],
            interval_s=1800, aht_s=row["aht"], arrivals_before=row["before"],
        )  # fmt: skip
        near(found.mean_load, [row[f"mean_{n}"] for n in range(1, 5)], 1e-13)
        near(found.end_load, [row[f"end_{n}"] for n in range(1, 5)], 1e-13)
        assert (found.peak_load >= found.mean_load).all()


def test_carried_days() -> None:
    """Against chains carried from moment to moment by another method."""
    rows = vectors("days")
    assert len(rows) >= 6
    measures = {
        "wait_probability": "wait", "abandon_probability": "abandon", "service_level": "answered_within",
        "asa_s": "asa", "answered_asa_s": "answered_asa", "mean_queue_length": "queue_length",
        "completed": "completed", "waiting_after": "waiting_after",
    }  # fmt: skip
    for row in rows:
        found = turnout.carried_metrics(
            arrivals=[row[f"arrivals_{n}"] for n in (1, 2, 3)],
            agents=[row[f"agents_{n}"] for n in (1, 2, 3)],
            interval_s=2, aht_s=1, patience_s=row["patience"], answer_within_s=row["time"],
            backlog=row["backlog"], arrivals_before=2 * row["before"],
        )  # fmt: skip
        for measure, column in measures.items():
            near(getattr(found, measure), [row[f"{column}_{n}"] for n in (1, 2, 3)], 1e-11)


def test_three_ways_to_a_load() -> None:
    """SIPP forgets, the lagged one comes later, MOL comes late and slowly."""
    sipp = turnout.interval_loads(**DAY, method="sipp")
    assert sipp.mean_load.tolist() == sipp.peak_load.tolist() == [20, 40, 20, 0]
    lagged = turnout.interval_loads(**DAY, method="lagged_sipp")
    assert lagged.mean_load == pytest.approx([20 / 3, 80 / 3, 100 / 3, 40 / 3])
    assert lagged.peak_load.tolist() == [20, 40, 40, 20]
    found = turnout.interval_loads(**DAY)
    assert (found.mean_load > 0).all()
    assert found.end_load[0] == pytest.approx(20 * (1 - math.exp(-1.5)))
    full = turnout.interval_loads(**DAY, arrivals_before=30)
    assert full.mean_load[0] == 20


def test_service_by_load() -> None:
    """It is that of a steady queue with the mean or the greatest load."""
    peak = turnout.interval_required_agents(**DAY, basis="peak")
    mean = turnout.interval_required_agents(**DAY)
    assert (peak.required_agents >= mean.required_agents).all()
    assert peak.offered_load.tolist() == turnout.interval_loads(**DAY).peak_load.tolist()
    assert mean.offered_load.tolist() == turnout.interval_loads(**DAY).mean_load.tolist()
    enough = turnout.interval_metrics(**DAY, agents=mean.required_agents)
    assert (enough.service_level >= 0.8).all()
    assert (turnout.interval_metrics(**DAY, agents=mean.required_agents - 1).service_level < 0.8).all()
    steady = turnout.forecast_metrics(arrivals=30, interval_s=1800, aht_s=1200, arrivals_cv=0, agents=24)
    first = turnout.interval_metrics(**DAY, agents=24, method="sipp")
    assert first.service_level[0] == steady.service_level
    parts = turnout.interval_required_agents(**DAY, fractional=True, shrinkage=[0, 0.1, 0.2, 0.3])
    assert (np.ceil(parts.required_agents) == mean.required_agents).all()
    assert parts.scheduled_unrounded == pytest.approx(parts.required_agents / [1, 0.9, 0.8, 0.7])


def test_what_is_left_over_is_carried() -> None:
    """Contacts are neither lost nor made."""
    day = turnout.carried_metrics(
        arrivals=[40, 40, 0], agents=[3, 9, 9], interval_s=1800, aht_s=300, patience_s=900, backlog=7
    )
    left = day.in_service_after + day.waiting_after
    came = [40 + 7, 40 + left[0], left[1]]
    assert day.completed + day.abandoned + left == pytest.approx(came, rel=1e-9)
    alone = turnout.carried_metrics(arrivals=[40], agents=[9], interval_s=1800, aht_s=300, patience_s=900)
    assert day.service_level[1] < alone.service_level[0]


def test_carried_requirements() -> None:
    """Each interval after the one before; with limits, those at work are fewer than required."""
    told: dict[str, Any] = {"arrivals": [40, 40, 40], "interval_s": 1800, "aht_s": 300, "backlog": 14}
    found = turnout.carried_required_agents(**told, shrinkage=0.3)
    assert found.agents.tolist() == found.required_agents.tolist()
    assert (found.service_level >= 0.8).all()
    assert found.scheduled_agents.tolist() == np.ceil(found.required_agents / 0.7).tolist()
    same = turnout.carried_metrics(**told, agents=found.agents)
    assert same.service_level.tolist() == found.service_level.tolist()
    limited = turnout.carried_required_agents(**told, most_agents=[8, 9, None])
    assert limited.agents.tolist()[:2] == [8, 9]
    assert limited.required_agents[1] > found.required_agents[1]
    assert math.isnan(limited.agents[2])
    out_of_reach = turnout.carried_required_agents(**told, service_level=1, most_agents=9)
    assert np.isnan(out_of_reach.required_agents).all()
    assert out_of_reach.agents.tolist() == [9, 9, 9]


@pytest.mark.parametrize(("asked", "told"), ASKED)
def test_kinds(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """Arrays give arrays, a series series with the same numbers; no intervals give none."""
    arrays = asked(**told).as_dict()
    series = asked(**{**told, "arrivals": pl.Series("a", told["arrivals"])}).as_dict()
    for name, values in arrays.items():
        assert isinstance(values, np.ndarray)
        assert values.shape == (4,)
        assert series[name].to_list() == values.tolist()
        assert series[name].dtype == {"stable": pl.Boolean, "binding": pl.Enum}.get(name, pl.Float64)
    empty = asked(**{**told, "arrivals": [], **({"agents": []} if "agents" in told else {})})
    assert {len(values) for values in empty.as_dict().values()} == {0}


@pytest.mark.parametrize(("asked", "told"), ASKED)
def test_what_is_not_known(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """NaN in an array stays so as long as it matters; null in a series makes nulls."""
    values = [30, math.nan, 30, 0]
    array = asked(**{**told, "arrivals": values}).as_dict()
    column = asked(**{**told, "arrivals": pl.Series([30, None, 30, 0])}).as_dict()
    for name, numbers in array.items():
        if numbers.dtype != np.float64:
            continue
        assert np.isnan(numbers).tolist() == column[name].is_null().to_list()
        assert np.isnan(numbers).tolist()[:2] == [False, True]
    whole = asked(**{**told, "aht_s": math.nan})
    assert np.isnan(next(iter(whole.as_dict().values()))).all()
    apart = turnout.interval_loads(**{**DAY, "arrivals": pl.Series([30, None, 30, 0])}, method="sipp")
    assert apart.mean_load.to_list() == [20, None, 20, 0]


@pytest.mark.parametrize(("asked", "told"), ASKED)
def test_faulty_days(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """The column and the row are named."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"arrivals": [1, 2, -1, 3]}, "arrivals[2] must be 0 or more and finite, not -1"),
        ({"arrivals": [[1, 2, 1, 3]]}, "arrivals must have one dimension, not 2"),
        ({"aht_s": -1}, "aht_s must be 0 or more and finite, not -1"),
        ({"aht_s": [1, 2, 3, 4]}, "aht_s must be one number for all intervals"),
        ({"arrivals_before": -1}, "arrivals_before must be 0 or more and finite, not -1"),
        ({"interval_s": 0}, "interval_s must be above 0 and finite, not 0"),
    ]
    if asked in (turnout.interval_loads, turnout.interval_metrics, turnout.interval_required_agents):
        cases.append(({"method": "mol"}, "method must be one of sipp, lagged_sipp, modified_offered_load, not 'mol'"))
    if "agents" in told:
        range_ = "0 or more, finite, and whole where states are counted"
        cases.append(({"agents": [1, -2, 3, 4]}, f"agents[1] must be {range_}, not -2"))
        cases.append(({"agents": [1, 2]}, "arrivals has 4 rows but agents has 2"))
    for changed, message in cases:
        with pytest.raises(ValueError, match=r".") as error:
            asked(**{**told, **changed})
        assert str(error.value) == message
    with pytest.raises(TypeError, match=r"^arrivals must be a list, an array or a series, not one number$"):
        asked(**{**told, "arrivals": 30, **({"agents": 24} if "agents" in told else {})})


def test_limits_say_what_to_do() -> None:
    """And carried days have arguments of their own."""
    day = {"interval_s": 1800, "aht_s": 300}
    with pytest.raises(ValueError, match=r"more than 100000 intervals; give a part of them at a time$"):
        turnout.interval_loads(arrivals=np.ones(100_001), **day)
    with pytest.raises(ValueError, match=r"more than 4000000000 steps; divide the intervals into shorter ones$"):
        turnout.carried_metrics(arrivals=[1e8], agents=1, **day)
    with pytest.raises(ValueError, match=r"^backlog must be a whole number from 0, not 0.5$"):
        turnout.carried_metrics(arrivals=[1], agents=1, backlog=0.5, **day)
    with pytest.raises(ValueError, match=r"^most_agents\[1\] must be a whole number from 0 \(.*\), not 2.5$"):
        turnout.carried_required_agents(arrivals=[1, 1], most_agents=[1, 2.5], **day)
    with pytest.raises(ValueError, match=r"^basis must be one of mean, peak, not 'end'$"):
        turnout.interval_metrics(arrivals=[1], agents=1, basis="end", **day)


def test_a_target_out_of_reach_is_worked_for_all_the_same() -> None:
    """Without a limit to the agents, with more than anybody waits for; nothing is -0."""
    found = turnout.carried_required_agents(arrivals=[100, 200], interval_s=1800, aht_s=300, service_level=1)
    assert np.isnan(found.required_agents).all()
    assert np.isnan(found.agents).all()
    assert found.binding.tolist() == ["service_level"] * 2
    assert found.service_level.tolist() == [1, 1]
    assert not np.signbit(found.wait_probability).any()


def test_mail() -> None:
    """12, 30 and 6 hours of work, each due by the end of the next hour."""
    found = turnout.deadline_agents(**MAIL)
    assert found.agents.tolist() == [15, 15, 15, 15]
    assert (found.peak_agents, found.critical_first, found.critical_last) == (15, 1, 2)
    assert turnout.deadline_completion(**MAIL, agents=15).late_s.tolist() == [0, 0, 0]
    late = turnout.deadline_completion(**MAIL, agents=14.9)
    assert late.late_s.tolist() == pytest.approx([0, 0.2 * 3600, 0])
    assert late.completed_interval.tolist() == [0, 3, 3]
    assert late.late_intervals.tolist() == [0, 1, 0]
    assert late.overdue_s.tolist() == pytest.approx([0, 0, 0.2 * 3600, 0])


def test_smooth_mail() -> None:
    """As even as deadlines allow: the same peak, and nothing late."""
    smooth = turnout.deadline_agents(**MAIL, plan="smooth")
    assert smooth.agents.tolist() == [12, 15, 15, 6]
    assert smooth.peak_agents == 15
    assert not turnout.deadline_completion(**MAIL, agents=smooth.agents).late_s.any()
    night = {**MAIL, "open_s": [3600, 3600, 0, 7200]}
    assert turnout.deadline_agents(**night).agents.tolist() == [30, 30, 0, 30]


def test_work_that_is_never_done() -> None:
    """It has no interval; what is not known has no number."""
    found = turnout.deadline_completion(**MAIL, agents=[0, 0, 0, 1])
    assert np.isnan(found.completed_interval).tolist() == [True, True, True]
    assert found.late_intervals.tolist() == [2, 1, 0]
    assert found.backlog_s.tolist() == [43_200, 151_200, 172_800, 169_200]
    columns = {name: pl.Series(values) for name, values in MAIL.items()}
    series = turnout.deadline_completion(**columns, agents=[0, 0, 0, 1])
    assert series.completed_interval.to_list() == [None, None, None]
    assert series.backlog_s.to_list() == found.backlog_s.tolist()
    assert series.done_s.name == "done_s"


@pytest.mark.parametrize("name", ["arrives", "due", "work_s", "open_s"])
def test_unknown_work(name: str) -> None:
    """Nothing is known then."""
    for plan in ("constant", "smooth"):
        holed = {**MAIL, name: [math.nan, *MAIL[name][1:]]}
        found = turnout.deadline_agents(**holed, plan=plan)
        assert np.isnan(found.agents).all()
        assert math.isnan(found.peak_agents)
        assert found.critical_first is None
    done = turnout.deadline_completion(**holed, agents=15)
    assert np.isnan(done.backlog_s).all()
    assert np.isnan(done.late_intervals).all()
    columns = {key: pl.Series(values) for key, values in MAIL.items()}
    columns[name] = pl.Series([None, *MAIL[name][1:]])
    assert turnout.deadline_agents(**columns).agents.is_null().all()
    done_series = turnout.deadline_completion(**columns, agents=15)
    assert all(values.is_null().all() for values in done_series.as_dict().values())


def test_no_work() -> None:
    """Needs nobody; no intervals, none."""
    none: dict[str, Any] = {"arrives": [], "due": [], "work_s": []}
    found = turnout.deadline_agents(**none, open_s=[3600, 3600])
    assert (found.agents.tolist(), found.peak_agents, found.critical_last) == ([0, 0], 0, None)
    assert turnout.deadline_completion(**none, open_s=[3600], agents=2).idle_s.tolist() == [7200]
    assert turnout.deadline_agents(**none, open_s=[]).agents.tolist() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"arrives": [0, 1.5, 2]}, "arrives[1] must be a whole number from 0 to 9999, not 1.5"),
        ({"due": [1, 2, -3]}, "due[2] must be a whole number from 0 to 9999, not -3"),
        ({"due": [1, 0, 3]}, "due[1] must be an interval of the series, not before that of its arrival, not 0"),
        ({"due": [1, 2, 4]}, "due[2] must be an interval of the series, not before that of its arrival, not 4"),
        ({"due": 0, "arrives": 0, "work_s": [1, -1]}, "work_s[1] must be 0 or more and finite, not -1"),
        ({"open_s": [3600, -1, 3600, 3600]}, "open_s[1] must be 0 or more and finite, not -1"),
        ({"open_s": [3600, 0, 0, 3600]}, "work is due in intervals 1 to 2, in which nobody works; move its deadline or open one of them"),
        ({"open_s": np.ones(10_001)}, "the model would need more than 10000 intervals; give a part of them at a time"),
        ({"open_s": np.ones(2_017), "plan": "smooth"}, "the model would need more than 2016 intervals; give a part of them at a time"),
        ({"plan": "even"}, "plan must be one of constant, smooth, not 'even'"),
        ({"due": [1, 2]}, "arrives has 3 rows but due has 2"),
    ],
)  # fmt: skip
def test_faulty_work(changed: dict[str, Any], message: str) -> None:
    """It is named with its place."""
    with pytest.raises(ValueError, match=r".") as error:
        turnout.deadline_agents(**{**MAIL, **changed})
    assert str(error.value) == message


def test_faulty_agents_for_work() -> None:
    """Single numbers are no tasks and no intervals."""
    with pytest.raises(ValueError, match=r"^agents\[1\] must be 0 or more, finite, .*, not -1$"):
        turnout.deadline_completion(**MAIL, agents=[1, -1, 1, 1])
    with pytest.raises(TypeError, match=r"^work_s must be a list, an array or a series, not one number$"):
        turnout.deadline_agents(**{**MAIL, "arrives": 0, "due": 0, "work_s": 1})
    with pytest.raises(TypeError, match=r"^open_s must be a list, an array or a series, not one number$"):
        turnout.deadline_agents(**{**MAIL, "open_s": 3600})
    assert turnout.deadline_agents(**{**MAIL, "arrives": 0, "due": 3}).peak_agents == 12
