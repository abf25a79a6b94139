"""A swap under load: readers never see half of one policy and half of another."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from benches.documents import turnout_document
from benches.peers.rows import Result, Row
from benches.workload import Caller, Toggle, callers, toggles


def two_policies(made_toggles: list[Toggle]) -> tuple[Any, Any]:
    """Two policies with the same keys whose every toggle differs: rule "old" serves on, rule "new" serves off."""
    import turnout

    made = []
    for rule, serve in (("old", True), ("new", False)):
        document = turnout_document(made_toggles)
        for toggle in document["toggles"].values():
            toggle.pop("enabled", None)
            toggle["rules"] = [{"id": rule, "serve": serve}]
        made.append(turnout.Policy.from_document(document))
    return made[0], made[1]


@dataclass(slots=True)
class Load:
    """What the readers share with the writer."""

    engine: Any
    wholes: dict[str, tuple[str, bool]]  # digest -> rule and answer of that policy
    keys: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    reads: list[int] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    def check(self, evaluation: Any) -> str:
        if self.wholes.get(evaluation.policy_digest) != (evaluation.rule, evaluation.enabled):
            self.torn.append(f"{evaluation!r}")
        return str(evaluation.policy_digest)

    def read_one_by_one(self, made: list[Caller]) -> None:
        reads = 0
        while not self.stop.is_set():
            for caller in made:
                key = self.keys[reads % len(self.keys)]
                self.check(self.engine.evaluate(key, caller.unit, caller.attributes))
                reads += 1
        self.reads.append(reads)

    def read_wholes(self, made: list[Caller]) -> None:
        """All toggles of one call, and all rows of one batch, come from one policy."""
        reads = 0
        units = [caller.unit for caller in made]
        while not self.stop.is_set():
            caller = made[reads % len(made)]
            everything = self.engine.evaluate_all(caller.unit, caller.attributes)
            digests = {self.check(everything[key]) for key in self.keys}
            batch = self.engine.evaluate_many(self.keys[reads % len(self.keys)], units).enabled
            if len(digests) != 1 or batch.all() != batch.any():
                self.torn.append(f"{len(digests)} policies in one call, or a mixed batch")
            reads += len(self.keys) + len(units)
        self.reads.append(reads)


def load(seconds: float) -> tuple[Load, int]:
    """Two readers against one writer that swaps as fast as it can; the lock changes hands every 10 us."""
    import turnout

    made_toggles = toggles()
    old, new = two_policies(made_toggles)
    engine = turnout.Engine(old, clock=turnout.SystemClock())
    wholes = {old.digest: ("old", True), new.digest: ("new", False)}
    shared = Load(engine, wholes, [toggle.key for toggle in made_toggles])
    made = callers()
    threads = [threading.Thread(target=read, args=(made,)) for read in (shared.read_one_by_one, shared.read_wholes)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    swaps = 0
    try:
        for thread in threads:
            thread.start()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            engine.swap(new if swaps % 2 == 0 else old)
            swaps += 1
    finally:
        shared.stop.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    return shared, swaps


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    shared, swaps = load(0.5 if quick else 3.0)
    assert swaps > 10, "the writer did not run"
    assert len(shared.reads) == 2, "a reader failed"
    assert min(shared.reads) > 100, "a reader did not run"
    note = f"{sum(shared.reads):,} reads, {swaps:,} swaps"
    return Result([Row("torn reads while policies are swapped", len(shared.torn), "", goal=0.0, note=note)])
