"""One busy Python thread beside: what happens to a call that gives the interpreter's lock away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benches.peers.contender import Contender
from benches.peers.rows import Result, Row
from benches.peers.scalar import contenders
from benches.peers.timing import Case, interleaved
from benches.workload import MAIN, callers

# Calls a measurement: the lock changes hands every 5 ms, so that a measurement has to span many such turns.
CALLS = {"turnout": 1 << 20, "eppo-server-sdk": 1 << 18, "yggdrasil-engine": 1 << 12, "growthbook": 1 << 15}


@contextmanager
def busy_thread() -> Iterator[None]:
    """A second thread that runs pure Python and never waits."""
    stop = threading.Event()
    ready = threading.Event()

    def spin() -> None:
        turns = 0
        ready.set()
        while not stop.is_set():
            for _ in range(1000):
                turns += 1

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _case(contender: Contender) -> Case:
    prepared = [contender.prepare(caller) for caller in callers()]
    calls = CALLS[contender.name]
    turns, rest = divmod(calls, len(prepared))

    def run() -> None:
        for _ in range(turns):
            contender.loop(MAIN, prepared)
        contender.loop(MAIN, prepared[:rest])

    return Case(run, calls, long=True, clock_ns=time.perf_counter_ns)


def _beside(case: Case) -> Case:
    def run() -> None:
        with busy_thread():
            case.run()

    return Case(run, case.calls, long=True, clock_ns=time.perf_counter_ns)


def run(quick: bool, with_turnout: bool = True) -> Result:
    """Alone and beside, interleaved; the row's ratio is the slowdown."""
    cases = {}
    for contender in contenders(with_turnout):
        if contender.name in CALLS:
            alone = _case(contender)
            cases[contender.name] = alone
            cases[f"{contender.name} beside"] = _beside(alone)
    us = {name: took / 1000 for name, took in interleaved(cases, 3 if quick else 7).items()}
    made = []
    for name in CALLS:
        if name in us:
            goal = 2.6 if name == "turnout" else None
            label = "a busy thread beside" if goal else f"{name}: a busy thread beside"
            made.append(Row(label, us[f"{name} beside"], "us", "the same call alone", us[name], goal))
    return Result(made)
