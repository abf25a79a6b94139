"""Interleaved rounds: every case runs once in each round, and the fastest round of each case counts.

The machine may be shared, so what is compared is always measured side by side, the collector is off while a round
runs, and time is the processor time of the whole process (user and system, all its threads): what neighbours take is
not counted, and on a quiet machine it equals wall time, for every contender here runs on one thread. The exception is
the busy thread (`beside.py`), where waiting is the point and the clock on the wall counts. The cost of the loop itself
is measured as a case of its own and subtracted from every call alike.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """Something to time: `run` performs `calls` calls.

    In each round it runs once unseen before it is timed, unless it is long: the cases before it have emptied the
    caches, and what is compared is the work of a call on data that its caller has just made.
    """

    run: Callable[[], object]
    calls: int = 1
    long: bool = False
    clock_ns: Callable[[], int] = time.process_time_ns


def interleaved(cases: Mapping[str, Case], rounds: int) -> dict[str, float]:
    """The least nanoseconds a call of each case over all rounds."""
    best = dict.fromkeys(cases, float("inf"))
    for case in cases.values():
        case.run()  # the interpreter specialises its instructions
    for _ in range(rounds):
        for name, case in cases.items():
            best[name] = min(best[name], _once(case))
    return best


def _once(case: Case) -> float:
    was_on = gc.isenabled()
    gc.disable()
    try:
        if not case.long:
            case.run()
        started = case.clock_ns()
        case.run()
        return (case.clock_ns() - started) / case.calls
    finally:
        if was_on:
            gc.enable()


def empty_pairs(prepared: Sequence[Any]) -> Callable[[], None]:
    """The reference loop over pairs of a unit and a dict."""

    def run() -> None:
        for _unit, _attributes in prepared:
            pass

    return run


def empty_single(prepared: Sequence[Any]) -> Callable[[], None]:
    """The reference loop over single objects."""

    def run() -> None:
        for _context in prepared:
            pass

    return run
