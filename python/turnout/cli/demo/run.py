"""Computing the demo: no printing here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from turnout.cli.demo.align import align, ramp_rules
from turnout.cli.demo.gates import settle_gates
from turnout.cli.demo.log import DemoLog, read_log
from turnout.cli.demo.model import Agreement, DecisionCount, DemoReport, PolicyFacts, RampFacts, Speed
from turnout.cli.demo.shadow import agreements
from turnout.cli.demo.shares import ramp_facts
from turnout.cli.inputs import read_policy

if TYPE_CHECKING:
    from turnout import Engine

Tick = Callable[[str, int, int], None]
"""Told what is being done, how many parts are done, and of how many."""


Stopwatch = Callable[[], float]
"""Seconds from some fixed moment; two readings give the time between them."""


def silent(_what: str, _done: int, _of: int) -> None:
    """A tick that tells nobody."""


def run_demo(
    policy_path: Path | None = None,
    contacts_path: Path | None = None,
    *,
    zone: str | None = None,
    keep_dates: bool = False,
    tick: Tick = silent,
    stopwatch: Stopwatch,
) -> DemoReport:
    """Runs a policy over a contact log, each contact decided at its own arrival.

    Parameters
    ----------
    policy_path
        A policy; the sample of the package when absent.
    contacts_path
        A contact log; the 28 sample days of the package when absent.
    zone
        IANA zone for days and for times without an offset; the log's own, or UTC, when absent.
    keep_dates
        Leave `started_at` as written; otherwise every ramp starts on the log's first day.
    tick
        Told of progress.
    stopwatch
        Times the decisions; it changes no figure but the speed.
    """
    from turnout import Engine, ManualClock, sample_policy_path

    source = sample_policy_path() if policy_path is None else policy_path
    written = read_policy(source)
    tick("reading the log", 0, 1)
    log = read_log(contacts_path, zone)
    policy, shifts = align(written, log.starts_at, keep_dates=keep_dates)
    tick("counting the gates", 0, 1)
    gates, results = settle_gates(policy, log)
    engine = Engine(policy, clock=ManualClock(log.facts.first_at), gates=results)
    counts: list[DecisionCount] = []
    found_agreements: list[Agreement] = []
    ramps: list[RampFacts] = []
    seconds = 0.0
    span = log.starts_at, log.ends_at
    keys, ramping = list(policy.toggles), list(ramp_rules(policy.document))
    for done, key in enumerate(keys):
        tick(f"deciding {key}", done, len(keys))
        decided, took = decide(engine, key, log, stopwatch)
        seconds += took
        counts.extend(decision_counts(key, decided))
        found_agreements.extend(agreements(key, decided))
        for toggle, rule in ramping:
            if toggle == key:
                ramps.append(ramp_facts(engine, key, rule, with_unit(decided, log, rule["ramp"]["unit"]), span))
    tick("done", len(keys), len(keys))
    label = "the package's sample" if policy_path is None else str(policy_path)
    return DemoReport(
        policy=PolicyFacts(label, policy.digest, written.digest, len(keys)),
        log=log.facts,
        shifts=shifts,
        gates=gates,
        decisions=tuple(counts),
        agreements=tuple(found_agreements),
        ramps=tuple(ramps),
        speed=Speed(decisions=len(keys) * log.facts.contacts, seconds=seconds),
    )


def decide(engine: Engine, key: str, log: DemoLog, stopwatch: Stopwatch) -> tuple[pl.DataFrame, float]:
    """One toggle for every contact of the log at its arrival, and how many seconds the column call took."""
    began = stopwatch()
    batch = engine.evaluate_many(key, log.units, attributes=log.attributes, at=log.at)
    took = stopwatch() - began
    decided = batch.to_frame().select("enabled", "percent", "mode", "reason", "rule", "code", "value", "shadow")
    return decided.with_columns(log.at.alias("at"), log.day.alias("day"), log.units.alias("unit")), took


def with_unit(decided: pl.DataFrame, log: DemoLog, unit: str) -> pl.DataFrame:
    """Adds the column by which a ramp counts: the contact's own, or the customer where the log has none such."""
    column = log.attributes[unit] if unit in log.attributes.columns else log.units
    return decided.with_columns(column.cast(pl.String).alias("unit"))


def decision_counts(key: str, decided: pl.DataFrame) -> list[DecisionCount]:
    """How often the toggle decided so, by day and reason."""
    table = (
        decided.group_by("day", "reason", "code")
        .agg(contacts=pl.len(), contacts_on=pl.col("enabled").sum())
        .sort("day", "reason", "code")
    )
    return [DecisionCount(toggle=key, **row) for row in table.iter_rows(named=True)]
