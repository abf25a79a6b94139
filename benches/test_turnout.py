"""turnout's own paths under pytest-benchmark: `pytest benches/test_turnout.py`.

Each benchmark also checks its answers, so that with `--benchmark-disable` this is a quick test of the workload itself.
"""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

import pytest

from benches.documents import turnout_document
from benches.peers import ours, twin
from benches.workload import COLD_TOGGLES, MAIN, PLAIN, RAMP_ONLY, callers, columns, toggles

turnout = pytest.importorskip("turnout")
pytest.importorskip("turnout._core")


@pytest.fixture(scope="module")
def engine() -> Any:
    return ours.engine(toggles())


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, dict[str, Any]]]:
    return [(caller.unit, caller.attributes) for caller in callers()]


@pytest.fixture(scope="module")
def answers() -> list[bool]:
    """The main toggle's answers from the Python twin."""
    oracle = twin.Twin(toggles())
    return [oracle.is_enabled(MAIN, caller.unit, caller.attributes) for caller in callers()]


def test_by_name(benchmark: Any, engine: Any, pairs: Any, answers: list[bool]) -> None:
    assert [engine.is_enabled(MAIN, *pair) for pair in pairs] == answers
    turns = cycle(pairs)
    benchmark(lambda: engine.is_enabled(MAIN, *next(turns)))


def test_evaluation(benchmark: Any, engine: Any, pairs: Any, answers: list[bool]) -> None:
    assert [engine.evaluate(MAIN, *pair).enabled for pair in pairs] == answers
    turns = cycle(pairs)
    benchmark(lambda: engine.evaluate(MAIN, *next(turns)))


def test_handle_with_context(benchmark: Any, engine: Any, pairs: Any, answers: list[bool]) -> None:
    contexts = [turnout.Context(*pair) for pair in pairs]
    handle = engine.toggle(MAIN)
    assert [handle.is_enabled(context) for context in contexts] == answers
    turns = cycle(contexts)
    benchmark(lambda: handle.is_enabled(next(turns)))


def test_plain_by_handle(benchmark: Any, engine: Any, pairs: Any) -> None:
    handle = engine.toggle(PLAIN)
    assert all(handle.is_enabled(*pair) for pair in pairs)
    turns = cycle(pairs)
    benchmark(lambda: handle.is_enabled(*next(turns)))


def test_all_toggles(benchmark: Any, engine: Any, pairs: Any) -> None:
    contexts = [turnout.Context(*pair) for pair in pairs[:64]]
    assert len(engine.evaluate_all(contexts[0])) == len(toggles())
    turns = cycle(contexts)
    benchmark(lambda: engine.evaluate_all(next(turns)))


def test_explain(benchmark: Any, engine: Any, pairs: Any) -> None:
    explanation = engine.explain(MAIN, *pairs[0])
    assert explanation.evaluation.key == MAIN
    assert explanation.steps
    turns = cycle(pairs)
    benchmark(lambda: engine.explain(MAIN, *next(turns)))


@pytest.mark.parametrize("coded", [False, True], ids=["strings", "categorical"])
def test_columns(benchmark: Any, engine: Any, coded: bool) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(columns(20_000))
    if coded:
        frame = frame.with_columns(pl.col("plan", "country").cast(pl.Categorical))
    units, attributes = frame["unit"], frame.drop("unit")
    enabled = benchmark(lambda: engine.evaluate_many(MAIN, units, attributes).enabled)
    oracle = twin.Twin(toggles())
    rows = attributes.with_columns(pl.col("plan", "country").cast(pl.String)).iter_rows(named=True)
    assert enabled.tolist() == [oracle.is_enabled(MAIN, *pair) for pair in zip(units, rows, strict=True)]


def test_ramp_over_ids(benchmark: Any, engine: Any) -> None:
    pl = pytest.importorskip("polars")
    units = pl.Series(columns(50_000)["unit"])
    enabled = benchmark(lambda: engine.evaluate_many(RAMP_ONLY, units).enabled)
    assert enabled.tolist() == [twin.exposed(RAMP_ONLY, unit, 30) for unit in units]


@pytest.mark.parametrize("count", [200, COLD_TOGGLES])
def test_load(benchmark: Any, count: int) -> None:
    data = json.dumps(turnout_document(toggles(count))).encode()
    policy = benchmark.pedantic(lambda: turnout.Policy.from_bytes(data, format="json"), rounds=5)
    assert len(policy) == count
    assert not policy.problems
