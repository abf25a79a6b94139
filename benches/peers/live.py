"""10,000 live queues: their scores, and the quantiles of their waits beside scipy's inverse beta function."""

from __future__ import annotations

from typing import Any

import numpy as np

from benches.peers import vectorised
from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.queues import LiveQueues, live_queues

QUEUES = 10_000
QUANTILES = (0.5, 0.9)
CLOSE_S = 0.1


def verify(some: LiveQueues) -> None:
    """Means and probabilities to 1e-9, quantiles to a tenth of a second."""
    import turnout

    columns = some.as_dict()
    scores = turnout.score_queues(columns, quantiles=QUANTILES)
    np.testing.assert_allclose(scores["expected_wait_s"], vectorised.expected_wait_s(some), rtol=1e-9)
    np.testing.assert_allclose(scores["answer_probability"], vectorised.answer_probability(some), rtol=1e-9)
    assert np.array_equal(
        scores["rank"], 1 + np.searchsorted(np.sort(scores["expected_wait_s"]), scores["expected_wait_s"])
    )
    for quantile in QUANTILES:
        theirs = vectorised.wait_quantile_s(quantile, some)
        for ours in (scores[f"wait_p{quantile * 100:.0f}_s"], turnout.wait_quantile(quantile, **columns)):
            assert np.max(np.abs(ours - theirs)) <= CLOSE_S


def cases(some: LiveQueues) -> dict[str, Case]:
    import turnout

    columns = some.as_dict()

    def one_of(quantile: float, call: Any) -> Case:
        return Case(lambda: call(quantile), QUEUES)

    made = {
        "scores": Case(lambda: turnout.score_queues(columns, quantiles=[])),
        "scores and quantiles": Case(lambda: turnout.score_queues(columns, quantiles=QUANTILES)),
        "mean": Case(lambda: turnout.expected_wait(**columns), QUEUES),
        "mean, scipy": Case(lambda: vectorised.expected_wait_s(some), QUEUES),
    }
    for quantile in QUANTILES:
        made[f"{quantile}"] = one_of(quantile, lambda q: turnout.wait_quantile(q, **columns))
        made[f"{quantile}, scipy"] = one_of(quantile, lambda q: vectorised.wait_quantile_s(q, some))
    return made


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    some = live_queues(QUEUES)
    verify(some)
    ns = interleaved(cases(some), 15 if quick else 60)
    unit = "ns a queue"
    quantiles_ms = (ns["scores and quantiles"] - ns["scores"]) / 1e6
    theirs_ms = sum(ns[f"{quantile}, scipy"] for quantile in QUANTILES) * QUEUES / 1e6
    label = f"{QUEUES:,} live queues"
    made = [Row(f"{label}: mean wait, answer probability, rank", ns["scores"] / 1e6, "ms", goal=1.0)]
    name = f"{label}: what P50 and P90 add to that"
    made.append(Row(name, quantiles_ms, "ms", "scipy betaincinv", theirs_ms, 0.1))
    for quantile in QUANTILES:
        name = f"{label}: wait_quantile, P{quantile * 100:.0f}"
        made.append(Row(name, ns[f"{quantile}"], unit, "scipy betaincinv", ns[f"{quantile}, scipy"]))
    made.append(Row(f"{label}: mean wait", ns["mean"], unit, "scipy psi", ns["mean, scipy"]))
    return Result(made)
