"""What it costs to log exposures, beside the same calls without a log: `pytest -s benches/test_exposures.py`."""

from __future__ import annotations

import time
from typing import Any

import pytest

from benches.documents import turnout_document
from benches.workload import MAIN, PLAIN, callers, toggles

turnout = pytest.importorskip("turnout")
pytest.importorskip("turnout._core")

ROUNDS = 15
# The goal of the log; the best of interleaved rounds is compared, so little room for noise is needed.
GOAL = 2.0
SLACK = 1.25


def calls_ns(call: Any, key: str, people: list[Any]) -> float:
    """Processor time of a call, over one round of all callers."""
    began = time.process_time_ns()
    for person in people:
        call(key, person.unit, person.attributes)
    return (time.process_time_ns() - began) / len(people)


def timed(method: str, key: str = MAIN, **options: Any) -> tuple[float, float]:
    """A call without a log and with one, in nanoseconds: the best of interleaved rounds."""
    policy = turnout.Policy.from_document(turnout_document(toggles()))
    people = callers()
    log = turnout.ExposureLog(capacity=10 * len(people), **options)
    engines = [turnout.Engine(policy, clock=turnout.SystemClock(), exposures=to) for to in (None, log)]
    rounds = []
    for _ in range(ROUNDS):
        rounds.append([calls_ns(getattr(engine, method), key, people) for engine in engines])
        log.take(10 * len(people))
    assert log.counts.dropped == 0
    assert log.counts.recorded >= len(people)
    without, logged = (min(times) for times in zip(*rounds, strict=True))
    return without, logged


@pytest.mark.parametrize("method", ["is_enabled", "evaluate"])
@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("repeats left out", {}),
        ("all events", {"repeat_after_s": 0}),
        ("all events, with two attributes", {"repeat_after_s": 0, "attributes": ["plan", "country"]}),
    ],
)
def test_a_log_costs_at_most_as_much_again(method: str, what: str, options: dict[str, Any]) -> None:
    without, logged = timed(method, **options)
    if logged / without > GOAL * SLACK:  # one retry: the machine may have been busy
        without, logged = timed(method, **options)
    met = "met" if logged / without <= GOAL else "missed"
    print(f"\n{method}, {what}: {without:.0f} ns, logged {logged:.0f} ns, {logged / without:.2f} (goal {GOAL}: {met})")
    assert logged / without <= GOAL * SLACK


def test_a_plain_toggle_pays_more() -> None:
    """There is little else to do, so no goal: reported."""
    without, logged = timed("is_enabled", PLAIN)
    print(f"\nis_enabled, a plain toggle: {without:.0f} ns, logged {logged:.0f} ns, {logged / without:.2f}")
    assert logged > without
