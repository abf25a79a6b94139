"""A column of instants answers as each instant does; what is no instant is refused by both, and the row is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

import turnout
from tests.parity.compare import assert_batch, assert_columns, expect
from tests.property.documents import NOW, engine, micros, only, ramp, rule, toggle

# Hours on both sides of a change of clocks, and of every step of the ramp.
START = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
AT = [START + dt.timedelta(minutes=50 * index, microseconds=index) for index in range(120)]
UNITS = [f"c-{index % 7}" for index in range(len(AT))]
STEPS = (
    {"percent": 0, "mode": "shadow", "hold": "1d"},
    {"percent": 30, "hold": "1d", "min_n": 100},
    {"percent": 60, "hold": "1d", "approval": "lead"},
    {"percent": 100},
)
RAMP = ramp(
    *STEPS,
    started_at="2026-03-06T06:00:00Z",
    approvals=[{"step": 2, "role": "lead", "by": "m", "at": "2026-03-08T12:00:00Z"}],
    pauses=[{"from": "2026-03-07T00:00:00Z", "to": "2026-03-07T05:00:00Z", "reason": "outage"}],
)
TIMED = engine(
    {
        "open": toggle(schedule={"zone": "America/New_York", "open": ["mon-fri 08:00-20:00", "sun 01:30-03:30"]}),
        "ramped": toggle(rules=[rule(ramp=RAMP)], variants={"a": 1, "b": 1}, default="off"),
        "both": toggle(requires={"open": True, "ramped": "a"}),
    },
    gates=[turnout.GateResult("ramped", "r", 1, 100, micros(START) + 2 * 86_400_000_000)],
)
NAIVE = pl.Series([at.replace(tzinfo=None) for at in AT])

COLUMNS: dict[str, Any] = {
    "datetimes": AT,
    "datetimes of a zone": [at.astimezone(ZoneInfo("America/New_York")) for at in AT],
    "datetimes of an offset": tuple(at.astimezone(dt.timezone(dt.timedelta(hours=-3.5))) for at in AT),
    "integers": [micros(at) for at in AT],
    "integers and datetimes": [micros(at) if index % 2 else at for index, at in enumerate(AT)],
    "numpy integers": np.array([micros(at) for at in AT]),
    "numpy integers one by one": [np.int64(micros(at)) for at in AT],
    "Int64": pl.Series([micros(at) for at in AT]),
    "UInt64": pl.Series([micros(at) for at in AT], dtype=pl.UInt64),
    "Datetime us UTC": NAIVE.dt.replace_time_zone("UTC"),
    "Datetime us New York": NAIVE.dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York"),
    "Datetime ns UTC": NAIVE.dt.replace_time_zone("UTC").cast(pl.Datetime("ns", "UTC")),
    "in chunks": pl.concat([NAIVE[:50], NAIVE[50:]], rechunk=False).dt.replace_time_zone("UTC"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_instants_answers_as_each_does(name: str) -> None:
    for key in TIMED.policy.toggles:
        expected = expect(TIMED.evaluate(key, unit, at=at) for unit, at in zip(UNITS, AT, strict=True))
        assert len({evaluation.enabled for evaluation in expected.evaluations}) == 2
        assert_columns(TIMED.evaluate_many(key, UNITS, at=COLUMNS[name]), expected)


def test_milliseconds_are_instants_too() -> None:
    """Cut, as a cast cuts them."""
    column = NAIVE.dt.replace_time_zone("UTC").cast(pl.Datetime("ms", "UTC"))
    for key in TIMED.policy.toggles:
        expected = expect(TIMED.evaluate(key, unit, at=at) for unit, at in zip(UNITS, column.to_list(), strict=True))
        assert_batch(TIMED.evaluate_many(key, UNITS, at=column), expected)


def test_an_instant_of_either_form_is_the_same() -> None:
    """A datetime or microseconds, alone or for all rows, or the clock's."""
    for at in AT[::7]:
        clocked = turnout.Engine(TIMED.policy, clock=turnout.ManualClock(at))
        called = turnout.Engine(TIMED.policy, clock=partial(at.astimezone, ZoneInfo("Asia/Kolkata")))
        for key in TIMED.policy.toggles:
            expected = expect(clocked.evaluate(key, unit) for unit in UNITS[:7])
            assert expect(called.evaluate(key, unit) for unit in UNITS[:7]) == expected
            assert_batch(clocked.evaluate_many(key, UNITS[:7]), expected)
            assert_batch(called.evaluate_many(key, UNITS[:7]), expected)
            without_gates = turnout.Engine(TIMED.policy, clock=turnout.SystemClock())
            assert_batch(without_gates.evaluate_many(key, UNITS[:7], at=at), expected)
            assert_batch(without_gates.evaluate_many(key, UNITS[:7], at=micros(at)), expected)


GOOD = micros(NOW)
NO_INSTANTS: dict[str, Any] = {
    "naive": [GOOD, dt.datetime(2026, 5, 1)],
    "missing": [NOW, None],
    "a date": [NOW, dt.date(2026, 5, 1)],
    "text": [NOW, "2026-05-01T00:00:00Z"],
    "a truth value": [NOW, True],
    "a float": [NOW, 1.7e15],
    "beyond 64 bits": [NOW, 2**63],
    "datetime64": np.array([NOW.replace(tzinfo=None)] * 2, dtype="datetime64[us]")[1:],
    "nanoseconds without a zone": pl.Series([NOW.replace(tzinfo=None)], dtype=pl.Datetime("ns")),
    "null": pl.Series([NOW, None]),
    "null integers": pl.Series([GOOD, None]),
    "floats": np.array([1.7e15]),
    "dates": pl.Series([dt.date(2026, 5, 1)]),
}


@pytest.mark.parametrize("name", NO_INSTANTS)
def test_what_is_no_instant_is_refused(name: str) -> None:
    """By a batch with the row, and alone, too."""
    column = NO_INSTANTS[name]
    row = len(column) - 1
    with pytest.raises(ValueError, match=rf"at\[{row}\] is no instant"):
        only().evaluate_many("t", ["c-1"] * len(column), at=column)
    alone = column[row]
    if alone is None:
        # No instant given is the clock's.
        assert only().evaluate("t", "c-1", at=alone).reason == "STATIC"
        return
    with pytest.raises((TypeError, ValueError, OverflowError)):
        only().evaluate("t", "c-1", at=alone)


def test_an_instant_is_needed_for_every_row() -> None:
    with pytest.raises(ValueError, match="units has 2 rows but at has 1"):
        only().evaluate_many("t", ["c-1", "c-2"], at=[NOW])


@pytest.mark.parametrize("at", [dt.datetime(2026, 5, 1), "2026-05-01T00:00:00Z", 1.5, True, dt.date(2026, 5, 1)])
def test_no_door_takes_what_is_no_instant(at: Any) -> None:
    """Wherever one instant is asked for."""
    subject = only(rules=[rule(ramp=ramp({"percent": 1}))])
    doors: list[Callable[[], object]] = [
        lambda: subject.evaluate("t", at=at),
        lambda: subject.explain("t", at=at),
        lambda: subject.toggle("t").evaluate(at=at),
        lambda: subject.evaluate_all(at=at),
        lambda: subject.ramp("t", at=at),
        lambda: turnout.ManualClock(at),
        lambda: turnout.Engine(subject.policy, clock=lambda: at).evaluate("t", "c-1"),
        lambda: turnout.GateResult("t", "r", 0, 1, at),
    ]
    for door in doors:
        with pytest.raises((TypeError, ValueError)):
            door()
