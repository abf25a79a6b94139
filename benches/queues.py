"""The workload of the benchmarks of queues, as in `queues.rs`: half hours of varied load, handle time and patience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEED = 20260105
INTERVAL_S = 1800.0
ANSWER_WITHIN_S = 20.0
SERVICE_LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class Size:
    """How large the queues are: the load that half of them exceed, in erlangs, and the spread of its logarithm."""

    name: str
    median: float
    spread: float


# A mix, and queues of about so many agents.
SIZES = (
    Size("mix", 25.0, 1.0),
    Size("10 agents", 8.0, 0.1),
    Size("100 agents", 90.0, 0.03),
    Size("1,000 agents", 960.0, 0.01),
    Size("100,000 agents", 99_500.0, 0.001),
)


@dataclass(frozen=True, slots=True)
class Queues:
    """Columns of queues with enough agents for a steady state, in no order."""

    arrivals: Any
    aht_s: Any
    agents: Any
    patience_s: Any

    def first(self, rows: int) -> Queues:
        return Queues(self.arrivals[:rows], self.aht_s[:rows], self.agents[:rows], self.patience_s[:rows])

    def half(self, which: int) -> Queues:
        """One of two halves, as copies of their own."""
        middle = len(self.arrivals) // 2
        part = slice(middle) if which == 0 else slice(middle, None)
        columns = (self.arrivals, self.aht_s, self.agents, self.patience_s)
        return Queues(*(column[part].copy() for column in columns))


def queues(size: Size, rows: int) -> Queues:
    """So many, the same in every run."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    load = size.median * np.exp(size.spread * rng.standard_normal(rows))
    aht_s = 300.0 * np.exp(0.4 * rng.standard_normal(rows))
    agents = np.ceil(load + (0.2 + 1.5 * rng.random(rows)) * np.sqrt(load))
    return Queues(load * INTERVAL_S / aht_s, aht_s, agents, 60.0 + 240.0 * rng.random(rows))


@dataclass(frozen=True, slots=True)
class LiveQueues:
    """What a routing service knows of its queues at one moment."""

    contacts_ahead: Any
    agents: Any
    aht_s: Any
    patience_s: Any

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def live_queues(rows: int) -> LiveQueues:
    """Queues of 1 to 400 agents with 0 to 60 contacts ahead, the same in every run."""
    import numpy as np

    rng = np.random.default_rng(SEED + 1)
    agents = np.ceil(400.0 ** rng.random(rows))
    ahead = np.floor(61.0 * rng.random(rows))
    aht_s = 300.0 * np.exp(0.4 * rng.standard_normal(rows))
    return LiveQueues(ahead, agents, aht_s, 60.0 + 540.0 * rng.random(rows))
