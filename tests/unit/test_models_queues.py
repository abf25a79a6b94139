"""Retrials, doubtful forecasts and chats: known answers, edges, faults, and what goes in and comes out."""

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
MEASURES = ("wait_probability", "abandon_probability", "asa_s", "answered_asa_s", "mean_queue_length")
COLUMNS = ("wait", "abandon", "asa", "answered_asa", "queue_length")

RETRIAL = {"arrivals": 120, "interval_s": 1800, "aht_s": 300, "patience_s": 90, "retry_probability": 0.6, "lines": 40}
FORECAST = {"arrivals": 200, "interval_s": 1800, "aht_s": 300, "patience_s": 120, "arrivals_cv": 0.2}
CHAT = {"arrivals": 60, "interval_s": 1800, "aht_by_level_s": [240, 300, 400], "patience_s": 60}
METRICS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (turnout.retrial_metrics, {**RETRIAL, "agents": 17}),
    (turnout.forecast_metrics, {**FORECAST, "agents": 38}),
    (turnout.chat_metrics, {**CHAT, "agents": 7}),
]
REQUIRED: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (turnout.retrial_required_agents, RETRIAL),
    (turnout.forecast_required_agents, FORECAST),
    (turnout.chat_required_agents, CHAT),
]
ALL = METRICS + REQUIRED


def vectors(section: str) -> pl.DataFrame:
    """A section of the vectors; null is infinite."""
    rows = [[math.inf if cell is None else cell for cell in row] for row in FILE[section]["rows"]]
    return pl.DataFrame(np.array(rows, float), schema=FILE[section]["columns"])


def near(found: Any, known: Any, bound: float) -> None:
    """Differences relative to what is above 1."""
    known = np.asarray(known, float)
    errors = np.abs(np.asarray(found) - known) / np.maximum(np.abs(known), 1)
    assert errors.max() <= bound


def test_retrials_against_chains() -> None:
    """The chains of Erlang A with so many lines, each at its fixed point, solved state by state."""
    rows = vectors("retrials")
    told = {
        "arrivals": rows["arrival_rate"], "interval_s": 1, "aht_s": rows["aht"], "patience_s": rows["patience"],
        "agents": rows["agents"], "lines": rows["lines"], "retry_probability": rows["retry"],
        "blocked_retry_probability": rows["blocked_retry"], "answer_within_s": rows["time"],
    }  # fmt: skip
    found = turnout.retrial_metrics(**told)
    near(found.attempts / rows["arrival_rate"], rows["attempts"] / rows["arrival_rate"], 1e-12)
    near(found.blocking_probability, rows["blocking"], 1e-12)
    for measure, column in zip(MEASURES, COLUMNS, strict=True):
        near(getattr(found, measure), rows[column], 1e-11)
    near(found.service_level, rows["answered_within"], 1e-11)
    near(turnout.retrial_metrics(**told, definition="virtual").service_level, rows["virtual_within"], 1e-11)
    counted = turnout.retrial_metrics(**told, definition="count_abandons_within_target").service_level
    near(counted, rows["answered_within"] + rows["abandoned_within"], 1e-11)


def test_chats_against_chains() -> None:
    """The birth-death chain of chats, solved state by state."""
    for row in vectors("chats").iter_rows(named=True):
        found = turnout.chat_metrics(
            arrivals=row["arrival_rate"],
            interval_s=1,
            aht_by_level_s=[row["aht_1"], row["aht_2"], row["aht_3"]],
            patience_s=row["patience"],
            agents=row["agents"],
            answer_within_s=row["time"],
        )
        for measure, column in zip(MEASURES, COLUMNS, strict=True):
            near(getattr(found, measure), row[column], 1e-11)
        near([found.service_level, found.aht_s], [row["answered_within"], row["aht"]], 1e-11)
        near(found.busy_share, row["occupancy"], 1e-12)


@pytest.mark.parametrize(("nodes", "bound"), [(9, 1e-4), (65, 1e-12)])
def test_forecasts_against_integrals(nodes: int, bound: float) -> None:
    """Nine nodes are good to 1e-4 here, and more to more."""
    rows = vectors("forecasts")
    found = turnout.forecast_metrics(
        arrivals=rows["load"], interval_s=1, aht_s=1, patience_s=rows["patience"], agents=rows["agents"],
        arrivals_cv=rows["cv"], answer_within_s=rows["time"], nodes=nodes,
    )  # fmt: skip
    near(found.abandon_probability, rows["abandon"], bound)
    near(found.service_level, rows["answered_within"], bound)
    near(found.interval_service_level, rows["interval_level"], bound)
    near(found.wait_probability, rows["wait"], bound)


@pytest.mark.parametrize(("required", "told"), REQUIRED)
def test_required_agents_are_enough_and_one_less_is_not(required: Callable[..., Any], told: dict[str, Any]) -> None:
    """By the measures of the same model."""
    measured = {
        turnout.retrial_required_agents: turnout.retrial_metrics,
        turnout.chat_required_agents: turnout.chat_metrics,
    }
    metrics: Callable[..., Any] = measured.get(required, turnout.forecast_metrics)
    for target in ({}, {"max_abandon": 0.01, "service_level": None}, {"asa_s": 2}, {"max_occupancy": 0.5}):
        found = required(**told, **target, shrinkage=0.3)
        asked = {"service_level": 0.8, **target}
        for agents, is_enough in ((found.required_agents, True), (found.required_agents - 1, False)):
            got = metrics(**told, agents=agents)
            met = [
                asked["service_level"] is None or got.service_level >= asked["service_level"],
                "max_abandon" not in asked or got.abandon_probability <= 0.01,
                "asa_s" not in asked or got.asa_s <= 2,
                "max_occupancy" not in asked or got.occupancy <= 0.5,
            ]
            assert all(met) == is_enough
        assert found.scheduled_unrounded == pytest.approx(found.required_agents / 0.7)
        assert found.scheduled_agents == math.ceil(found.scheduled_unrounded - 1e-9)
        assert found.binding in asked


def test_what_the_models_add() -> None:
    """Without what they add, they are Erlang's: 5 erlangs take 8 agents for 80 % in 20 s."""
    hour: dict[str, Any] = {"arrivals": 50, "interval_s": 3600, "aht_s": 360}
    loads = [
        turnout.retrial_required_agents(**hour),
        turnout.forecast_required_agents(**hour, arrivals_cv=0),
        turnout.chat_required_agents(arrivals=50, interval_s=3600, aht_by_level_s=[360]),
    ]
    assert [(one.required_agents, one.binding, one.offered_load) for one in loads] == [(8, "service_level", 5)] * 3
    tries = turnout.retrial_metrics(**RETRIAL, agents=17)
    assert tries.attempts == pytest.approx(120 / (1 - 0.6 * tries.abandon_probability), rel=1e-6)
    more = turnout.retrial_metrics(**{**RETRIAL, "lines": 20}, blocked_retry_probability=0.5, agents=17)
    assert more.blocking_probability > 0.1
    assert more.attempts > 120


def test_parts_of_agents() -> None:
    """Where the model allows; lines make them whole."""
    endless = {**RETRIAL, "lines": None}
    part = turnout.retrial_required_agents(**endless, fractional=True).required_agents
    whole = turnout.retrial_required_agents(**endless).required_agents
    assert part % 1 != 0
    assert math.ceil(part) == whole
    assert turnout.retrial_required_agents(**RETRIAL, fractional=True).required_agents % 1 == 0
    assert turnout.forecast_required_agents(**FORECAST, fractional=True).required_agents % 1 != 0


@pytest.mark.parametrize(("asked", "told"), ALL)
def test_a_queue_without_contacts(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """It needs nobody and keeps nobody waiting."""
    found = asked(**{**told, "arrivals": 0})
    if "agents" in told:
        assert (found.service_level, found.asa_s, found.wait_probability, found.stable) == (1, 0, 0, True)
    else:
        assert (found.required_agents, found.binding, found.scheduled_agents) == (0, None, 0)
        few = asked(**{**told, "arrivals": 0}, min_agents=2)
        assert (few.required_agents, few.binding) == (2, "min_agents")


@pytest.mark.parametrize(("asked", "told"), METRICS)
def test_a_queue_without_agents(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """Nobody is answered, and without patience to end the wait is infinite and the queue not stable."""
    assert asked(**{**told, "agents": 0}).abandon_probability == pytest.approx(1)
    endless = asked(**{**told, "agents": 0, "patience_s": None, **({"lines": None} if "lines" in told else {})})
    assert (endless.service_level, endless.stable, endless.asa_s) == (0, False, math.inf)


@pytest.mark.parametrize(("asked", "told"), REQUIRED)
def test_targets_out_of_reach(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """An error for one queue; among several no number. With as many agents as lines nobody waits."""
    told = {**told, **({"lines": None} if "lines" in told else {})}
    with pytest.raises(ValueError, match=r"^no number of agents reaches service_level 1; choose an easier target$"):
        asked(**told, service_level=1, answer_within_s=0)
    several = asked(**told, service_level=[0.8, 1], answer_within_s=0)
    assert np.isnan(several.required_agents).tolist() == [False, True]
    assert np.isnan(several.scheduled_agents).tolist() == [False, True]
    column = asked(**told, service_level=pl.Series([0.8, 1]), answer_within_s=0)
    assert column.required_agents.is_null().to_list() == [False, True]
    assert column.binding.to_list() == ["service_level", "service_level"]


NUMBERS = [
    (asked, told, name)
    for asked, told in ALL
    for name in (*told, "answer_within_s", *(() if "agents" in told else ("max_abandon", "min_agents", "shrinkage")))
    if name != "aht_by_level_s"
]


@pytest.mark.parametrize(("asked", "told", "name"), NUMBERS)
def test_nan_in_nan_out_and_nulls_stay_null(asked: Callable[..., Any], told: dict[str, Any], name: str) -> None:
    """Of any argument; what is null is null in every answer."""
    usual = {"answer_within_s": 20, "max_abandon": 0.1, "min_agents": 1, "shrinkage": 0.1, **told}[name]
    found = asked(**{**told, name: pl.Series([usual, None, math.nan], dtype=pl.Float64)})
    for measure, column in found.as_dict().items():
        assert column.is_null().to_list() == [False, True, measure == "binding" and name != "shrinkage"]
        if column.dtype == pl.Float64 and (measure != "offered_load" or "agents" in told) and name != "shrinkage":
            assert math.isnan(column[2])
    array = asked(**{**told, name: np.array([usual, math.nan])})
    first = array.scheduled_agents if "binding" in array.as_dict() else array.service_level
    assert np.isnan(first).tolist() == [False, True]
    single = asked(**{**told, name: math.nan})
    last = single.scheduled_agents if "binding" in single.as_dict() else single.service_level
    assert math.isnan(last)


@pytest.mark.parametrize(("asked", "told"), ALL)
def test_kinds(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """Numbers give floats, arrays arrays, a series series; none of them another number."""
    one = asked(**told).as_dict()
    many = asked(**{**told, "arrivals": np.array([[told["arrivals"]] * 2] * 3)}).as_dict()
    column = asked(**{**told, "patience_s": pl.Series("p", [told["patience_s"]] * 2)}).as_dict()
    for name, value in one.items():
        assert type(value) is {"stable": bool, "binding": str}.get(name, float)
        assert many[name].shape == (3, 2)
        assert many[name].dtype == {"stable": np.bool_, "binding": np.object_}.get(name, np.float64)
        assert (many[name] == value).all()
        assert column[name].to_list() == [value, value]
        assert column[name].name == name
        assert column[name].dtype == {"stable": pl.Boolean, "binding": pl.Enum}.get(name, pl.Float64)
    for empty in (np.array([]), [], pl.Series([], dtype=pl.Float64)):
        assert {len(values) for values in asked(**{**told, "arrivals": empty}).as_dict().values()} == {0}


@pytest.mark.parametrize(("asked", "told"), ALL)
def test_arguments_of_all_that_are_faulty(asked: Callable[..., Any], told: dict[str, Any]) -> None:
    """They are named with their column and row."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"arrivals": [1, 2, 3, -1]}, "arrivals[3] must be 0 or more and finite, not -1"),
        ({"arrivals": -1}, "arrivals must be 0 or more and finite, not -1"),
        ({"arrivals": pl.Series([math.inf])}, "arrivals[0] must be 0 or more and finite, not inf"),
        ({"arrivals": np.array([[1, 2], [3, -1]])}, "arrivals[1, 1] must be 0 or more and finite, not -1"),
        ({"interval_s": 0}, "interval_s must be above 0 and finite, not 0"),
        ({"patience_s": [-1], "arrivals": [1, 1]}, "patience_s must be 0 or more (infinite: nobody leaves), not -1"),
        ({"answer_within_s": [20, -1]}, "answer_within_s[1] must be 0 or more and finite, not -1"),
        ({"definition": "best"}, "definition must be one of offered, answered, exclude_abandons_within_target, "
         "count_abandons_within_target, exclude_short_abandons, virtual, not 'best'"),
    ]  # fmt: skip
    if "agents" not in told:
        cases += [
            ({"shrinkage": [0.3, 1]}, "shrinkage[1] must be from 0 to below 1, not 1"),
            ({"service_level": 80}, "service_level must be from 0 to 1, not 80"),
            ({"max_occupancy": 0}, "max_occupancy must be above 0 and at most 1, not 0"),
            ({"service_level": None}, "targets must be one or more of service_level, asa_s, max_occupancy, "
             "max_abandon, max_wait_probability"),
        ]  # fmt: skip
    for changed, message in cases:
        with pytest.raises(ValueError, match=r".") as error:
            asked(**{**told, **changed})
        assert str(error.value) == message
    for changed, message in (
        ({"arrivals": "many"}, "arrivals must be a number, an array of numbers or a Polars series; got str"),
        ({"arrivals": None}, "arrivals is needed"),
        ({"short_abandon_s": 5}, 'short_abandon_s goes with definition="exclude_short_abandons"'),
        ({"definition": "exclude_short_abandons"}, 'short_abandon_s is needed for definition="exclude_short_abandons"'),
    ):
        with pytest.raises(TypeError) as wrong:
            asked(**{**told, **changed})
        assert str(wrong.value) == message


@pytest.mark.parametrize(
    ("asked", "changed", "message"),
    [
        (0, {"retry_probability": 1}, "retry_probability must be from 0 to below 1, not 1"),
        (0, {"blocked_retry_probability": [0, 2]}, "blocked_retry_probability[1] must be from 0 to below 1, not 2"),
        (0, {"lines": 0}, "lines must be a whole number from 1 (infinite: without limit), not 0"),
        (0, {"lines": 9e6, "agents": 9e6, "arrivals": 1e9}, "; divide the contacts over several queues, or give fewer agents or lines"),
        (0, {"agents": 17.5}, "agents must be 0 or more, finite, and whole where states are counted, not 17.5"),
        (1, {"arrivals_cv": [0.1, 11]}, "arrivals_cv[1] must be from 0 to 10, not 11"),
        (1, {"nodes": 3}, "nodes must be from 5 to 65, not 3"),
        (1, {"nodes": -3}, "nodes must be from 5 to 65, not -3"),
        (2, {"aht_by_level_s": [240, 200], "arrivals": [1, 2, 3]}, "aht_by_level_s[1] must be above 0, finite, and not falling from one level to the next, not 200"),
        (2, {"aht_by_level_s": []}, "aht_by_level_s has 0 values where 1 are needed"),
        (2, {"aht_by_level_s": [[240]]}, "aht_by_level_s must have one dimension, not 2"),
        (2, {"aht_by_level_s": [240] * 101}, "the model would need more than 100 levels of concurrency; an agent cannot have so many chats at once"),
        (2, {"agents": 2e6}, "; divide the contacts over several queues, or give fewer agents or lines"),
    ],
)  # fmt: skip
def test_arguments_of_one_that_are_faulty(asked: int, changed: dict[str, Any], message: str) -> None:
    """They are named, and limits say what to do."""
    model, told = METRICS[asked]
    with pytest.raises(ValueError, match=r".") as error:
        model(**{**told, **changed})
    assert str(error.value).endswith(message)


def test_levels_of_every_kind() -> None:
    """A list, an array and a series say the same; one number is no list."""
    told = {**CHAT, "agents": 7}
    known = turnout.chat_metrics(**told).as_dict()
    for levels in (np.array([240, 300, 400]), pl.Series([240, 300, 400]), (240.0, 300, 400)):
        assert turnout.chat_metrics(**{**told, "aht_by_level_s": levels}).as_dict() == known
    with pytest.raises(TypeError, match=r"^aht_by_level_s must be a list, an array or a series, not one number$"):
        turnout.chat_metrics(**{**told, "aht_by_level_s": 240})
    with pytest.raises(TypeError, match=r"^nodes: "):
        turnout.forecast_metrics(**FORECAST, agents=38, nodes="many")
    assert math.isnan(turnout.chat_metrics(**{**told, "aht_by_level_s": [240, None]}).aht_s)


def test_short_abandons_of_each_row() -> None:
    """Their time is a column like others."""
    told: dict[str, Any] = {**RETRIAL, "agents": 17, "definition": "exclude_short_abandons"}
    levels = turnout.retrial_metrics(**told, short_abandon_s=[0, 5, 60]).service_level
    assert levels[0] < levels[1] < levels[2]
    assert levels[0] == turnout.retrial_metrics(**RETRIAL, agents=17).service_level
