"""Laws of queues and staffing, through the public face."""

from __future__ import annotations

import json
import math
import pickle
import threading
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import turnout

FILE = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "erlang.json").read_text("utf-8"))
LOADS = st.floats(-3, 4).map(lambda power: 10.0**power)
PATIENCE = st.one_of(st.just(math.inf), st.floats(-2, 5).map(lambda power: 10.0**power))
DEFINITIONS = ("offered", "answered", "exclude_abandons_within_target", "count_abandons_within_target", "virtual")


def columns(part: str) -> dict[str, np.ndarray[Any, Any]]:
    """The vectors of 50 digits, as columns; patience is in handle times, null is endless."""
    table = FILE[part]
    cells = [[math.inf if cell is None else cell for cell in row] for row in table["rows"]]
    return dict(zip(table["columns"], np.array(cells, float).T, strict=True))


def test_there_are_thousands_of_vectors() -> None:
    """From 1e-6 to 1e6 erlangs."""
    b_c, a = columns("b_c"), columns("a")
    assert len(b_c["agents"]) * 2 + len(a["agents"]) > 2000
    for loads in (b_c["offered_load"], a["offered_load"]):
        assert loads.min() < 1e-5
        assert loads.max() > 1e5


def test_b_and_c_and_a_are_exact() -> None:
    """To 1e-12 of the probability; service level and abandonment to 1e-10."""
    b_c, a = columns("b_c"), columns("a")
    found = turnout.erlang_b(b_c["offered_load"], b_c["agents"])
    np.testing.assert_allclose(found, b_c["blocking"], rtol=1e-12, atol=1e-300)
    found = turnout.erlang_c(b_c["offered_load"], b_c["agents"])
    np.testing.assert_allclose(found, b_c["wait"], rtol=1e-12, atol=1e-300)
    found = turnout.erlang_a(a["offered_load"], a["agents"], 1.0, a["patience"])
    np.testing.assert_allclose(found, a["wait"], rtol=1e-12, atol=1e-300)
    queue = {"arrivals": a["offered_load"], "interval_s": 1.0, "aht_s": 1.0, "agents": a["agents"]}
    asked = {"answer_within_s": a["time"], "patience_s": a["patience"]}
    metrics = turnout.service_metrics(**queue, **asked)
    np.testing.assert_allclose(metrics.service_level, a["answered_within"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(metrics.abandon_probability, a["abandon"], rtol=0, atol=1e-10)
    virtual = turnout.service_metrics(**queue, **asked, definition="virtual", measures=["service_level"])
    np.testing.assert_allclose(virtual.service_level, a["virtual_within"], rtol=0, atol=1e-10)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(LOADS, st.floats(0, 3), PATIENCE), min_size=1, max_size=40),
    definition=st.sampled_from(DEFINITIONS),
)
def test_one_by_one_and_all_at_once_are_the_same_bits(rows: list[tuple[float, float, float]], definition: Any) -> None:
    """Scalars, arrays, series and expressions."""
    loads, ratios, patience = (np.array(column) for column in zip(*rows, strict=True))
    queue = {"arrivals": loads * 6, "interval_s": 1800.0, "aht_s": 300.0, "patience_s": patience}
    agents = loads * ratios
    array = turnout.service_metrics(**queue, agents=agents, definition=definition).as_dict()
    need = turnout.required_agents(**queue, definition=definition, max_occupancy=0.9, shrinkage=0.3).as_dict()
    frame = pl.DataFrame({**{name: queue[name] for name in ("arrivals", "patience_s")}, "agents": agents})
    column = {name: pl.col(name) for name in frame.columns}
    lazy = frame.lazy().select(
        turnout.service_metrics(interval_s=1800, aht_s=300, definition=definition, **column).struct.unnest()
    )
    assert lazy.collect().equals(pl.DataFrame(array))
    for row in range(len(rows)):
        one = {name: values if isinstance(values, float) else float(values[row]) for name, values in queue.items()}
        alone = turnout.service_metrics(**one, agents=float(agents[row]), definition=definition).as_dict()
        np.testing.assert_equal({name: values[row] for name, values in array.items()}, alone)
        alone = turnout.required_agents(**one, definition=definition, max_occupancy=0.9, shrinkage=0.3).as_dict()
        assert {name: values[row] for name, values in need.items()} == alone


@settings(deadline=None)
@given(load=LOADS, patience=PATIENCE, level=st.floats(0.01, 0.999), within=st.floats(0, 120))
def test_one_agent_less_is_not_enough(load: float, patience: float, level: float, within: float) -> None:
    """Every requirement is feasible and minimal."""
    queue = {"arrivals": load * 6, "interval_s": 1800.0, "aht_s": 300.0, "patience_s": patience}
    need = turnout.required_agents(**queue, service_level=level, answer_within_s=within)
    reached = turnout.service_metrics(**queue, agents=need.required_agents, answer_within_s=within)
    assert reached.service_level >= level * (1 - 1e-9)
    less = need.required_agents - 1
    if less >= (1 if patience < math.inf else math.floor(load) + 1):
        missed = turnout.service_metrics(**queue, agents=less, answer_within_s=within)
        assert missed.service_level < level * (1 + 1e-9)
    part = turnout.required_agents(**queue, service_level=level, answer_within_s=within, fractional=True)
    assert part.required_agents <= need.required_agents * (1 + 1e-9)


@settings(deadline=None)
@given(load=LOADS, ratio=st.floats(0.1, 3), patience=PATIENCE, probability=st.floats(0.01, 0.99))
def test_quantiles_invert_the_service_level(load: float, ratio: float, patience: float, probability: float) -> None:
    """Who has waited no longer than the quantile: answered within it, or gone within it."""
    queue = {"arrivals": load, "interval_s": 300.0, "aht_s": 300.0, "agents": load * ratio, "patience_s": patience}
    wait_s = turnout.erlang_wait_quantile(probability, **queue)
    if 0 < wait_s < math.inf:
        gone = turnout.service_metrics(**queue, answer_within_s=wait_s, definition="count_abandons_within_target")
        assert gone.service_level == pytest.approx(probability, abs=1e-6)


def test_results_are_compared_pickled_and_frozen() -> None:
    """By value, also through other processes."""
    need = turnout.required_agents(arrivals=150, interval_s=1800, aht_s=300)
    assert pickle.loads(pickle.dumps(need)) == need
    assert need == turnout.required_agents(arrivals=150.0, interval_s=1800, aht_s=300)
    assert need != turnout.required_agents(arrivals=151, interval_s=1800, aht_s=300)
    assert need != 3
    with pytest.raises(AttributeError):
        need.required_agents = 3  # type: ignore[misc]
    column = turnout.service_metrics(arrivals=pl.Series([150]), interval_s=1800, aht_s=300, agents=28)
    assert pickle.loads(pickle.dumps(column)) == column
    arrays = turnout.required_agents(arrivals=[150, math.nan], interval_s=1800, aht_s=300)
    assert arrays == turnout.required_agents(arrivals=[150, math.nan], interval_s=1800, aht_s=300) != column
    once = turnout.retrial_metrics(arrivals=[150, 90], interval_s=1800, aht_s=300, agents=28)
    assert once == turnout.retrial_metrics(arrivals=[150, 90], interval_s=1800, aht_s=300, agents=28)
    assert once != turnout.retrial_metrics(arrivals=[150, 91], interval_s=1800, aht_s=300, agents=28)


def test_many_threads_give_what_one_gives() -> None:
    """With the GIL released, over arrays that they share."""
    loads = np.random.default_rng(7).lognormal(3.2, 1, 20_000)
    queue = {"arrivals": loads, "interval_s": 300.0, "aht_s": 300.0}
    expected = turnout.required_agents(**queue).required_agents
    found: list[Any] = [None] * 4

    def work(place: int) -> None:
        found[place] = turnout.required_agents(**queue).required_agents

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in found:
        np.testing.assert_array_equal(one, expected)
