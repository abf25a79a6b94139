"""What other packages answer for queues: where they agree with turnout, and where they are wrong.

Truth is a known answer of 50 digits (tests/vectors/erlang.json) or follows from what the number means.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")
pytest.importorskip("pyworkforce")
pytest.importorskip("mod_turbotab")
turnout = pytest.importorskip("turnout")
pytest.importorskip("turnout._core")

from benches.peers import erlang, live, one_by_one, vectorised  # noqa: E402
from benches.queues import SIZES, live_queues, queues  # noqa: E402

VECTORS = Path(__file__).parents[1] / "tests" / "vectors" / "erlang.json"
HALF_HOUR_S = 1800.0


def vectors(model: str) -> dict[str, Any]:
    told = json.loads(VECTORS.read_text(encoding="utf-8"))[model]
    return dict(zip(told["columns"], np.array(told["rows"]).T, strict=True))


def off(found: Any, truth: Any, tolerance: float) -> int:
    """How many are further from the truth, or no number."""
    return int(np.sum(~(np.abs(found - truth) <= tolerance)))


# ------------------------------------------------------------------------------------------------- they agree


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_packages_agree(size: Any) -> None:
    """Measures to 1e-9, required agents exactly; scipy's in Erlang A for all but a few of the largest."""
    packages = [one_by_one.pyworkforce(), one_by_one.turbotab()]
    wrong = erlang.verify(queues(size, 2000), size.name, packages)
    assert wrong == 0 or size.name == "100,000 agents"


def test_scipy_agrees_on_live_queues() -> None:
    live.verify(live_queues(live.QUEUES))


# ------------------------------------------------------------------------------------------- they are wrong here


def test_scipy_loses_digits_in_erlang_c() -> None:
    """The term at n is the exponential of a difference of large numbers: 4 of 1,400 rows are off by more than 1e-9."""
    known = vectors("b_c")
    load, agents, truth = known["offered_load"], known["agents"], known["wait"]
    with np.errstate(all="ignore"):
        scipys = np.where(agents > load, vectorised.wait_probability(load, agents), 1.0)
    ours = turnout.erlang_c(load, agents)
    assert off(ours / truth, 1.0, 1e-12) == 0
    assert off(scipys / truth, 1.0, 1e-12) > 100
    assert 1 <= off(scipys / truth, 1.0, 1e-9) <= 20


def test_scipy_fails_in_erlang_a() -> None:
    """Where its gamma functions underflow, a practised hand's form has no answer: one row in twenty of the vectors."""
    known = vectors("a")
    load, agents, patience, time = (known[name] for name in ("offered_load", "agents", "patience", "time"))
    with np.errstate(all="ignore"):
        wait, leave, level = vectorised.impatient(load, agents, patience, time / patience)
        gone = wait * leave
    ours = turnout.service_metrics(
        arrivals=load, interval_s=1.0, aht_s=1.0, agents=agents, patience_s=patience, answer_within_s=time
    )
    pairs = [
        (ours.wait_probability, wait, known["wait"]),
        (ours.abandon_probability, gone, known["abandon"]),
        (ours.service_level, level, known["answered_within"]),
    ]
    for found, theirs, truth in pairs:
        assert off(found, truth, 1e-9) == 0
        assert off(theirs, truth, 1e-3) > 50


def test_pyworkforce_below_the_load() -> None:
    """10 erlangs for 5 agents: a probability of 4.41."""
    from pyworkforce.queuing import ErlangC

    queue = ErlangC(transactions=60, aht=5.0, asa=1 / 3, interval=30)
    assert queue.waiting_probability(5) == pytest.approx(4.41, abs=0.005)
    ours = turnout.service_metrics(arrivals=60, interval_s=HALF_HOUR_S, aht_s=300, agents=5)
    assert (ours.wait_probability, ours.service_level, ours.stable) == (1.0, 0.0, False)


def test_searches_that_start_too_high() -> None:
    """10.6 erlangs and 10 % in 20 s: 11 agents are enough, pyworkforce and turbotab say 12."""
    from mod_turbotab.agents.capacity import agents_required
    from pyworkforce.queuing import ErlangC

    theirs = ErlangC(transactions=63.6, aht=5.0, asa=1 / 3, interval=30).required_positions(service_level=0.1)
    asked = {"arrivals": 63.6, "interval_s": HALF_HOUR_S, "aht_s": 300}
    ours = turnout.required_agents(**asked, service_level=0.1)
    assert (theirs["raw_positions"], ours.required_agents) == (12, 11)
    assert agents_required(0.1, 20, 63.6, 300, HALF_HOUR_S) == 12
    assert turnout.service_metrics(**asked, agents=11).service_level >= 0.1


def test_pyworkforce_raises_on_no_arrivals() -> None:
    from pyworkforce.queuing import ErlangC

    with pytest.raises(ValueError, match="transactions"):
        ErlangC(transactions=0, aht=5.0, asa=1 / 3, interval=30)
    assert turnout.required_agents(arrivals=0, interval_s=HALF_HOUR_S, aht_s=300).required_agents == 0


def test_turbotab_has_the_asa_of_ten_minutes() -> None:
    """The same load and agents in half hours: its ASA is a third."""
    from mod_turbotab.agents.capacity import asa

    ours = turnout.service_metrics(arrivals=48, interval_s=HALF_HOUR_S, aht_s=300, agents=10)
    assert ours.offered_load == 8
    assert asa(10, 16, 300, 600.0) == int(ours.asa_s)
    assert asa(10, 48, 300, HALF_HOUR_S) == int(ours.asa_s / 3)


def test_turbotab_waits_a_finite_time_in_an_endless_queue() -> None:
    """10 erlangs for 5 agents. It asks for an agent where nobody arrives, and for some to reach 100 % in 20 s."""
    from mod_turbotab.agents.capacity import agents_required, asa

    ours = turnout.service_metrics(arrivals=60, interval_s=HALF_HOUR_S, aht_s=300, agents=5)
    assert asa(5, 60, 300, HALF_HOUR_S) < ours.asa_s == float("inf")
    assert agents_required(0.8, 20, 0, 300, HALF_HOUR_S) == 1
    assert agents_required(1.0, 20, 60, 300, HALF_HOUR_S) > 0
    with pytest.raises(ValueError, match="service_level"):
        turnout.required_agents(arrivals=60, interval_s=HALF_HOUR_S, aht_s=300, service_level=1.0)


def test_turbotab_has_another_erlang_a() -> None:
    """On the mix its service level is off by up to a third, and it asks for more agents."""
    from mod_turbotab.agents.capacity import agents_required
    from mod_turbotab.queues.queues import sla_metric

    some = queues(SIZES[0], 200)
    ours = erlang.metrics(some, impatient=True).service_level
    agents = erlang.required(some, impatient=True)
    told = zip(some.arrivals.tolist(), some.aht_s.tolist(), some.patience_s.tolist(), strict=True)
    theirs, asked = [], []
    for place, (arrivals, aht_s, patience_s) in zip(some.agents.tolist(), told, strict=True):
        theirs.append(sla_metric(place, 20.0, arrivals, aht_s, HALF_HOUR_S, patience_s))
        asked.append(agents_required(0.8, 20.0, arrivals, aht_s, HALF_HOUR_S, patience_s))
    assert np.max(np.abs(np.array(theirs) - ours)) > 0.3
    assert np.sum(asked) > 1.05 * np.sum(agents)
