"""The live queue: known answers, edges, faults, and what goes in and comes out."""

from __future__ import annotations

import decimal
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout

ROOT = Path(__file__).resolve().parents[2]
FILE = json.loads((ROOT / "tests" / "vectors" / "wait.json").read_text("utf-8"))
PLAIN: list[dict[str, Any]] = FILE["queues"]
OVERTAKEN: list[dict[str, Any]] = FILE["overtaken"]
ASKED = (turnout.expected_wait, turnout.wait_variance, turnout.answer_probability)


def column(rows: list[dict[str, Any]], name: str) -> np.ndarray[Any, Any]:
    """A column of the vectors; null is infinite."""
    return np.array([math.inf if row[name] is None else row[name] for row in rows], float)


def told(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the functions are told about queues."""
    names = ("contacts_ahead", "agents", "aht_s", "patience_s", "priority_arrivals_per_hour")
    return {name: column(rows, name) for name in names if name in rows[0]}


def near(found: Any, expected: Any, relative: float) -> None:
    """The largest relative difference."""
    np.testing.assert_allclose(found, expected, rtol=relative, atol=0)


def test_the_vectors_say_what_their_script_says() -> None:
    """The first and the last rows; all of them take minutes."""
    pytest.importorskip("mpmath")
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import wait_vectors
    finally:
        sys.path.pop(0)
    assert len(PLAIN) == len(wait_vectors.plain_cases()) > 250
    assert len(OVERTAKEN) == len(wait_vectors.overtaken_cases()) > 50
    for row, case in list(zip(PLAIN, wait_vectors.plain_cases(), strict=True))[::40]:
        if row["contacts_ahead"] <= 600:
            assert json.loads(json.dumps(wait_vectors.answer(case))) == row
    row, case = OVERTAKEN[7], wait_vectors.overtaken_cases()[7]
    assert json.loads(json.dumps(wait_vectors.overtaken_answer(case))) == row


def test_known_answers() -> None:
    """Mean, variance, probabilities and quantiles against mpmath."""
    queues = told(PLAIN)
    near(turnout.expected_wait(**queues), column(PLAIN, "expected_wait_s"), 1e-14)
    near(turnout.wait_variance(**queues), column(PLAIN, "wait_variance"), 1e-14)
    near(turnout.answer_probability(**queues), column(PLAIN, "answer_probability"), 1e-15)
    levels = turnout.answer_probability(**queues, answer_within_s=column(PLAIN, "answer_within_s"))
    np.testing.assert_allclose(levels, column(PLAIN, "service_level"), rtol=0, atol=1e-13)
    for place, probability in enumerate(FILE["quantiles"]):
        expected = [row["wait_quantiles_s"][place] for row in PLAIN]
        near(turnout.wait_quantile(probability, **queues), expected, 2e-12)


def test_known_answers_with_overtaking() -> None:
    """The same, where higher classes arrive."""
    queues = told(OVERTAKEN)
    near(turnout.expected_wait(**queues), column(OVERTAKEN, "expected_wait_s"), 1e-13)
    near(turnout.wait_variance(**queues), column(OVERTAKEN, "wait_variance"), 1e-12)
    near(turnout.answer_probability(**queues), column(OVERTAKEN, "answer_probability"), 1e-12)
    levels = turnout.answer_probability(**queues, answer_within_s=column(OVERTAKEN, "answer_within_s"))
    np.testing.assert_allclose(levels, column(OVERTAKEN, "service_level"), rtol=0, atol=1e-9)
    for place in (1, 2):
        probabilities = np.array([row["probabilities"][place] for row in OVERTAKEN])
        usual = (probabilities > 1e-4) & (probabilities < 0.9999)
        assert usual.sum() > 30
        found = np.asarray(turnout.wait_quantile(probabilities, **queues))
        near(found[usual], np.array([row["times_s"][place] for row in OVERTAKEN])[usual], 1e-6)


def test_closed_forms() -> None:
    """What is known without tables: one exponential, sums of equal ones, and a harmonic sum."""
    assert turnout.expected_wait(0, agents=5, aht_s=300, patience_s=77) == 60
    assert turnout.wait_quantile(0.5, 0, agents=5, aht_s=300) == pytest.approx(60 * math.log(2), rel=1e-15)
    assert turnout.expected_wait(3, agents=1, aht_s=60, patience_s=60) == pytest.approx(
        60 * (1 + 1 / 2 + 1 / 3 + 1 / 4)
    )
    assert turnout.wait_variance(8, agents=3, aht_s=60) == pytest.approx(9 * 20**2)
    assert turnout.answer_probability(3, agents=1, aht_s=60, patience_s=60) == 1 / 5
    # Two starts within the time are as likely as two or more of Poisson's law.
    assert turnout.answer_probability(1, 2, 60, answer_within_s=30) == pytest.approx(1 - 2 * math.exp(-1), rel=1e-14)


@pytest.mark.parametrize(
    ("queue", "wait", "answered"),
    [
        ({"agents": 0}, math.inf, 0.0),
        ({"agents": 0, "idle_agents": 1}, math.inf, 0.0),
        ({"agents": 0, "aht_s": 0}, math.inf, 0.0),
        ({"agents": 0, "starts_per_hour": 60}, math.inf, 0.0),
        ({"starts_per_hour": 0}, math.inf, 0.0),
        ({"idle_agents": 1}, 0.0, 1.0),
        ({"idle_agents": 0.2, "agents": 0.5}, 0.0, 1.0),
        ({"idle_agents": 1, "patience_s": 0}, 0.0, 1.0),
        ({"aht_s": 0}, 0.0, 1.0),
        ({"patience_s": 0}, 30.0, 0.0),
        ({"patience_s": math.inf}, 150.0, 1.0),
        ({"agents": 2.5}, 600.0, 1.0),
        ({"starts_per_hour": 60}, 300.0, 1.0),
        ({"priority_arrivals_per_hour": 60}, 300.0, 1.0),
        ({"priority_arrivals_per_hour": 120}, math.inf, 1.0),
        ({"priority_arrivals_per_hour": 240}, math.inf, 2.0**-5),
    ],
)
def test_edges(queue: dict[str, Any], wait: float, answered: float) -> None:
    """Four ahead of ten agents with calls of 300 s, but for what is said: closed is never 0, free is never a wait."""
    given = {"contacts_ahead": 4, "agents": 10, "aht_s": 300, **queue}
    assert turnout.expected_wait(**given) == pytest.approx(wait, rel=1e-12)
    assert turnout.answer_probability(**given) == pytest.approx(answered, rel=1e-12)
    assert (
        turnout.wait_variance(**given) == (pytest.approx(0) if wait == 0 else pytest.approx(math.inf))
        or wait < math.inf
    )
    median = turnout.wait_quantile(0.5, **given)
    assert (
        median == wait
        if wait in (0, math.inf) and answered in (0, 1) and "priority_arrivals_per_hour" not in queue
        else median > 0
    )
    if wait == 0 or (wait == math.inf and answered == 0):
        assert turnout.answer_probability(**given, answer_within_s=0) == answered
    else:
        assert turnout.answer_probability(**given, answer_within_s=0) == 0


def test_quantiles_at_their_ends() -> None:
    """Nothing is below 0, nothing certain within a time."""
    assert turnout.wait_quantile([0, 1], 4, 10, 300, patience_s=600).tolist() == [0, math.inf]
    assert turnout.wait_quantile([0, 1], 4, 0, 300).tolist() == [math.inf, math.inf]
    assert turnout.wait_quantile([0, 1], 4, 10, 300, idle_agents=1).tolist() == [0, 0]


@pytest.mark.parametrize(
    "name",
    ["contacts_ahead", "agents", "aht_s", "patience_s", "idle_agents", "starts_per_hour", "priority_arrivals_per_hour"],
)
def test_nan_in_nan_out_and_nulls_stay_null(name: str) -> None:
    """Of any argument; but a null among measured starts leaves the rate to agents and handle time."""
    given: dict[str, Any] = {"contacts_ahead": 4, "agents": 10, "aht_s": 300}
    usual = {**given, "patience_s": 600, "idle_agents": 0, "starts_per_hour": 120, "priority_arrivals_per_hour": 0}[
        name
    ]
    for asked in ASKED:
        assert math.isnan(asked(**{**given, name: math.nan}))
        found = asked(**{**given, name: np.array([usual, math.nan])})
        assert np.isnan(found).tolist() == [False, True]
        series = asked(**{**given, name: pl.Series([usual, None, math.nan], dtype=pl.Float64)})
        filled = name == "starts_per_hour"
        assert series.is_null().to_list() == [False, not filled, False]
        assert math.isnan(series[2])
        if filled:
            assert series[1] == asked(**given)
        nulls = asked(**{**given, name: pl.Series([None, None])})
        assert nulls.null_count() == (0 if filled else 2)
        assert nulls.dtype == pl.Float64
    assert math.isnan(turnout.wait_quantile(math.nan, 4, 10, 300))
    assert math.isnan(turnout.answer_probability(4, 10, 300, answer_within_s=math.nan))


def test_nulls_among_starts_are_null_where_nothing_stands_in() -> None:
    """Without agents and handle time there is no other rate."""
    found = turnout.expected_wait(pl.Series([4, 4]), starts_per_hour=pl.Series([60.0, None]))
    assert found.to_list() == [300, None]


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        ({"agents": -3}, "agents must be 0 or more and finite, not -3"),
        ({"agents": [1, 2, math.inf]}, "agents[2] must be 0 or more and finite, not inf"),
        ({"aht_s": pl.Series("aht_s", [1.0, None, -0.5])}, "aht_s[2] must be 0 or more and finite, not -0.5"),
        ({"aht_s": pl.Series("aht_s", [-0.5])}, "aht_s[0] must be 0 or more and finite, not -0.5"),
        ({"patience_s": -1}, "patience_s must be 0 or more, not -1"),
        ({"idle_agents": -math.inf}, "idle_agents must be 0 or more and finite, not -inf"),
        ({"starts_per_hour": [0, -1]}, "starts_per_hour[1] must be 0 or more and finite, not -1"),
        ({"priority_arrivals_per_hour": math.inf}, "priority_arrivals_per_hour must be 0 or more and finite, not inf"),
        ({"contacts_ahead": 2.5}, "contacts_ahead must be a whole number from 0 to 1000000, not 2.5"),
        ({"contacts_ahead": [0, 1_000_001]}, "contacts_ahead[1] must be a whole number from 0 to 1000000, not 1000001"),
        ({"contacts_ahead": np.array([[1, 2], [-3, 4]])}, "contacts_ahead[1, 0] must be a whole number from 0 to 1000000, not -3"),
        ({"agents": [1, 2], "aht_s": [1, 2, 3]}, "agents has 2 rows but aht_s has 3"),
        ({"agents": pl.Series([1, 2]), "aht_s": [[1, 2]]}, "arrays beside a Polars series must have one dimension, not several"),
        ({"agents": 10**400}, "agents is too large"),
    ],
)  # fmt: skip
def test_faulty_numbers(queue: dict[str, Any], message: str) -> None:
    """They are named with their column and row."""
    for asked in ASKED:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            asked(**{"contacts_ahead": 4, "agents": 10, "aht_s": 300, **queue})


def test_faulty_probabilities_and_targets() -> None:
    """They are named as well."""
    with pytest.raises(ValueError, match=r"^quantile must be from 0 to 1, not 1.5$"):
        turnout.wait_quantile(1.5, 4, 10, 300)
    with pytest.raises(ValueError, match=r"^quantile\[1\] must be from 0 to 1, not -0.1$"):
        turnout.wait_quantile([0.5, -0.1], 4, 10, 300)
    with pytest.raises(ValueError, match=r"^answer_within_s must be 0 or more and finite, not inf$"):
        turnout.answer_probability(4, 10, 300, answer_within_s=math.inf)


WANTED = "must be a number, an array of numbers or a Polars series; got"


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        ({"agents": "3"}, f"agents {WANTED} str"),
        ({"agents": True}, f"agents {WANTED} bool"),
        ({"agents": np.True_}, f"agents {WANTED} bool"),
        ({"agents": ["3"]}, f"agents {WANTED} an array of <U1"),
        ({"agents": [3, None, "3"]}, f"agents[2] {WANTED} str"),
        ({"agents": [[1, 2], [3]]}, f"agents {WANTED} lists of different lengths"),
        ({"agents": np.array([True])}, f"agents {WANTED} an array of bool"),
        ({"agents": np.array(["2026-01-01"], "M8[s]")}, f"agents {WANTED} an array of datetime64[s]"),
        ({"agents": {"a": 1}}, f"agents {WANTED} dict"),
        ({"agents": object()}, f"agents {WANTED} object"),
        ({"agents": pl.DataFrame({"a": [1]})}, f"agents {WANTED} DataFrame"),
        ({"agents": pl.Series(["3"])}, "agents must hold numbers; it holds String"),
        ({"agents": pl.Series([True])}, "agents must hold numbers; it holds Boolean"),
        ({"contacts_ahead": None}, "contacts_ahead is needed"),
        ({"agents": None}, "agents and aht_s are needed, or starts_per_hour"),
        ({"aht_s": None}, "agents and aht_s are needed, or starts_per_hour"),
    ],
)  # fmt: skip
def test_what_holds_no_numbers(queue: dict[str, Any], message: str) -> None:
    """It is said what it is."""
    with pytest.raises(TypeError) as error:
        turnout.expected_wait(**{"contacts_ahead": 4, "agents": 10, "aht_s": 300, **queue})
    assert str(error.value) == message


def test_numbers_of_every_kind() -> None:
    """One value, in whatever it is written."""
    expected = turnout.expected_wait(4, 10, 300)
    kinds = [4.0, np.float32(4), np.int8(4), np.uint64(4), np.array(4), np.array(4.0), decimal.Decimal(4)]
    for one in kinds:
        found = turnout.expected_wait(one, 10, 300)
        assert found == expected
        assert type(found) is float
    many: list[Any] = [
        [4, 4], (4.0, 4), np.array([4, 4], "i1"), np.array([4, 4], ">f8"), np.array([4, 4, 4, 4], "f4")[::2],
        np.array([4, 4.0], object), [decimal.Decimal(4), 4], np.ma.array([4, 4]), memoryview(np.array([4.0, 4.0])),
    ]  # fmt: skip
    for one in many:
        found = turnout.expected_wait(one, 10, 300)
        assert isinstance(found, np.ndarray)
        assert found.tolist() == [expected, expected]
    for dtype in (pl.Int8, pl.UInt32, pl.Float32, pl.Float64, pl.Decimal(10, 2)):
        series = turnout.expected_wait(pl.Series("ahead", [4, 4], dtype=dtype), 10, 300)
        assert series.to_list() == [expected, expected]
        assert (series.name, series.dtype) == ("expected_wait_s", pl.Float64)


def test_what_is_masked_is_not_known() -> None:
    """Neither are the gaps of lists."""
    masked = np.ma.array([4, 4], mask=[True, False])
    for one in (masked, [None, 4]):
        assert np.isnan(turnout.expected_wait(one, 10, 300)).tolist() == [True, False]


def test_broadcasting() -> None:
    """By numpy's rules; a series of one stands for every row; a series makes a series."""
    table = turnout.expected_wait(np.arange(3)[:, None], np.array([5, 10]), 300)
    assert table.tolist() == [[60, 30], [120, 60], [180, 90]]
    assert turnout.expected_wait([4], [5, 10], [300]).shape == (2,)
    assert turnout.expected_wait([4], 10, 300).shape == (1,)
    found = turnout.expected_wait(pl.Series([4]), np.array([5.0, 10]), 300)
    assert found.to_list() == [300, 150]
    assert turnout.expected_wait(pl.Series([None], dtype=pl.Int64), pl.Series([1, 2]), 300).null_count() == 2
    assert turnout.expected_wait(4, pl.Series([1, 2]).slice(1), 300).to_list() == [750]
    chunks = pl.concat([pl.Series([1, 2]), pl.Series([3, None])], rechunk=False)
    assert turnout.expected_wait(4, chunks, 300).to_list() == [1500, 750, 500, None]
    assert turnout.wait_quantile(pl.Series([0.5]), 4, 10, 300).name == "wait_quantile_s"
    assert turnout.wait_variance(pl.Series([4]), 10, 300).name == "wait_variance"
    assert turnout.answer_probability(pl.Series([4]), 10, 300).name == "answer_probability"


def test_nothing_gives_nothing() -> None:
    """Empty columns keep their kind."""
    for dtype in (pl.Int64, pl.Float64, pl.Null):
        empty = turnout.expected_wait(pl.Series("ahead", [], dtype=dtype), 10, 300)
        assert (empty.len(), empty.dtype) == (0, pl.Float64)
    assert turnout.expected_wait([], 10, 300).shape == (0,)
    assert turnout.expected_wait(np.empty((0, 3)), 10, 300).shape == (0, 3)
    with pytest.raises(ValueError, match="aht_s must be"):
        turnout.expected_wait([], 10, -1)


def test_arrays_are_only_read() -> None:
    """Also those that cannot be written."""
    ahead = np.arange(1000.0)
    ahead.flags.writeable = False
    before = ahead.copy()
    turnout.expected_wait(ahead, 10, 300)
    assert (ahead == before).all()


def test_plain_numbers_need_neither_numpy_nor_polars() -> None:
    """A service that asks for one queue at a time starts quickly."""
    code = "import sys, turnout; turnout.expected_wait(4, 10, 300); print({'numpy', 'polars'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ended.stdout == "set()\n"


def test_the_gil_is_released() -> None:
    """Other threads run while many rows are worked on."""
    import threading

    ahead = np.full(300_000, 400.0)
    ended = threading.Event()

    def work() -> None:
        turnout.wait_quantile(0.9, ahead, 10, 300, patience_s=600)
        ended.set()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # no thread gives way by itself
    try:
        thread = threading.Thread(target=work)
        turns = 0
        thread.start()
        while not ended.is_set():
            turns += 1
            ended.wait(0.0001)
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert turns > 3
