"""The live queue against simulations of its events, which know nothing of the formulas."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

import turnout

RUNS = 20_000


def simulate(
    ahead: int, agents: int, aht_s: float, patience_s: float, overtaking_per_hour: float, seed: int
) -> np.ndarray[Any, Any]:
    """Waits of a contact that never gives up, behind `ahead` others who may, while others overtake it.

    Each of the others has a patience of its own, and each agent a contact to finish.
    """
    draw = random.Random(seed)
    waits = np.empty(RUNS)
    for run in range(RUNS):
        patience = (lambda: draw.expovariate(1 / patience_s)) if patience_s < math.inf else (lambda: math.inf)
        finish = [draw.expovariate(1 / aht_s) for _ in range(agents)]
        leave = [patience() for _ in range(ahead)]
        next_overtaker = draw.expovariate(overtaking_per_hour / 3600) if overtaking_per_hour else math.inf
        while True:
            now = min(finish)
            while next_overtaker < now:
                leave.insert(0, next_overtaker + patience())
                next_overtaker += draw.expovariate(overtaking_per_hour / 3600)
            waiting = [at for at in leave if at > now]
            if not waiting:
                break
            # The agent takes the first in line.
            leave = waiting[1:]
            finish[finish.index(now)] = now + draw.expovariate(1 / aht_s)
        waits[run] = now
    return waits


@pytest.mark.parametrize(
    ("ahead", "agents", "aht_s", "patience_s", "overtaking_per_hour"),
    [
        (0, 1, 300.0, math.inf, 0.0),
        (6, 5, 300.0, math.inf, 0.0),
        (9, 8, 240.0, 120.0, 0.0),
        (4, 3, 400.0, 90.0, 0.0),
        (5, 10, 300.0, math.inf, 36.0),
        (7, 6, 180.0, 200.0, 60.0),
    ],
)
def test_events_say_the_same(
    ahead: int, agents: int, aht_s: float, patience_s: float, overtaking_per_hour: float
) -> None:
    """Mean within five standard errors, variance, quantiles and the answer probability within theirs."""
    waits = simulate(ahead, agents, aht_s, patience_s, overtaking_per_hour, seed=ahead + 1)
    queue = {
        "contacts_ahead": ahead,
        "agents": agents,
        "aht_s": aht_s,
        "patience_s": patience_s,
        "priority_arrivals_per_hour": overtaking_per_hour,
    }
    deviation = waits.std()
    error = 5 / math.sqrt(RUNS)
    assert turnout.expected_wait(**queue) == pytest.approx(waits.mean(), abs=error * deviation)
    assert turnout.wait_variance(**queue) == pytest.approx(waits.var(), rel=0.12)
    for probability in (0.1, 0.5, 0.9):
        below = (waits <= turnout.wait_quantile(probability, **queue)).mean()
        assert below == pytest.approx(probability, abs=error * math.sqrt(probability * (1 - probability)))
    # The contact's own patience, drawn apart, is that of the others.
    if patience_s < math.inf:
        own = np.random.default_rng(1).exponential(patience_s, RUNS)
        assert turnout.answer_probability(**queue) == pytest.approx((waits < own).mean(), abs=error * 0.5)
        soon = ((waits < own) & (waits <= 100)).mean()
        level = turnout.answer_probability(**queue, answer_within_s=100)
        assert level == pytest.approx(soon, abs=error * 0.5)


def test_the_usual_arithmetic_is_off() -> None:
    """Vendors say handle time times contacts over agents: up to a third too short where others overtake."""
    waits = simulate(9, 10, 300.0, math.inf, 36.0, seed=3)
    queue = {"contacts_ahead": 9, "agents": 10, "aht_s": 300.0, "priority_arrivals_per_hour": 36.0}
    assert turnout.expected_wait(**queue) == pytest.approx(waits.mean(), rel=0.01)
    vendors_wait_s = 9 * 300 / 10
    assert vendors_wait_s < 0.7 * waits.mean()
