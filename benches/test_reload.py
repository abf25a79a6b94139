"""What a reload of 10,000 toggles does to the evaluations beside it: `pytest -s benches/test_reload.py`.

One thread evaluates without a pause and takes the time of each call; another one writes a new policy file and lets a
watch put it in force, again and again. Rounds with and without reloads take turns.
"""

from __future__ import annotations

import json
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benches.documents import turnout_document
from benches.workload import COLD_TOGGLES, MAIN, callers, toggles

turnout = pytest.importorskip("turnout")
np = pytest.importorskip("numpy")
pytest.importorskip("turnout._core")

CALLS = 1_000_000
ROUNDS = 5
GOAL_US = 1.0
# Two threads on a shared machine also take each other's caches; the goal is printed, the gate has room.
SLACK = 3.0


class Reloads:
    """A policy file of 10,000 toggles, and a watch that takes it from one state to the other."""

    def __init__(self, folder: Path, *overlays: Path) -> None:
        document = turnout_document(toggles(COLD_TOGGLES))
        self.texts = [json.dumps(document | {"environment": name}).encode() for name in ("one", "two")]
        self.path = folder / "policy.json"
        self.path.write_bytes(self.texts[0])
        self.watch = turnout.PolicyWatch.from_source(self.path, *overlays, clock=turnout.SystemClock())
        self.times_s: list[float] = []

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Reloads one after another in a thread, while this lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(stop,))
        thread.start()
        yield
        stop.set()
        thread.join()

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            draft = self.path.with_name("draft")
            draft.write_bytes(self.texts[self.watch.engine.policy.environment == "one"])
            draft.replace(self.path)
            started = time.perf_counter()
            assert self.watch.poll()
            self.times_s.append(time.perf_counter() - started)


def latencies(engine: Any, people: list[Any]) -> Any:
    """Nanoseconds of each call."""
    taken = array("q", bytes(8 * CALLS))
    is_enabled, clock, size = engine.is_enabled, time.perf_counter_ns, len(people)
    for turn in range(CALLS):
        person = people[turn % size]
        started = clock()
        is_enabled(MAIN, person.unit, person.attributes)
        taken[turn] = clock() - started
    return np.frombuffer(taken, dtype=np.int64)


def row(name: str, taken: Any) -> str:
    """The percentiles of a table's row, in microseconds."""
    points = [f"{np.quantile(taken, q) / 1e3:10.2f}" for q in (0.5, 0.99, 0.999, 0.9999)]
    return f"{name:24}{''.join(points)}{taken.max() / 1e3:12.1f}"


@pytest.mark.parametrize("overlaid", [False, True], ids=["one file", "a file and an overlay"])
def test_reloads_delay_no_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlaid: bool) -> None:
    monkeypatch.setattr("turnout.sources.SETTLE_S", 0.0)
    overlay = tmp_path / "overlay.json"
    overlay.write_text(json.dumps({"toggles": {MAIN: {"review_by": "2026-12-30"}}}))
    reloads, people = Reloads(tmp_path, *[overlay] * overlaid), callers(512)
    engine = reloads.watch.engine
    quiet, beside = [], []
    latencies(engine, people)
    for _ in range(ROUNDS):
        quiet.append(latencies(engine, people))
        with reloads.under_way():
            beside.append(latencies(engine, people))
    load_ms = np.median(reloads.times_s) * 1e3
    files = "a file and an overlay" if overlaid else "one file"
    print(f"\n{COLD_TOGGLES:,} toggles in {files}, {len(reloads.times_s)} reloads of {load_ms:.0f} ms; us")
    print(f"{'':24}{'p50':>10}{'p99':>10}{'p99.9':>10}{'p99.99':>10}{'longest':>12}")
    for name, rounds in (("no reload", quiet), ("reloads all the time", beside)):
        print(row(name, np.concatenate(rounds)))
    # the least of the rounds: neighbours on the machine only ever add
    p99_us = [min(float(np.quantile(taken, 0.99)) for taken in rounds) / 1e3 for rounds in (quiet, beside)]
    print(f"p99 {p99_us[0]:.2f} -> {p99_us[1]:.2f} us; the goal: at most {GOAL_US:g} us on top")
    assert len(reloads.times_s) >= ROUNDS
    assert p99_us[1] - p99_us[0] <= GOAL_US * SLACK
