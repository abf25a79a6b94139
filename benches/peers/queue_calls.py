"""One queue a call, beside an empty call; and one large batch on two threads beside one.

An empty call cannot be told from the loop that makes it: the loop is in both sides, as in `scalar.py`. What a queue
costs in a column is taken off the call, for the goal bounds what the call adds to its kernel. A column works on many
queues at once, so that this takes off less than a single queue costs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from benches.peers import vectorised
from benches.peers.erlang import metrics, required
from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.queues import SIZES, Queues, queues

CALLS = 2048
# 150 contacts in half an hour, of 300 s each: 25 erlangs.
LOAD, AGENTS = 25.0, 30.0
QUEUE = {"arrivals": 150.0, "interval_s": 1800.0, "aht_s": 300.0}
LIVE = {"contacts_ahead": 4.0, "agents": 10.0, "aht_s": 300.0, "patience_s": 600.0}


def _columns(call: Callable[..., object], **named: float) -> Case:
    """The same queue many times over: what it costs without a call."""
    columns = {name: np.full(CALLS, value) for name, value in named.items()}
    return Case(lambda: call(**columns), CALLS)


def call_cases() -> dict[str, Case]:
    """The loops are written out: a loop that hands keywords on would cost more than the calls."""
    import turnout
    from turnout._core import _noop

    erlang_c, service_metrics = turnout.erlang_c, turnout.service_metrics
    required_agents, expected_wait = turnout.required_agents, turnout.expected_wait

    def empty() -> None:
        for _ in range(CALLS):
            _noop(LOAD, AGENTS)

    def empty_named() -> None:
        for _ in range(CALLS):
            _noop(key=150.0, unit=1800.0, attributes=300.0)

    def probability() -> None:
        for _ in range(CALLS):
            erlang_c(LOAD, AGENTS)

    def measures() -> None:
        for _ in range(CALLS):
            service_metrics(arrivals=150.0, interval_s=1800.0, aht_s=300.0, agents=AGENTS)

    def requirement() -> None:
        for _ in range(CALLS):
            required_agents(arrivals=150.0, interval_s=1800.0, aht_s=300.0)

    def wait() -> None:
        for _ in range(CALLS):
            expected_wait(contacts_ahead=4.0, agents=10.0, aht_s=300.0, patience_s=600.0)

    return {
        "empty": Case(empty, CALLS),
        "empty, named": Case(empty_named, CALLS),
        "erlang_c": Case(probability, CALLS),
        "erlang_c, kernel": _columns(erlang_c, offered_load=LOAD, agents=AGENTS),
        "service_metrics": Case(measures, CALLS),
        "service_metrics, kernel": _columns(service_metrics, **QUEUE, agents=AGENTS),
        "required_agents": Case(requirement, CALLS),
        "required_agents, kernel": _columns(required_agents, **QUEUE),
        "expected_wait": Case(wait, CALLS),
        "expected_wait, kernel": _columns(expected_wait, **LIVE),
    }


def call_rows(ns: dict[str, float]) -> list[Row]:
    """Each beside the empty call of its manner: by place, or by keyword."""
    made = []
    for call in ("erlang_c", "service_metrics", "required_agents", "expected_wait"):
        empty, manner = ("empty", "by place") if call == "erlang_c" else ("empty, named", "3 keywords")
        kernel = ns[f"{call}, kernel"]
        note = f"{ns[call]:.0f} ns in all, kernel {kernel:.0f} ns"
        made.append(Row(f"one queue: {call}", ns[call] - kernel, "ns", f"_noop(), {manner}", ns[empty], 5.0, note))
    return made


# --------------------------------------------------------------------------------------------------- two threads


# numpy and scipy release the interpreter's lock too: what two threads gain on this machine, busy as it is.
CONTROL = "scipy, for comparison"


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
        CONTROL: vectorised.erlang_a,
    }
    cases = {}
    for name, one in work.items():
        cases[name] = Case(lambda one=one: one(some), rows, clock_ns=time.perf_counter_ns)
        cases[f"{name}, halves"] = Case(_both(one, halves), rows, clock_ns=time.perf_counter_ns)
    return cases


def thread_rows(ns: dict[str, float]) -> list[Row]:
    unit, peer = "ns a row", "one thread"
    names = [name for name in ns if not name.endswith(", halves")]
    goals = {name: None if name == CONTROL else 1 / 1.5 for name in names}
    return [Row(f"two threads: {name}", ns[f"{name}, halves"], unit, peer, ns[name], goals[name]) for name in names]


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    made = call_rows(interleaved(call_cases(), 25 if quick else 120))
    made += thread_rows(interleaved(thread_cases(100_000 if quick else 400_000), 5 if quick else 12))
    return Result(made)
