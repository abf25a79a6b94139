"""The age of a policy: exposed, and past its limit said by every evaluation; by a clock, so that a dead thread shows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.property.documents import NOW, document, ramp, rule, toggle
from tests.unit.watching import Desk

CLOSED = {"zone": "UTC", "open": "daily 00:00-01:00"}
BOT = {"category": "automation", "model_version": "m-1", "risk": "low", "consent": ["ai_chat"]}
WATCHED = ramp(
    {"percent": 0, "mode": "shadow", "hold": "7d", "max": "30d"}, {"percent": 10}, started_at="2026-04-30T00:00:00Z"
)
# Each reason with a toggle that gives it, and what it becomes when the policy is stale.
TOGGLES = {
    "static": toggle(),
    "default": toggle(rules=[rule({"attribute": "plan", "equals": "free"})]),
    "match": toggle(rules=[rule({"attribute": "plan", "equals": "pro"})]),
    "split": toggle(rules=[rule(ramp=ramp({"percent": 100}))]),
    "disabled": toggle(enabled=False),
    "closed": toggle(schedule=CLOSED),
    "requires": toggle(requires={"disabled": True}),
    "consent": toggle(**BOT),
    "shadow": toggle(rules=[rule(ramp=WATCHED)]),
}
REASONS = {
    "static": ("STATIC", None, "STALE"),
    "default": ("DEFAULT", None, "STALE"),
    "match": ("TARGETING_MATCH", None, "STALE"),
    "split": ("SPLIT", None, "STALE"),
    "disabled": ("DISABLED", None, "DISABLED"),
    "closed": ("DEFAULT", "OUTSIDE_SCHEDULE", "DEFAULT"),
    "requires": ("DEFAULT", "PREREQUISITE_FAILED", "DEFAULT"),
    "consent": ("CONSENT_MISSING", None, "CONSENT_MISSING"),
    "shadow": ("SHADOW", None, "SHADOW"),
    "unknown": ("ERROR", "FLAG_NOT_FOUND", "ERROR"),
}
PLANS = {"plan": "pro"}


def stale_desk(folder: Path, **options: Any) -> Desk:
    return Desk(folder, first=json.dumps(document(TOGGLES)), stale_after_s=60, **options)


def everything(desk: Desk, key: str) -> list[turnout.Evaluation]:
    """What every door says of a toggle."""
    engine = desk.engine
    found = [
        engine.evaluate(key, "c-1", PLANS),
        engine.evaluate(key, turnout.Context("c-1", PLANS)),
        engine.explain(key, "c-1", PLANS).evaluation,
        engine.evaluate_many(key, ["c-1", "c-2"], {"plan": ["pro", "pro"]})[0],
        # the limit is of the present, whatever instant is asked about
        engine.evaluate(key, "c-1", PLANS, at=NOW),
    ]
    if key in engine.policy:
        found += [engine.toggle(key).evaluate("c-1", PLANS), engine.evaluate_all("c-1", PLANS)[key]]
    return found


@pytest.mark.parametrize("key", REASONS)
def test_every_door_says_that_the_policy_is_stale(tmp_path: Path, key: str) -> None:
    """In place of a reason that says nothing went wrong; what is decided stays."""
    desk = stale_desk(tmp_path)
    fresh, code, stale = REASONS[key]
    before = everything(desk, key)
    assert {(e.reason, e.code, e.stale) for e in before} == {(fresh, code, False)}
    desk.advance(60)
    assert not any(e.stale for e in everything(desk, key))
    desk.advance(0.000_001)
    after = everything(desk, key)
    assert {(e.reason, e.code, e.stale) for e in after} == {(stale, code, True)}
    for old, new in zip(before, after, strict=True):
        assert new.to_dict() == old.to_dict() | {"reason": stale, "stale": True}
        assert (new != old, hash(new)) == (True, hash(old))
    batch = desk.engine.evaluate_many(key, ["c-1", "c-2"], {"plan": ["pro", "pro"]})
    assert (batch.stale, batch.reason.to_list()) == (True, [stale] * 2)
    assert batch.to_frame()["reason"].to_list() == [stale] * 2


def test_explain_says_so_before_its_steps(tmp_path: Path) -> None:
    desk = stale_desk(tmp_path)
    assert "freshness" not in str(desk.engine.explain("static"))
    desk.advance(61)
    assert str(desk.engine.explain("static")).splitlines()[:3] == [
        "static: True (STALE)",
        "  freshness missed: the policy may be old: its source has not been read for longer than the limit",
        "  state passed: enabled",
    ]


def test_a_look_makes_it_fresh_again_and_a_refusal_does_not(tmp_path: Path) -> None:
    """What counts is that the source says what is in force, not that somebody looked."""
    desk = stale_desk(tmp_path)
    desk.advance(50)
    desk.write("{")
    desk.advance(50)
    desk.watch.poll()
    status = desk.watch.status
    assert (status.age_s, status.stale, desk.watch.age_s) == (100, True, 100)
    assert (status.confirmed_at, status.checked_at) == (NOW, NOW + dt.timedelta(seconds=100))
    assert desk.engine.evaluate("static").stale
    desk.write(json.dumps(document(TOGGLES)))
    assert (desk.watch.status.age_s, desk.engine.evaluate("static").reason) == (0, "STATIC")


def test_a_watch_that_died_or_hangs_shows(tmp_path: Path) -> None:
    """Nothing has to be called for it."""
    desk = stale_desk(tmp_path)
    engine, clock = desk.engine, desk.clock
    del desk
    clock.advance(dt.timedelta(seconds=61))
    assert engine.evaluate("static").reason == "STALE"


def test_a_watch_of_an_engine_counts_from_its_making(tmp_path: Path) -> None:
    """And another one may have another limit, or none."""
    desk = stale_desk(tmp_path)
    desk.advance(61)
    later = turnout.PolicyWatch(desk.engine, desk.path, stale_after_s=600)
    assert not desk.engine.evaluate("static").stale
    desk.advance(601)
    assert (desk.engine.evaluate("static").stale, later.status.stale) == (True, True)
    turnout.PolicyWatch(desk.engine, desk.path)
    assert not desk.engine.evaluate("static").stale


def test_a_start_with_the_copy_is_as_old_as_the_copy(tmp_path: Path) -> None:
    desk = stale_desk(tmp_path, last_good=tmp_path / "copy")
    desk.path.unlink()
    for age_s, stale in ((59, False), (61, True)):
        clock = turnout.ManualClock(NOW + dt.timedelta(seconds=age_s))
        again = turnout.PolicyWatch.from_source(desk.path, clock=clock, last_good=tmp_path / "copy", stale_after_s=60)
        assert (again.engine.evaluate("static").stale, again.status.stale) == (stale, stale)


def test_the_clock_is_asked_only_where_there_is_a_limit_and_never_for_a_truth_value(tmp_path: Path) -> None:
    """`is_enabled` has no place to say it in."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(document(TOGGLES)))
    asked: list[dt.datetime] = []

    def clock() -> dt.datetime:
        asked.append(NOW)
        return NOW

    engine = turnout.Engine(turnout.load_policy(path), clock=clock)
    watch = turnout.PolicyWatch(engine, path)
    for limited in (False, True):
        if limited:
            watch = turnout.PolicyWatch(engine, path, stale_after_s=60)
        asked.clear()
        engine.is_enabled("match", "c-1", PLANS)
        assert asked == []
        engine.evaluate("match", "c-1", PLANS)
        assert len(asked) == limited
    assert not watch.status.stale


def test_a_limit_beyond_all_time_is_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stale_after_s=1e15)
    desk.advance(1e9)
    assert not desk.engine.evaluate("phone").stale
