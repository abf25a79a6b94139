"""Packages that take queues one by one: pyworkforce, and turbotab by its public functions.

What a package gets wrong is not timed; `test_queues.py` holds what that is: turbotab's Erlang A is another model, and
its ASA, in whole seconds, is right for intervals of ten minutes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from benches.queues import ANSWER_WITHIN_S, INTERVAL_S, SERVICE_LEVEL, Queues

# Both look at every agent from 1 on, and for required agents do so again for every number that they try.
METRICS_ROWS = {"mix": 500, "10 agents": 1000, "100 agents": 500, "1,000 agents": 100, "100,000 agents": 2}
REQUIRED_ROWS = {"mix": 200, "10 agents": 500, "100 agents": 100, "1,000 agents": 10, "100,000 agents": 1}


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A package: service level, wait probability and occupancy of each queue, and the agents that each requires."""

    name: str
    erlang_c: Callable[[Queues], list[tuple[float, float, float]]]
    required_c: Callable[[Queues], list[int]]


def _each(queues: Queues) -> Iterator[tuple[float, float, int]]:
    """Arrivals, handle time and agents as Python's numbers."""
    yield from zip(queues.arrivals.tolist(), queues.aht_s.tolist(), queues.agents.astype(int).tolist(), strict=True)


def pyworkforce() -> OneByOne:
    """It counts in minutes and calls the target time asa; it has no average speed of answer."""
    from pyworkforce.queuing import ErlangC

    interval, target = INTERVAL_S / 60.0, ANSWER_WITHIN_S / 60.0

    def erlang_c(queues: Queues) -> list[tuple[float, float, float]]:
        found = []
        for arrivals, aht_s, agents in _each(queues):
            queue = ErlangC(transactions=arrivals, aht=aht_s / 60.0, asa=target, interval=interval)
            level, wait = queue.service_level(agents), queue.waiting_probability(agents)
            found.append((level, wait, queue.achieved_occupancy(agents)))
        return found

    def required_c(queues: Queues) -> list[int]:
        return [
            ErlangC(transactions=arrivals, aht=aht_s / 60.0, asa=target, interval=interval).required_positions(
                service_level=SERVICE_LEVEL
            )["raw_positions"]
            for arrivals, aht_s, _ in _each(queues)
        ]

    return OneByOne(f"pyworkforce {version('pyworkforce')}", erlang_c, required_c)


def turbotab() -> OneByOne:
    """A package under the GPL; benchmarks call it, nothing here is made from it."""
    from mod_turbotab.agents.capacity import agents_required, occupancy
    from mod_turbotab.queues.queues import queued, sla_metric

    def erlang_c(queues: Queues) -> list[tuple[float, float, float]]:
        found = []
        for arrivals, aht_s, agents in _each(queues):
            level = sla_metric(agents, ANSWER_WITHIN_S, arrivals, aht_s, INTERVAL_S)
            wait = queued(agents, arrivals, aht_s, INTERVAL_S)
            found.append((level, wait, occupancy(agents, arrivals, aht_s, INTERVAL_S)))
        return found

    def required_c(queues: Queues) -> list[int]:
        return [
            agents_required(SERVICE_LEVEL, ANSWER_WITHIN_S, arrivals, aht_s, INTERVAL_S)
            for arrivals, aht_s, _ in _each(queues)
        ]

    return OneByOne(f"turbotab {version('turbotab')}", erlang_c, required_c)
