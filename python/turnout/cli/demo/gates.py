"""Gate results computed from the log itself: a step that waits for `min_n` leaves when its n-th decision has come."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl

from turnout.cli.demo.align import ramp_rules
from turnout.cli.demo.log import DemoLog
from turnout.cli.demo.model import Gate
from turnout.cli.demo.shares import Stage, stages

if TYPE_CHECKING:
    from turnout import Engine, GateResult, Policy


def settle_gates(policy: Policy, log: DemoLog) -> tuple[tuple[Gate, ...], list[GateResult]]:
    """Counts each step's decisions in the log and says when its `min_n` was complete.

    A gate that opens can let the ramp reach another step with a gate, so this repeats until nothing new opens: at
    most once for each step. A step whose count stays short gets no result, and the ramp waits in it.
    """
    from turnout import Engine, GateResult, ManualClock

    waiting = [
        (key, rule, index, int(step["min_n"]))
        for key, rule in ramp_rules(policy.document)
        for index, step in enumerate(rule["ramp"]["steps"][:-1])
        if "min_n" in step
    ]
    found: dict[tuple[str, str, int], Gate] = {}
    results: list[GateResult] = []
    for _ in range(len(waiting) + 1):
        engine = Engine(policy, clock=ManualClock(log.facts.first_at), gates=results)
        opened = False
        for key, rule, index, min_n in waiting:
            name = (key, str(rule["id"]), index)
            if name in found and found[name].reached_at is not None:
                continue
            found[name] = gate = count_gate(engine, log, key, rule, index, min_n)
            if gate.reached_at is not None:
                results.append(GateResult(key, gate.rule, index, min_n, gate.reached_at))
                opened = True
        if not opened:
            break
    return tuple(found.values()), results


def count_gate(engine: Engine, log: DemoLog, key: str, rule: dict[str, Any], index: int, min_n: int) -> Gate:
    """One gate: the decisions of identified contacts that its step has logged or served, up to `min_n`."""
    name = str(rule["id"])
    spans = [stage for stage in stages(engine, key, name, log.starts_at, log.ends_at) if stage.step == index]
    if not spans:
        return Gate(key, name, index, min_n, 0, None, None)
    stage = Stage(index, spans[0].percent, spans[0].mode, spans[0].from_at, spans[-1].to_at)
    times = step_times(engine, log, key, name, stage)
    reached: dt.datetime | None = times[min_n - 1] if len(times) >= min_n else None
    return Gate(key, name, index, min_n, min(min_n, len(times)), stage.from_at, reached)


def step_times(engine: Engine, log: DemoLog, key: str, rule: str, stage: Stage) -> pl.Series:
    """When the step's counted decisions fell: those it watched in shadow, those it served when live."""
    part = log.between(stage.from_at, stage.to_at)
    batch = engine.evaluate_many(key, part.units, attributes=part.attributes, at=part.at)
    decided = batch.to_frame().with_columns(part.at.alias("at"), part.units.alias("unit"))
    counted = pl.col("mode") == "shadow" if stage.mode == "shadow" else pl.col("enabled")
    return decided.filter((pl.col("rule") == rule) & pl.col("unit").is_not_null() & counted)["at"]
