"""Ramps as an operations lead plans them: a week to everybody, a bot in the dark first, and what goes wrong on the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import turnout
from tests.property.documents import Document, engine, ramp, rule, toggle

MONDAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
CUSTOMERS = [f"customer-{number}" for number in range(2000)]
WHO = {"operator": "maria@example.com", "reason": "CSAT fell to 4.0"}

WEEK_TO_EVERYBODY = (
    {"percent": 0, "hold": "1d"},
    {"percent": 10, "hold": "2d"},
    {"percent": 30, "hold": "4d"},
    {"percent": 100},
)
DARK_THEN_SMALL = (
    {"percent": 0, "mode": "shadow", "hold": "7d", "max": "14d", "min_n": 500},
    {"percent": 10, "hold": "7d", "max": "14d", "min_n": 300},
    {"percent": 20},
)


def day(number: float) -> dt.datetime:
    """So many days after the ramp began."""
    return MONDAY + dt.timedelta(days=number)


def desk(*steps: Document, gates: Any = (), now: dt.datetime = MONDAY, **keys: Any) -> turnout.Engine:
    """An engine whose toggle `bot` ramps since Monday."""
    bot: Document = {"variants": {"bot": 1}, "default": "human"}
    listed = ramp(*steps, started_at=MONDAY.isoformat().replace("+00:00", "Z"), **keys)
    return engine({"bot": toggle(rules=[rule(ramp=listed)], **bot)}, now, gates)


def samples(step: int, n: int, at: dt.datetime) -> turnout.GateResult:
    """What the quality team counted."""
    return turnout.GateResult("bot", "r", step, n, at)


def approved(step: int, at: dt.datetime) -> Document:
    """The lead's signature."""
    return {"step": step, "role": "ops_lead", "by": "omar@example.com", "at": at.isoformat()}


def served(found: turnout.Engine, at: dt.datetime) -> set[str]:
    """The customers whom the bot serves."""
    batch = found.evaluate_many("bot", CUSTOMERS, at=at)
    return {customer for customer, enabled in zip(CUSTOMERS, batch.enabled, strict=True) if enabled}


def share(found: turnout.Engine, at: dt.datetime) -> float:
    """How many percent that are."""
    return 100 * len(served(found, at)) / len(CUSTOMERS)


def place(found: turnout.Engine, at: dt.datetime) -> tuple[int | None, float, str, str | None]:
    """Step, percent, mode, and what it waits for."""
    (position,) = found.ramp("bot", at=at)
    return position.step, position.percent, position.mode, position.waits_for


def changed(found: turnout.Engine, at: dt.datetime, **fields: Any) -> turnout.Engine:
    """The engine with these fields in its ramp, as a change puts them in force."""
    rules = found.policy.toggles["bot"]["rules"]
    rules[0]["ramp"] |= fields
    found.swap(found.policy.with_changes({"toggles": {"bot": {"rules": rules}}}, **WHO, at=at))
    return found


def test_from_nobody_to_everybody_in_a_week() -> None:
    found = desk(*WEEK_TO_EVERYBODY)
    plan = {0: 0, 0.99: 0, 1: 10, 2.99: 10, 3: 30, 6.99: 30, 7: 100, 365: 100}
    assert {number: place(found, day(number))[1] for number in plan} == plan
    assert served(found, day(0)) == set()
    assert share(found, day(1)) == pytest.approx(10, abs=2)
    assert share(found, day(3)) == pytest.approx(30, abs=3)
    assert served(found, day(7)) == set(CUSTOMERS)
    assert served(found, day(1)) < served(found, day(3)) < served(found, day(7)), "nobody is taken out on the way"


def test_a_bot_runs_in_the_dark_for_a_week_at_least() -> None:
    found = desk(*DARK_THEN_SMALL, gates=[samples(0, 500, day(5))])
    assert place(found, day(6)) == (0, 0, "shadow", "its time to pass")
    watched = found.evaluate("bot", "customer-1", at=day(6))
    assert (watched.value, watched.shadow, watched.reason, watched.enabled) == ("human", "bot", "SHADOW", False)
    assert served(found, day(7) - TICK) == set()
    assert place(found, day(7))[:3] == (1, 10, "live")
    assert share(found, day(7)) == pytest.approx(10, abs=2)


def test_it_stays_in_the_dark_until_enough_was_seen_and_two_weeks_at_most() -> None:
    slow = desk(*DARK_THEN_SMALL, gates=[samples(0, 499, day(8)), samples(0, 500, day(11))])
    assert place(slow, day(10)) == (0, 0, "shadow", "500 samples")
    assert place(slow, day(11))[:3] == (1, 10, "live")
    late = desk(*DARK_THEN_SMALL, gates=[samples(0, 500, day(14) + TICK)])
    for at in (day(14), day(14) + TICK, day(300)):
        assert place(late, at) == (0, 0, "shadow", "a person: 500 samples did not come in time")
        assert served(late, at) == set()


def test_then_from_10_to_20_percent_after_one_to_two_weeks() -> None:
    dark = samples(0, 500, day(7))
    for complete, begins in ((9, 14), (14, 14), (17.5, 17.5), (21, 21)):
        found = desk(*DARK_THEN_SMALL, gates=[dark, samples(1, 300, day(complete))])
        assert [place(found, day(begins) - at)[1] for at in (TICK, 0 * TICK)] == [10, 20]
        assert served(found, day(10)) < served(found, day(begins))
    found = desk(*DARK_THEN_SMALL, gates=[dark, samples(1, 300, day(21) + TICK)])
    assert place(found, day(60)) == (1, 10, "live", "a person: 300 samples did not come in time")


def test_a_step_that_waited_too_long_keeps_its_share_until_a_person_decides() -> None:
    """Nobody is taken out, nobody comes in; more time, fewer samples or a rollback are changes with a name to them."""
    gates = [samples(0, 500, day(7)), samples(1, 300, day(25))]
    found = desk(*DARK_THEN_SMALL, gates=gates)
    kept = served(found, day(10))
    assert served(found, day(100)) == kept
    steps = [dict(step) for step in DARK_THEN_SMALL]
    steps[1]["max"] = "21d"
    found.swap(changed(found, day(30), steps=steps).policy, gates=gates)
    assert place(found, day(25) - TICK)[1] == 10
    assert place(found, day(30))[1] == 20
    assert kept < served(found, day(30))
    record = found.policy.document["change"]
    assert (record["operator"], record["reason"]) == (WHO["operator"], WHO["reason"])


def test_without_any_figures_nothing_is_widened() -> None:
    found = desk(*DARK_THEN_SMALL)
    assert place(found, day(3650)) == (0, 0, "shadow", "a person: 500 samples did not come in time")


SIGNED = (
    {"percent": 10, "hold": "2d"},
    {"percent": 30, "hold": "2d", "approval": "ops_lead"},
    {"percent": 60, "hold": "2d", "min_n": 300},
    {"percent": 100},
)


def test_after_a_downtime_it_is_where_it_would_have_been() -> None:
    """In one jump, the same for an engine that was asked every hour and one that was started just now."""
    asked, clock = desk(*WEEK_TO_EVERYBODY), day(0)
    while clock < day(9):
        asked.evaluate("bot", "customer-1", at=clock)
        clock += dt.timedelta(hours=1)
    started = desk(*WEEK_TO_EVERYBODY, now=day(9))
    assert place(started, day(9)) == place(asked, day(9)) == (3, 100, "live", None)
    assert served(started, day(5)) == served(asked, day(5))


def test_after_a_downtime_it_stops_at_the_signature_that_nobody_gave() -> None:
    found = desk(*SIGNED, now=day(200))
    assert place(found, day(200)) == (0, 10, "live", "approval by ops_lead")
    signed = desk(*SIGNED, approvals=[approved(1, day(200))], now=day(200))
    assert place(signed, day(200) - TICK)[0] == 0
    assert place(signed, day(200)) == (1, 30, "live", "its time to pass")


def test_after_a_downtime_it_stops_where_figures_are_missing() -> None:
    signed = {"approvals": [approved(1, day(1))]}
    found = desk(*SIGNED, **signed, now=day(200))
    assert place(found, day(200)) == (2, 60, "live", "300 samples"), "past the signature, in one jump, to the gate"
    counted = desk(*SIGNED, **signed, gates=[samples(2, 300, day(150))], now=day(200))
    assert place(counted, day(200)) == (3, 100, "live", None)


def test_going_back_from_30_to_10_percent_takes_out_exactly_the_newest() -> None:
    found = desk(*WEEK_TO_EVERYBODY)
    first, now = served(found, day(2)), served(found, day(4))
    assert len(now - first) > 300
    changed(found, day(4), steps=[*WEEK_TO_EVERYBODY[:2], {"percent": 10}])
    assert served(found, day(4)) == first
    assert served(found, day(400)) == first, "and it stays there"
    changed(found, day(5), steps=[*WEEK_TO_EVERYBODY[:2], {"percent": 30}])
    assert served(found, day(5)) == now, "the same customers come in again"


def test_a_pause_keeps_whom_it_has_and_moves_the_plan() -> None:
    found = desk(*WEEK_TO_EVERYBODY)
    now = served(found, day(4))
    changed(found, day(4), pauses=[{"from": day(4).isoformat(), "reason": "carrier outage"}])
    assert place(found, day(30)) == (2, 30, "live", "the end of a pause")
    assert served(found, day(30)) == now
    pause = {"from": day(4).isoformat(), "to": day(30).isoformat(), "reason": "carrier outage"}
    changed(found, day(30), pauses=[pause])
    assert [place(found, day(number))[1] for number in (30, 32.99, 33)] == [30, 30, 100], "three days of four were left"


def test_a_kill_turns_it_off_for_all_and_the_plan_goes_on_beneath() -> None:
    found = desk(*WEEK_TO_EVERYBODY)
    found.swap(found.policy.with_changes({"toggles": {"bot": {"killed": "INC-9"}}}, **WHO, at=day(4)))
    assert served(found, day(4)) == set()
    assert found.evaluate("bot", "customer-1", at=day(4)).reason == "DISABLED"
    found.swap(found.policy.with_changes({"toggles": {"bot": {"killed": None}}}, **WHO, at=day(8)))
    assert served(found, day(8)) == set(CUSTOMERS)


@pytest.mark.parametrize("missing", ["owner", "rollback", "monitors", "review_by"])
def test_nothing_is_widened_that_nobody_answers_for(missing: str) -> None:
    """Without an owner, a way back and somebody who watches, the policy is refused and the old one serves on."""
    found = desk(*WEEK_TO_EVERYBODY)
    before = found.policy
    with pytest.raises(turnout.PolicyError) as error:
        before.with_changes({"toggles": {"bot": {missing: None}}}, **WHO)
    assert [(problem.path, problem.kind) for problem in error.value.problems] == [
        (f"toggles.bot.{missing}", "governance")
    ]
    assert found.policy is before
