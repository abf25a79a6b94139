"""One queue a call, beside an empty call; and one large batch on two threads beside one.

An empty call cannot be told from the loop that makes it: the loop is in both sides, as in `scalar.py`. What a queue costs
in a column is taken off the call: the goal bounds what the call adds to its kernel. A column works on many queues at
once, so that this takes off less than a single queue costs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benches.peers.erlang import metrics, required
from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.queues import SIZES, Queues, queues

CALLS = 2048
QUEUE = {"arrivals": 150.0, "interval_s": 1800.0, "aht_s": 300.0}


def _calls(call: Callable[..., object], *args: Any, **named: Any) -> Case:
    def run() -> None:
        for _ in range(CALLS):
            call(*args, **named)

    return Case(run, CALLS)


def _columns(call: Callable[..., object], **named: float) -> Case:
    """The same queue many times over: what it costs without a call."""
    columns = {name: np.full(CALLS, value) for name, value in named.items()}
    return Case(lambda: call(**columns), CALLS)


def call_cases() -> dict[str, Case]:
    import turnout
    from turnout._core import _noop

    live = {"contacts_ahead": 4.0, "agents": 10.0, "aht_s": 300.0, "patience_s": 600.0}
    asked = QUEUE | {"agents": 30.0}
    return {
        "empty": _calls(_noop, 25.0, 30.0),
        "empty by keyword": _calls(_noop, key=25.0, unit=30.0, attributes=300.0),
        "erlang_c(load, agents)": _calls(turnout.erlang_c, 25.0, 30.0),
        "erlang_c(load, agents), kernel": _columns(turnout.erlang_c, offered_load=25.0, agents=30.0),
        "service_metrics": _calls(turnout.service_metrics, **asked),
        "service_metrics, kernel": _columns(turnout.service_metrics, **asked),
        "required_agents": _calls(turnout.required_agents, **QUEUE),
        "required_agents, kernel": _columns(turnout.required_agents, **QUEUE),
        "expected_wait": _calls(turnout.expected_wait, **live),
        "expected_wait, kernel": _columns(turnout.expected_wait, **live),
    }


def call_rows(ns: dict[str, float]) -> list[Row]:
    made = []
    for call in ("erlang_c(load, agents)", "service_metrics", "required_agents", "expected_wait"):
        empty = ns["empty"] if call.startswith("erlang_c") else ns["empty by keyword"]
        kernel = ns[f"{call}, kernel"]
        note = f"{ns[call]:.0f} ns in all, kernel {kernel:.0f} ns"
        made.append(Row(f"one queue: {call}", ns[call] - kernel, "ns", "an empty call", empty, 5.0, note))
    return made


# --------------------------------------------------------------------------------------------------- two threads


def _both(work: Callable[[Queues], object], halves: list[Queues]) -> Callable[[], None]:
    def run() -> None:
        other = threading.Thread(target=work, args=(halves[1],))
        other.start()
        work(halves[0])
        other.join()

    return run


def thread_cases(rows: int) -> dict[str, Case]:
    """The clock on the wall counts: two threads take no less of the processors' time, they take it side by side."""
    some = queues(SIZES[0], rows)
    halves = [some.half(0), some.half(1)]
    work: dict[str, Callable[[Queues], object]] = {
        "Erlang C measures": lambda part: metrics(part, impatient=False),
        "Erlang A measures": lambda part: metrics(part, impatient=True),
        "required agents, Erlang C": lambda part: required(part, impatient=False),
        "required agents, Erlang A": lambda part: required(part, impatient=True),
    }
    cases = {}
    for name, one in work.items():
        cases[name] = Case(lambda one=one: one(some), rows, clock_ns=time.perf_counter_ns)
        cases[f"{name}, halves"] = Case(_both(one, halves), rows, clock_ns=time.perf_counter_ns)
    return cases


def thread_rows(ns: dict[str, float]) -> list[Row]:
    unit, peer = "ns a row", "one thread"
    names = [name for name in ns if not name.endswith(", halves")]
    return [Row(f"two threads: {name}", ns[f"{name}, halves"], unit, peer, ns[name], 1 / 1.5) for name in names]


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    made = call_rows(interleaved(call_cases(), 25 if quick else 120))
    made += thread_rows(interleaved(thread_cases(100_000 if quick else 400_000), 5 if quick else 12))
    return Result(made)
