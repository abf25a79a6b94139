"""The interval in which a count of exposed customers falls when each is in with the planned share."""

from __future__ import annotations

import math

import numpy as np


def expected_interval(n: int, share: float, level: float = 0.95) -> tuple[int, int]:
    """The central interval of Binomial(n, share), exact: each tail outside holds at most (1 - level) / 2.

    Parameters
    ----------
    n
        Distinct customers seen (count).
    share
        Planned share, 0 to 1.
    level
        Probability inside, 0 to 1.

    Returns
    -------
    tuple
        Lowest and highest expected number of exposed customers, both inside.
    """
    if n == 0 or share <= 0.0:
        return 0, 0
    if share >= 1.0:
        return n, n
    log_factorial = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, n + 1, dtype=np.float64)))))
    k = np.arange(n + 1)
    log_mass = log_factorial[n] - log_factorial - log_factorial[::-1]
    mass = np.exp(log_mass + k * math.log(share) + (n - k) * math.log1p(-share))
    below = np.cumsum(mass)
    tail = (1.0 - level) / 2.0
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.searchsorted(below, 1.0 - tail, side="left"))
    return low, min(high, n)
