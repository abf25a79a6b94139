"""Ten million evaluations while a watch exchanges the policy under them: each is of the old one or of the new one."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import turnout
from tests.unit.test_concurrency import PLANS, UNITS, marked, whole
from tests.unit.watching import rename

ROWS = 100_000
BATCHES = 96
CALLS = 400_000


class Asker:
    """Asks in threads, and counts what it was answered by which policy."""

    def __init__(self, engine: turnout.Engine) -> None:
        self.engine = engine
        self.units = pl.Series([f"c-{index}" for index in range(ROWS)])
        self.plans = pl.DataFrame({"plan": ["pro"] * ROWS})
        self.expected = engine.evaluate_many("t", self.units, self.plans).enabled
        self.singly = [engine.is_enabled("t", unit, PLANS) for unit in UNITS]
        self.seen: Counter[str] = Counter()
        self.faults: list[BaseException] = []

    def many(self) -> None:
        """Half of the batches: every row of one policy, and all rows of the same."""
        for _ in range(BATCHES // 2):
            batch = self.engine.evaluate_many("t", self.units, self.plans)
            mark = whole(batch[0])
            served = np.where(self.expected, mark, f"not {mark}")
            assert (batch.enabled == self.expected).all()
            assert (batch.value == pl.Series(served)).all()
            self.seen[mark] += ROWS

    def one(self) -> None:
        """A quarter of the single calls, by three doors in turn."""
        handle, context = self.engine.toggle("t"), turnout.Context("c-1", PLANS)
        for turn in range(CALLS // 4 // 4):
            unit = UNITS[turn % len(UNITS)]
            assert self.engine.is_enabled("t", unit, PLANS) == self.singly[turn % len(UNITS)]
            for found in (
                self.engine.evaluate("t", unit, PLANS),
                handle.evaluate(context),
                self.engine.evaluate_all(context)["t"],
            ):
                self.seen[whole(found)] += 1
            self.seen["unmarked"] += 1

    def run(self, ask: str) -> None:
        try:
            getattr(self, ask)()
        except BaseException as fault:
            self.faults.append(fault)


def test_ten_million_evaluations_are_each_of_one_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch reads, compiles and exchanges all the time."""
    monkeypatch.setattr("turnout.sources.SETTLE_S", 0.0)
    path = tmp_path / "policy.json"
    texts = [json.dumps(marked(mark, toggles).document) for mark, toggles in (("old", 3), ("zzz", 40))]
    path.write_text(texts[0])
    watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock())
    asker = Asker(watch.engine)
    kinds = ["many"] * 2 + ["one"] * 4
    threads = [threading.Thread(target=asker.run, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    exchanges = 0
    while any(thread.is_alive() for thread in threads):
        rename(path, texts[1 - exchanges % 2])
        assert watch.poll()
        exchanges += 1
    for thread in threads:
        thread.join()
    assert not asker.faults, asker.faults[0]
    assert asker.seen.total() == BATCHES * ROWS + CALLS == 10_000_000
    assert asker.seen["old"] > 100_000
    assert asker.seen["zzz"] > 100_000
    assert exchanges > 50
    assert watch.status.swaps == exchanges
