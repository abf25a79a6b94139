"""Where the time comes from: the clock of an engine, and the instants of calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import turnout

NOW = dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)
SAMPLE = turnout.load_policy(turnout.sample_policy_path())
ENGINE: Any = turnout.Engine(SAMPLE, clock=turnout.ManualClock(NOW))


def raising() -> dt.datetime:
    """A clock that has stopped."""
    raise LookupError("the clock has stopped")


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.int32])
def test_a_whole_number_of_numpy_is_an_instant(kind: Any) -> None:
    """As the same one in a column is; a truth value, an array of one and a float are none."""
    at: Any = kind(2_000_000_000)
    assert ENGINE.evaluate("chat", "u", at=at) == ENGINE.evaluate("chat", "u", at=2_000_000_000)
    assert ENGINE.evaluate_many("chat", ["u"], at=at)[0] == ENGINE.evaluate("chat", "u", at=2_000_000_000)
    assert ENGINE.ramp("billing-bot", at=at)[0].step is None
    for wrong in (np.bool_(True), np.array(5), np.array([5]), np.float64(5)):
        with pytest.raises(TypeError, match="at must be"):
            ENGINE.evaluate("chat", "u", at=wrong)


@pytest.mark.parametrize(
    ("clock", "error", "words"),
    [
        (lambda: dt.datetime(2026, 1, 1), ValueError, "time zone"),
        (lambda: "now", TypeError, "clock"),
        (lambda: None, TypeError, "clock"),
        (lambda: 5, TypeError, "clock"),
        (turnout.SystemClock, TypeError, "clock"),
        (raising, LookupError, "the clock has stopped"),
        (lambda instant: instant, TypeError, "argument"),
    ],
)
def test_a_clock_that_does_not_tell_the_time(clock: Any, error: type[Exception], words: str) -> None:
    """It is the caller's own fault: found when the engine is made, and not hidden when it comes later."""
    with pytest.raises(error, match=words) as early:
        turnout.Engine(SAMPLE, clock=clock)
    assert early.value.__notes__ == ["turnout.Engine calls its clock once when it is made"]
    if error is not LookupError and words != "argument":
        assert "datetime.datetime.now(datetime.UTC)" in str(early.value)
    given = [lambda: NOW, *[clock] * 7]
    asked = turnout.Engine(SAMPLE, clock=lambda: given.pop(0)())
    calls: list[Callable[[], Any]] = [
        lambda: asked.evaluate("chat", "u"),
        lambda: asked.is_enabled("chat", "u"),
        lambda: asked.explain("chat", "u"),
        lambda: asked.evaluate_all("u"),
        lambda: asked.evaluate_many("chat", ["u"]),
        lambda: asked.toggle("chat").is_enabled("u"),
        lambda: asked.ramp("billing-bot"),
    ]
    for call in calls:
        with pytest.raises(error, match=words):
            call()
    assert asked.is_enabled("phone", "u")
    assert asked.evaluate("chat", "u", at=NOW).enabled
