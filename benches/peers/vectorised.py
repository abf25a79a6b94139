"""Queues by numpy and scipy: what a practised hand writes without loops, over whole columns.

The formulas are those of turnout, over scipy's incomplete gamma functions: with p = x^s e^-x / Gamma(s+1), Erlang C is
p / (p + (1 - a/n) Q(n, a)), and Erlang A has L = P(x, y)/p besides: one gamma function for C, three for A.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from benches.queues import ANSWER_WITHIN_S, INTERVAL_S, SERVICE_LEVEL, LiveQueues, Queues

Measures = dict[str, Any]


def _quiet(work: Callable[..., Any]) -> Callable[..., Any]:
    """Rows without a steady state divide by zero; they are set right by a mask."""

    def quiet(*args: Any) -> Any:
        with np.errstate(all="ignore"):
            return work(*args)

    return quiet


def _term(s: Any, x: Any) -> Any:
    """x^s e^-x / Gamma(s+1)."""
    return np.exp(s * np.log(x) - x - special.gammaln(s + 1.0))


# ----------------------------------------------------------------------------------------------------- Erlang C


def wait_probability(load: Any, agents: Any) -> Any:
    term = _term(agents, load)
    return term / (term + (1.0 - load / agents) * special.gammaincc(agents, load))


@_quiet
def erlang_c(queues: Queues) -> Measures:
    """Service level, wait probability, ASA and occupancy; rows without a steady state by a mask."""
    load = queues.arrivals * queues.aht_s / INTERVAL_S
    spare = queues.agents - load
    wait = wait_probability(load, queues.agents)
    level = 1.0 - wait * np.exp(-spare * ANSWER_WITHIN_S / queues.aht_s)
    asa_s = wait * queues.aht_s / spare
    occupancy = load / queues.agents
    unstable = spare <= 0.0
    if unstable.any():
        wait[unstable], level[unstable], asa_s[unstable], occupancy[unstable] = 1.0, 0.0, np.inf, 1.0
    return {"service_level": level, "wait_probability": wait, "asa_s": asa_s, "occupancy": occupancy}


def _enough_in_c(load: Any, aht_s: Any, agents: Any) -> Any:
    spare = agents - load
    late = wait_probability(load, agents) * np.exp(-spare * ANSWER_WITHIN_S / aht_s)
    return (spare > 0.0) & (1.0 - late >= SERVICE_LEVEL)


@_quiet
def required_c(queues: Queues) -> Any:
    """By bisection on whole agents, over all rows at once, between the load and six standard deviations above it."""
    load = queues.arrivals * queues.aht_s / INTERVAL_S
    few = np.floor(load)
    return _bisect(_enough_in_c, (load, queues.aht_s), few, few + np.ceil(6.0 * np.sqrt(load)) + 6.0)


def _halfin_whitt(beta: Any) -> Any:
    """The wait probability of Erlang C at load + beta sqrt(load) agents, in the limit of many agents."""
    return 1.0 / (1.0 + beta * np.sqrt(np.pi / 2) * special.erfcx(-beta / np.sqrt(2)))


@_quiet
def required_c_close(queues: Queues) -> Any:
    """The same from square-root staffing: Newton's rule on its figure, then a search from there agent by agent.

    The quickest way found: two or three looks at each row, and none at a row that is done.
    """
    load, aht_s = queues.arrivals * queues.aht_s / INTERVAL_S, queues.aht_s
    root, log_late = np.sqrt(load), np.log(1.0 - SERVICE_LEVEL)
    speed = root * ANSWER_WITHIN_S / aht_s
    beta = np.minimum(1.0, 1.6 / (1.0 + speed))
    for _ in range(2):
        alpha = _halfin_whitt(beta)
        # d ln alpha / d beta = -(1 - alpha) (1/beta + beta) - alpha beta, by phi' = -beta phi.
        slope = -(1.0 - alpha) * (1.0 / beta + beta) - alpha * beta - speed
        beta = np.maximum(beta - (np.log(alpha) - beta * speed - log_late) / slope, 1e-3)
    agents = np.maximum(np.ceil(load + beta * root), np.floor(load) + 1.0)
    enough = _enough_in_c(load, aht_s, agents)
    for wanted, step in ((True, -1.0), (False, 1.0)):
        rows = np.flatnonzero(enough == wanted)
        while rows.size:
            there = _enough_in_c(load[rows], aht_s[rows], agents[rows] + step) == wanted
            agents[rows[there]] += step
            rows = rows[there]
        if not wanted:
            agents[~enough] += 1.0
    return agents


def _bisect(enough: Callable[..., Any], columns: tuple[Any, ...], few: Any, many: Any) -> Any:
    """The least agents that are enough, when `few` are not and `many` are; rows that are done are asked no more."""
    rows = np.flatnonzero(many - few > 1.0)
    while rows.size:
        middle = np.floor((few[rows] + many[rows]) / 2.0)
        at_middle = enough(*(column[rows] for column in columns), middle)
        many[rows[at_middle]] = middle[at_middle]
        few[rows[~at_middle]] = middle[~at_middle]
        rows = rows[many[rows] - few[rows] > 1.0]
    return many


# ----------------------------------------------------------------------------------------------------- Erlang A


def impatient(load: Any, agents: Any, ratio: Any, answer_within: Any) -> tuple[Any, Any, Any]:
    """Wait probability, P(abandon given a wait) and service level, by patience/AHT and the target in units of patience.

    Answered within the target given a wait: x/y [P(x+1, y) - P(x+1, y e^-t)] / P(x, y), and P(x+1, y) = P(x, y) - p.
    """
    x, y = agents * ratio, load * ratio
    below, term = special.gammainc(x, y), _term(x, y)
    by_agents = special.gammaincc(agents, load) / _term(agents, load)
    wait = 1.0 / (1.0 + by_agents * term / below)
    # Far beyond what the agents can do, nothing is left of the terms, and everybody waits.
    wait[np.isnan(wait) & (agents < load)] = 1.0
    inverse = term / below
    leave = 1.0 - x / y * (1.0 - inverse)
    within = x / y * (1.0 - inverse - special.gammainc(x + 1.0, y * np.exp(-answer_within)) / below)
    return wait, leave, 1.0 - wait * (1.0 - within)


@_quiet
def erlang_a(queues: Queues) -> Measures:
    """Service level, wait and abandon probability, mean wait and occupancy."""
    load = queues.arrivals * queues.aht_s / INTERVAL_S
    ratio = queues.patience_s / queues.aht_s
    wait, leave, level = impatient(load, queues.agents, ratio, ANSWER_WITHIN_S / queues.patience_s)
    leave *= wait
    occupancy = load * (1.0 - leave) / queues.agents
    names = ("service_level", "wait_probability", "abandon_probability", "asa_s", "occupancy")
    return dict(zip(names, (level, wait, leave, leave * queues.patience_s, occupancy), strict=True))


def _enough_in_a(load: Any, ratio: Any, answer_within: Any, agents: Any) -> Any:
    return impatient(load, agents, ratio, answer_within)[2] >= SERVICE_LEVEL


@_quiet
def required_a(queues: Queues) -> Any:
    """By bisection between nobody and what six standard deviations above the load are."""
    load = queues.arrivals * queues.aht_s / INTERVAL_S
    columns = (load, queues.patience_s / queues.aht_s, ANSWER_WITHIN_S / queues.patience_s)
    return _bisect(_enough_in_a, columns, np.zeros_like(load), np.floor(load) + np.ceil(6.0 * np.sqrt(load)) + 6.0)


# -------------------------------------------------------------------------------------------------- the live queue


def expected_wait_s(queues: LiveQueues) -> Any:
    """(psi(x+n+1) - psi(x)) patience, with n ahead and x = agents patience/aht."""
    x = queues.agents * queues.patience_s / queues.aht_s
    return (special.psi(x + queues.contacts_ahead + 1.0) - special.psi(x)) * queues.patience_s


def answer_probability(queues: LiveQueues) -> Any:
    x = queues.agents * queues.patience_s / queues.aht_s
    return x / (x + queues.contacts_ahead + 1.0)


def wait_quantile_s(quantile: float, queues: LiveQueues) -> Any:
    """-ln(inverse of the regularised incomplete beta function at 1 - q) patience."""
    x = queues.agents * queues.patience_s / queues.aht_s
    return -np.log(special.betaincinv(x, queues.contacts_ahead + 1.0, 1.0 - quantile)) * queues.patience_s
