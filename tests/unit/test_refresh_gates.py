"""Gate results when a watch exchanges the policy: they stay with their ramp, or are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.property.documents import NOW
from tests.unit.watching import Desk, gated, text


def gate_desk(tmp_path: Path, **options: Any) -> Desk:
    desk = Desk(tmp_path, first=gated(), **options)
    early = turnout.GateResult("bot", "r", 0, 100, NOW.replace(month=3, day=5))
    desk.engine.swap(desk.engine.policy, gates=[early])
    assert percent(desk) == 100
    return desk


def percent(desk: Desk) -> float:
    """The share in force."""
    return desk.engine.ramp("bot")[0].percent


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"pauses": []}, 100),
        ({"steps": [{"percent": 10, "hold": "2d", "min_n": 100, "max": "30d"}, {"percent": 100}]}, 100),
        ({"steps": [{"percent": 10, "hold": "1d", "min_n": 50, "max": "30d"}, {"percent": 60}]}, 60),
        # more samples are wanted than were seen
        ({"steps": [{"percent": 10, "hold": "1d", "min_n": 101, "max": "30d"}, {"percent": 100}]}, 10),
        # other customers, another beginning, another share: other samples
        ({"salt": "spring", "rebucket": True, "reason": "other customers"}, 10),
        ({"started_at": "2026-03-02T00:00:00Z"}, 10),
        ({"steps": [{"percent": 20, "hold": "1d", "min_n": 100, "max": "30d"}, {"percent": 100}]}, 20),
        (
            {"steps": [{"percent": 10, "hold": "1d", "max": "30d", "min_n": 100, "mode": "shadow"}, {"percent": 100}]},
            10,
        ),
        (
            {
                "steps": [
                    {"percent": 5, "hold": "1d", "min_n": 9, "max": "30d"},
                    {"percent": 10, "hold": "1d"},
                    {"percent": 100},
                ]
            },
            5,
        ),
    ],
)
def test_gate_results_stay_where_the_ramp_is_the_same(tmp_path: Path, fields: dict[str, Any], after: float) -> None:
    desk = gate_desk(tmp_path)
    desk.write(gated(**fields))
    assert desk.watch.status.error is None
    assert percent(desk) == after


def test_gate_results_come_back_with_their_ramp(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake that is taken back leaves the ramp where it was."""
    desk = gate_desk(tmp_path)
    assert desk.write(text())
    assert "gate results that apply to nothing in this policy: toggles.bot.rules.r step 0" in caplog.text
    assert desk.write(gated(started_at="2026-03-02T00:00:00Z"))
    assert percent(desk) == 10
    assert desk.write(gated())
    assert percent(desk) == 100


def test_gate_results_are_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Those that a policy does not wait for are left out, and named."""
    store = [turnout.GateResult("bot", "r", step, 100, NOW.replace(month=3, day=5)) for step in (0, 1)]
    desk = Desk(tmp_path, first=gated(), gates=lambda policy: store if "bot" in policy else [])
    assert percent(desk) == 100
    assert "toggles.bot.rules.r step 1" in caplog.text
    store.clear()
    assert desk.write(gated(started_at="2026-03-02T00:00:00Z"))
    assert percent(desk) == 10


def test_gate_results_that_cannot_be_had_refuse_the_policy(tmp_path: Path) -> None:
    """It would fall back to its first step."""
    store: list[Any] = [[]]
    desk = Desk(tmp_path, gates=lambda _: store[0])
    store[0] = ["none"]
    assert not desk.write(text(environment="two"))
    assert "GateResult" in str(desk.refusals[0])
    store[0] = []
    assert desk.watch.poll()
