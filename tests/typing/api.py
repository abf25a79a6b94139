"""The public face as its users type it. Nobody runs this file: mypy --strict must accept every line of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, assert_type

import numpy as np
import polars as pl
from numpy.typing import NDArray

import turnout

Floats = NDArray[np.float64]

policy = turnout.load_policy("policy.toml")
assert_type(policy, turnout.Policy)
assert_type(turnout.load_policy(Path("policy.json"), strict=False), turnout.Policy)
assert_type(turnout.Policy.from_bytes(b"", format="json", strict=True), turnout.Policy)
assert_type(turnout.Policy.from_bytes(b"", format="yaml"), turnout.Policy)
assert_type(turnout.policy_schema(), dict[str, Any])
assert_type(policy.digest, str)
assert_type(policy.environment, str | None)
assert_type(len(policy), int)
keys: list[str] = list(policy.toggles)
assert_type(turnout.load_policy("policy.toml", Path("production.json"), strict=False), turnout.Policy)

try:
    turnout.load_policy("faulty.toml")
except turnout.PolicyError as error:
    for problem in error.problems:
        assert_type(problem, turnout.Problem)
        assert_type(problem.path, str)
        assert_type(problem.line, int | None)
        assert_type(problem.hint, str)
        assert_type(problem.file, str | None)

noon = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
patch = {"toggles": {"phone": {"killed": "outage"}}}
assert_type(policy.with_changes(patch, operator="maria", reason="INC-7", at=noon), turnout.Policy)
diff = turnout.diff_policies(policy, policy, ["c-1", 2, None], {"plan": ["a", "b", "c"]}, at=noon)
assert_type(diff, turnout.PolicyDiff)
assert_type(diff.values, tuple[turnout.ValueChange, ...])
assert_type(diff.decisions, tuple[turnout.DecisionChange, ...])
assert_type(diff.decisions[0].sample, tuple[str | int | None, ...])
clock = turnout.ManualClock(noon)
clock.set(noon)
clock.advance(dt.timedelta(hours=1))
gate = turnout.GateResult("billing-bot", "ramp", 0, 512, noon)
engine = turnout.Engine(policy, clock=turnout.SystemClock(), gates=[gate])
turnout.Engine(policy, clock=clock)
turnout.Engine(policy, clock=lambda: noon)

kept = turnout.save_usage(engine, "usage.json", at=noon)
assert_type(kept, dict[str, turnout.ToggleUsage])
assert_type(turnout.load_usage("usage.json", Path("other.json")), dict[str, turnout.ToggleUsage])
stale = turnout.stale_toggles(policy, at=noon, usage=kept, gates=[gate], unused_days=90)
assert_type(stale, tuple[turnout.StaleToggle, ...])
assert_type(stale[0].reasons, tuple[turnout.StaleReason, ...])

flag = engine.evaluate("billing-bot", "customer-42", {"plan": "pro"}, default=False, at=noon)
assert_type(flag, turnout.Evaluation)
assert_type(flag.enabled, bool)
assert_type(flag.variant, str | None)
assert_type(flag.mode, Literal["off", "shadow", "live"])
assert_type(flag.reason, str)
assert_type(flag.bucket, float | None)
assert_type(flag.percent, float | None)
assert_type(flag.policy_digest, str)
engine.evaluate("billing-bot", 42)
engine.evaluate("billing-bot", None, {"list": [1, "a"], "when": noon, "nothing": None})

context = turnout.Context("customer-42", {"plan": "pro"})
assert_type(engine.is_enabled("billing-bot", context), bool)
toggle = engine.toggle("billing-bot")
assert_type(toggle, turnout.Toggle)
assert_type(toggle.is_enabled(context), bool)
assert_type(toggle.evaluate("customer-42", {"plan": "pro"}), turnout.Evaluation)

explanation = engine.explain("billing-bot", context)
assert_type(explanation, turnout.Explanation)
assert_type(explanation.evaluation, turnout.Evaluation)
for step in explanation.steps:
    assert_type(step, turnout.ExplanationStep)
    assert_type(step.depth, int)
    assert_type(step.stage, str)

everything = engine.evaluate_all(context)
assert_type(everything, turnout.Evaluations)
found: turnout.Evaluation = everything["billing-bot"]

frame = pl.DataFrame({"plan": ["pro", "free"]})
batch = engine.evaluate_many("billing-bot", ["c-1", "c-2"], attributes=frame, at=noon)
assert_type(batch, turnout.EvaluationBatch)
assert_type(batch[0], turnout.Evaluation)
assert_type(len(batch), int)
assert_type(batch.reason, pl.Series)
assert_type(batch.to_frame(), pl.DataFrame)
enabled: np.ndarray[Any, np.dtype[np.bool_]] = batch.enabled
engine.evaluate_many("billing-bot", np.arange(3), at=[noon, noon, noon])
engine.evaluate_many("billing-bot", pl.Series(["c-1"]))

usage: Mapping[str, Mapping[str, int]] = engine.usage()
for position in engine.ramp("billing-bot", at=noon):
    assert_type(position, turnout.RampPosition)
    assert_type(position.percent, float)
    assert_type(position.next_at, dt.datetime | None)
engine.swap(policy, gates=[gate])
assert_type(engine.refusals(), dict[str, dict[str, int]])


def has_consented(unit: str, purpose: str, at: dt.datetime) -> bool:
    """A consent source."""
    return (unit, purpose) == ("c-1", "ai_chat") and at.year >= 2026


with turnout.ExposureLog("exposures.jsonl", segments=["business"], pseudonym_key=bytes(16)) as exposures:
    turnout.Engine(policy, clock=turnout.SystemClock(), consent=has_consented, exposures=exposures)
    assert_type(exposures.counts, turnout.ExposureCounts)
    assert_type(exposures.take(), pl.DataFrame)
events = turnout.load_exposures("exposures.jsonl")
assert_type(turnout.shadow_agreement(events, by=["rule", "day"], zone="Europe/Berlin"), pl.DataFrame)

watch = turnout.PolicyWatch.from_source(
    "policy.toml", Path("production.toml"), clock=turnout.SystemClock(), every_s=5, gates=lambda _: [gate]
)
assert_type(watch, turnout.PolicyWatch)
assert_type(watch.engine, turnout.Engine)
assert_type(watch.poll(), bool)
assert_type(watch.age_s, float)
with turnout.PolicyWatch(
    engine,
    "https://example.com/policy.json",
    headers={"Authorization": "Bearer"},
    stale_after_s=600.0,
    before_swap=lambda *_: turnout.save_usage(engine, "usage.json", at=noon),
    on_refusal=print,
) as started:
    assert_type(started, turnout.PolicyWatch)
assert_type(watch.status, turnout.RefreshStatus)
assert_type(watch.status.confirmed_at, dt.datetime)
assert_type(watch.status.problems, tuple[turnout.Problem, ...])
assert_type(flag.stale, bool)
assert_type(batch.stale, bool)

assert_type(turnout.bucket("customer-42", "billing-bot"), float)
turnout.hash_units(["c-1", 42], "billing-bot", stage="variant")

log = turnout.load_contacts("march.csv", zone="Europe/Berlin", faulty_rows="drop")
assert_type(log.contacts, pl.DataFrame)
assert_type(turnout.load_bank_log("january.txt").report.unidentified_customers, int)
try:
    assert_type(turnout.check_contacts(log.contacts).rows, int)
except turnout.ContactLogError as refused:
    assert_type(refused.problems, tuple[str, ...])
except turnout.TurnoutError:
    pass
assert_type(turnout.sample_policy_path(), Path)

assert_type(turnout.workload_fte(12_000, 720, 140), float)
assert_type(turnout.workload_fte(pl.Series([12_000]), 720, 140), pl.Series)
roster = turnout.coverage([4, 10], [5, 8])
rows: np.ndarray[Any, np.dtype[np.float64]] = roster.difference
assert_type(roster.covered_share, float)
assert_type(turnout.capacity_triggers(36, 360, 3).exceeded, bool)
calls = turnout.retrial_metrics(arrivals=120, interval_s=1800, aht_s=300, agents=17, retry_probability=0.6)
assert_type(calls.attempts, float)
assert_type(calls.stable, bool)
result: turnout.ModelResult = calls
assert_type(result.as_dict(), dict[str, Any])
needed = turnout.retrial_required_agents(arrivals=pl.Series([120]), interval_s=1800, aht_s=300, lines=[40])
assert_type(needed.required_agents, pl.Series)
unsure = turnout.forecast_metrics(arrivals=200, arrivals_cv=0.1, interval_s=1800, aht_s=300, agents=38, nodes=15)
assert_type(unsure.interval_service_level, float)
one = turnout.forecast_required_agents(arrivals=200, arrivals_cv=0.1, interval_s=1800, aht_s=300, fractional=True)
assert_type(one.binding, str | None)
chat = turnout.chat_metrics(arrivals=60, interval_s=1800, aht_by_level_s=[240, 300], agents=7, definition="virtual")
assert_type(chat.concurrency, float)
chats = turnout.chat_required_agents(arrivals=np.arange(3), interval_s=1800, aht_by_level_s=[240, 300])
rows = chats.scheduled_agents
assert_type(
    turnout.interval_loads(arrivals=pl.Series([30]), interval_s=1800, aht_s=300, method="sipp").mean_load, pl.Series
)
truths: np.ndarray[Any, np.dtype[np.bool_]]
truths = turnout.interval_metrics(arrivals=[30, 60], interval_s=1800, aht_s=300, agents=9).stable
rows = turnout.interval_required_agents(arrivals=[30, 60], interval_s=1800, aht_s=300, basis="peak").required_agents
rows = turnout.carried_metrics(arrivals=[30, 60], interval_s=1800, aht_s=300, agents=[9, 9], backlog=5).waiting_after
limited = turnout.carried_required_agents(arrivals=[30], interval_s=1800, aht_s=300, most_agents=pl.Series([9]))
assert_type(limited.agents, pl.Series)
mail = turnout.deadline_agents(arrives=[0], due=[1], work_s=[43_200], open_s=[3600, 3600], plan="smooth")
assert_type(mail.critical_first, int | None)
rows = turnout.deadline_completion(arrives=[0], due=[1], work_s=[43_200], open_s=[3600, 3600], agents=6).late_s

loads, half_hour = pl.Series([25.0, 30.0]), {"interval_s": 1800}
assert_type(turnout.erlang_b(25, 30), float)
assert_type(turnout.erlang_c(25, [30, 31]), Floats)
assert_type(turnout.erlang_c(loads, 30), pl.Series)
assert_type(turnout.erlang_c(pl.col("load"), 30), pl.Expr)
assert_type(turnout.erlang_a(25, 30, 300, 120), float)
assert_type(turnout.erlang_wait_quantile(0.9, arrivals=150, interval_s=1800, aht_s=300, agents=28), float)
service = turnout.service_metrics(arrivals=150, interval_s=1800, aht_s=300, agents=28, measures=["asa_s"])
assert_type(service, turnout.ServiceMetrics[float])
assert_type(service.asa_s, float)
assert_type(turnout.service_metrics(arrivals=loads, agents=28, interval_s=1800, aht_s=300).asa_s, pl.Series)
assert_type(turnout.service_metrics(arrivals=[1, 2], agents=28, interval_s=1800, aht_s=300).asa_s, Floats)
need = turnout.required_agents(arrivals=150, interval_s=1800, aht_s=300, service_level=None, asa_s=20, fractional=True)
assert_type(need, turnout.RequiredAgents[float])
assert_type(need.required_agents, float)
assert_type(turnout.required_agents(arrivals=loads, interval_s=1800, aht_s=300).scheduled_agents, pl.Series)
assert_type(turnout.required_agents(arrivals=pl.col("arrivals"), interval_s=1800, aht_s=300), pl.Expr)
assert_type(turnout.square_root_staffing(25, 30), turnout.SquareRootStaffing[float])
assert_type(turnout.combine_shrinkage([0.2, 0.1], compound=True), float)
frame = pl.DataFrame({"arrivals": [150], "aht_s": [300]})
assert_type(turnout.staff_intervals(frame, interval_s=1800, service_level=0.9, max_occupancy="limit"), pl.DataFrame)
assert_type(turnout.staff_intervals(frame.lazy(), interval_s=1800), pl.LazyFrame)
assert_type(turnout.expected_wait(4, 10, 300, patience_s=600), float)
assert_type(turnout.expected_wait(pl.col("ahead"), 10, 300), pl.Expr)
assert_type(turnout.wait_variance([4], 10, 300), Floats)
assert_type(turnout.wait_quantile(0.9, loads, 10, 300), pl.Series)
assert_type(turnout.answer_probability(4, 10, 300, answer_within_s=20), float)
assert_type(turnout.score_queues(frame, contacts_ahead=3, agents=2), pl.DataFrame)

# What must not pass: each line is wrong, and mypy must say so.
turnout.Engine(policy)  # type: ignore[call-arg]
engine.evaluate("billing-bot", 4.2)  # type: ignore[arg-type]
turnout.Engine(policy, clock=turnout.SystemClock(), consent=True)  # type: ignore[arg-type]
engine.evaluate(7)  # type: ignore[arg-type]
turnout.PolicyWatch.from_source("policy.toml")  # type: ignore[call-arg]
turnout.PolicyWatch.from_source("policy.toml", clock=clock, every="2s")  # type: ignore[call-arg]
flag.enabled = True  # type: ignore[misc]
need.binding = "asa_s"  # type: ignore[misc]
turnout.erlang_c("25", 30)  # type: ignore[arg-type]
turnout.staff_intervals(frame, service_levle=0.8)  # type: ignore[call-overload]
calls.attempts = 3  # type: ignore[misc]
print(calls.lines)  # type: ignore[attr-defined]
turnout.chat_metrics(arrivals=60, interval_s=1800, aht_by_level_s=240, agents=7)  # type: ignore[call-overload]
turnout.interval_loads(arrivals=[30], interval_s=1800, aht_s=300, method="mol")  # type: ignore[call-overload]
turnout.retrial_metrics(arrivals=120, interval_s=1800, aht_s=300, agent=17)  # type: ignore[call-overload]
