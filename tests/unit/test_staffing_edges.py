"""The edge cases that others get wrong, each with what they print, and worked examples with their source.

Others are pyworkforce 0.5.1 and formulas as commonly written down; where they stop, "raises" says so.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout

INF = math.inf
HALF_HOUR = {"interval_s": 1800}


def service(arrivals: float, aht_s: float, agents: float, **more: Any) -> dict[str, Any]:
    """The measures of one queue, the same alone, in an array and in a series."""
    queue = {"arrivals": arrivals, "aht_s": aht_s, "agents": agents, **HALF_HOUR}
    alone = turnout.service_metrics(**queue, **more).as_dict()
    array = turnout.service_metrics(**{**queue, "arrivals": [arrivals]}, **more).as_dict()
    series = turnout.service_metrics(**{**queue, "arrivals": pl.Series([arrivals])}, **more).as_dict()
    np.testing.assert_equal({name: values[0] for name, values in array.items()}, alone)
    np.testing.assert_equal({name: values[0] for name, values in series.items()}, alone)
    return alone


def required(arrivals: float, aht_s: float, **more: Any) -> float:
    """Required agents of one queue, the same alone and in an array."""
    alone = turnout.required_agents(arrivals=arrivals, aht_s=aht_s, **HALF_HOUR, **more).required_agents
    array = turnout.required_agents(arrivals=[arrivals], aht_s=aht_s, **HALF_HOUR, **more).required_agents
    assert array.tolist() == [alone]
    return alone


@pytest.mark.parametrize(("arrivals", "aht_s"), [(0, 300), (150, 0), (0, 0)])
@pytest.mark.parametrize("patience_s", [None, 60, 0, INF])
def test_without_load_nobody_waits(arrivals: float, aht_s: float, patience_s: float | None) -> None:
    """pyworkforce: ZeroDivisionError."""
    for agents in (0, 0.5, 3):
        found = service(arrivals, aht_s, agents, patience_s=patience_s)
        told = ("service_level", "asa_s", "wait_probability", "abandon_probability", "occupancy", "stable")
        assert [found[name] for name in told] == [1, 0, 0, 0, 0, True]
    assert required(arrivals, aht_s, patience_s=patience_s) == 0
    assert required(arrivals, aht_s, patience_s=patience_s, min_agents=2) == 2


def test_without_agents() -> None:
    """Where nobody leaves all wait for ever, else all leave, after their patience; pyworkforce: ZeroDivisionError."""
    waits = service(150, 300, 0)
    assert [waits[name] for name in ("wait_probability", "service_level", "asa_s", "stable")] == [1, 0, INF, False]
    leaves = service(150, 300, 0, patience_s=90)
    assert [leaves[name] for name in ("abandon_probability", "asa_s", "service_level")] == [1, 90, 0]
    assert leaves["stable"]


@pytest.mark.parametrize("agents", [1, 10, 24, 24.9, 25])
def test_too_few_agents_are_no_error(agents: float) -> None:
    """The formulas as they are written down give a P(wait) above 1 and negative service levels where agents do not exceed the load.

    pyworkforce's P(wait) 4.41 is that of 10 erlangs and 5 agents; its service level is cut off at 0.
    """
    found = service(150, 300, agents)
    told = ("wait_probability", "service_level", "asa_s", "mean_queue_length", "occupancy", "stable")
    assert [found[name] for name in told] == [1, 0, INF, INF, 1, False]


def test_patience_runs_from_loss_to_endless() -> None:
    """Infinite patience is Erlang C to the bit; none is Erlang B, whose lost calls others divide by 0."""
    assert service(150, 300, 28, patience_s=INF) == service(150, 300, 28)
    lost = service(150, 300, 28, patience_s=0)
    assert lost["abandon_probability"] == turnout.erlang_b(25, 28)
    assert lost["asa_s"] == 0
    near = service(150, 300, 28, patience_s=1e9)
    assert near["service_level"] == pytest.approx(service(150, 300, 28)["service_level"], abs=1e-6)


def test_a_service_level_of_one_is_out_of_reach() -> None:
    """Others search without end; here an error for one queue, null in a column, with the target named."""
    with pytest.raises(ValueError, match=r"^no number of agents reaches service_level 1; choose an easier target$"):
        turnout.required_agents(arrivals=150, aht_s=300, service_level=1, **HALF_HOUR)
    column = turnout.required_agents(arrivals=pl.Series([150, 0]), aht_s=300, service_level=1, **HALF_HOUR)
    assert column.required_agents.to_list() == [None, 0]
    assert column.scheduled_agents.to_list() == [None, 0]
    assert column.binding.to_list() == ["service_level", None]
    array = turnout.required_agents(
        arrivals=np.array([150.0, 60]), aht_s=300, service_level=None, asa_s=[0, 5], **HALF_HOUR
    )
    assert np.isnan(array.required_agents).tolist() == [True, False]
    assert array.binding.tolist() == ["asa_s", "asa_s"]


def test_ceilings_forgive_the_last_digits() -> None:
    """35.7/.85 is 42; pyworkforce: 43."""
    need = turnout.required_agents(arrivals=35.7, interval_s=1, aht_s=1, service_level=None, max_occupancy=0.85)
    assert need.required_agents == 42
    assert turnout.required_agents(arrivals=0, interval_s=1, aht_s=1, min_agents=35.7 / 0.85).required_agents == 42
    exact = turnout.required_agents(arrivals=0, interval_s=1, aht_s=1, min_agents=65, shrinkage=0.35)
    assert (exact.scheduled_agents, exact.scheduled_unrounded) == (100, pytest.approx(100))


def test_the_first_number_above_the_load_is_tried() -> None:
    """10.6 erlangs at 10 % in 20 s: 11 do; those who begin at the load rounded up and one more say 12."""
    assert required(106, 180, service_level=0.1) == 11


def test_fewer_than_the_load_may_do_where_callers_leave() -> None:
    """480 erlangs, 240 s, patience 30 s, 80 % in 60 s: 385; those who begin at the load say 480."""
    queue = {"arrivals": 480 * 1800 / 240, "aht_s": 240, "answer_within_s": 60, "patience_s": 30}
    assert required(service_level=0.8, **queue) == 385
    reached = [service(agents=agents, **queue)["service_level"] for agents in (384, 385)]
    assert reached[0] < 0.8 <= reached[1]


def test_long_times_do_not_underflow() -> None:
    """A target of 50 handle times: others divide 0 by 0."""
    found = service(150, 300, 24, answer_within_s=50 * 300, patience_s=90)
    assert 0 < found["service_level"] < 1
    assert found["service_level"] == pytest.approx(1 - found["abandon_probability"], abs=1e-12)


def test_hundreds_of_agents_with_patience() -> None:
    """Others take 0.6 s at 300 agents and more; to say it right here takes microseconds (see the benchmarks)."""
    found = service(3600, 300, 590, patience_s=180)
    assert 0 < found["abandon_probability"] < 0.05
    assert required(3600, 300, patience_s=180) < 600


def test_nan_in_nan_out_and_nulls_stay() -> None:
    """Nothing else in the column is touched."""
    for name in ("arrivals", "interval_s", "aht_s", "agents", "answer_within_s", "patience_s"):
        queue: dict[str, Any] = {
            "arrivals": 150.0, "interval_s": 1800.0, "aht_s": 300.0, "agents": 28.0, "answer_within_s": 20.0,
            "patience_s": 90.0,
        }  # fmt: skip
        whole = turnout.service_metrics(**queue).service_level
        unknown = turnout.service_metrics(**{**queue, name: [math.nan, queue[name]]})
        np.testing.assert_equal(unknown.service_level, [math.nan, whole])
        null = turnout.service_metrics(**{**queue, name: pl.Series([None, queue[name]])})
        assert null.service_level.to_list() == [None, whole]
        assert null.stable.to_list() == [None, True]
    need = turnout.required_agents(arrivals=[math.nan, 150], aht_s=300, **HALF_HOUR)
    np.testing.assert_equal(need.required_agents, [math.nan, 30])
    assert need.binding.tolist() == [None, "service_level"]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"arrivals": -1}, "arrivals must be 0 or more and finite, not -1"),
        ({"arrivals": [1, INF]}, "arrivals[1] must be 0 or more and finite, not inf"),
        ({"interval_s": 0}, "interval_s must be above 0 and finite, not 0"),
        ({"aht_s": pl.Series([300, None, -2])}, "aht_s[2] must be 0 or more and finite, not -2"),
        ({"patience_s": -1}, "patience_s must be 0 or more (infinite: nobody leaves), not -1"),
        ({"service_level": 1.2}, "service_level must be from 0 to 1, not 1.2"),
        ({"service_level": 80}, "service_level must be from 0 to 1, not 80"),
        ({"max_occupancy": 0}, "max_occupancy must be above 0 and at most 1, not 0"),
        ({"shrinkage": 1}, "shrinkage must be from 0 to below 1, not 1"),
        ({"shrinkage": [0.3, -0.1]}, "shrinkage[1] must be from 0 to below 1, not -0.1"),
        ({"arrivals": np.array([[1.0, 2], [3, -4]])}, "arrivals[1, 1] must be 0 or more and finite, not -4"),
        ({"answer_within_s": INF}, "answer_within_s must be 0 or more and finite, not inf"),
        (
            {"service_level": None},
            "targets must be one or more of service_level, asa_s, max_occupancy, max_abandon, max_wait_probability",
        ),
    ],
)
def test_what_no_queue_can_have_is_named(told: dict[str, Any], message: str) -> None:
    """The argument, the row and what it may be."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        turnout.required_agents(**{"arrivals": 150, "aht_s": 300, **HALF_HOUR, **told})
    assert str(error.value) == message


def test_occupancies_next_to_nothing_are_answered_at_once() -> None:
    """Where one agent more no longer changes a number, the load over the occupancy is the answer."""
    found = required(150, 300, service_level=None, max_occupancy=1e-20)
    assert found == pytest.approx(25e20, rel=1e-9)
    assert required(150, 300, service_level=None, max_occupancy=1e-8) == 2_500_000_000


def test_durations_are_seconds_or_hours_as_the_name_says() -> None:
    """Of Python, and in series."""
    minutes = dt.timedelta(minutes=5)
    queue = {"arrivals": 150, "interval_s": dt.timedelta(minutes=30), "aht_s": minutes}
    assert turnout.required_agents(**queue) == turnout.required_agents(arrivals=150, interval_s=1800, aht_s=300)
    series = turnout.required_agents(arrivals=150, interval_s=1800, aht_s=pl.Series([minutes, None])).required_agents
    assert series.to_list() == [30, None]
    assert turnout.workload_fte(12_000, dt.timedelta(minutes=12), dt.timedelta(hours=140)) == pytest.approx(120 / 7)
    with pytest.raises(TypeError, match="arrivals must be a number"):
        turnout.required_agents(arrivals=minutes, interval_s=1800, aht_s=300)


def test_measures_that_name_none_are_refused() -> None:
    """Not taken for all, and no empty result."""
    for arrivals in (150, [150, 90]):
        with pytest.raises(ValueError, match="measures names none; leave it out for all"):
            turnout.service_metrics(arrivals=arrivals, aht_s=300, agents=28, measures=[], **HALF_HOUR)


def test_expressions_stand_beside_numbers_alone() -> None:
    """An array has no row of a frame to come."""
    with pytest.raises(TypeError, match=r"agents must be a number or an expression beside expressions, not list"):
        turnout.erlang_c(pl.col("load"), [1, 2])


def test_published_examples() -> None:
    """Each with its source."""
    # callcentrehelper.com, "Erlang C Formula - Made Simple With an Easy Worked Example": 100 calls in half an hour of
    # 3 minutes, 80 % in 20 s: 14 agents, service level 88.8 %, ASA 7.8 s, occupancy 71.4 %; 20 at a shrinkage of 30 %.
    need = turnout.required_agents(arrivals=100, aht_s=180, shrinkage=0.3, **HALF_HOUR)
    assert (need.required_agents, need.scheduled_agents) == (14, 20)
    found = service(100, 180, 14)
    assert [round(found[name], 3) for name in ("service_level", "occupancy")] == [0.888, 0.714]
    assert round(found["asa_s"], 1) == 7.8
    # Gans, Koole & Mandelbaum, "Telephone Call Centers: Tutorial, Review, and Research Prospects" (2003), section 4.2.2:
    # 48 calls a minute of one minute, 50 agents: ASA 20.8 s; patience of 2 minutes: ASA 3.7 s and 3.1 % leave.
    calls = {"arrivals": 48, "interval_s": 60, "aht_s": 60, "agents": 50}
    assert round(turnout.service_metrics(**calls).asa_s, 1) == 20.8
    patient = turnout.service_metrics(**calls, patience_s=120)
    assert round(patient.asa_s, 1) == 3.7
    assert round(patient.abandon_probability, 3) == 0.031
    # Printed tables of Erlang B: 12.03 erlangs at 20 lines, and 84.06 at 100, lose 1 %.
    assert turnout.erlang_b([12.03, 84.06], [20, 100]).round(4).tolist() == [0.01, 0.01]
