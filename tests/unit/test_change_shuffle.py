"""Ramps under way keep their customers: ways round the rule, step by step, and what the rule leaves alone."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import governed, ramped
from tests.unit.test_change import START, WHO, change, faults, policy, ramp_patch

STEPS = [{"percent": 10, "hold": "2d"}, {"percent": 100}]
KEY = next(iter(ramped()["toggles"]))
LATER = "2027-01-01T00:00:00Z"


def day(number: float) -> dt.datetime:
    """A day of the ramp."""
    return START + dt.timedelta(days=number)


def under_way(**fields: Any) -> turnout.Policy:
    """A ramp that lets 10 % in from its first instant."""
    return turnout.Policy.from_document(ramped(steps=STEPS, **fields))


def rules(before: turnout.Policy, *changes: dict[str, Any]) -> dict[str, Any]:
    """A patch to rules that are the first one with an id and fields of the ramp of their own."""
    (first, *_) = before.toggles[KEY]["rules"]
    found = []
    for fields in changes:
        rule = copy.deepcopy(first)
        rule["id"] = fields.get("id", rule["id"])
        rule["ramp"] |= {name: value for name, value in fields.items() if name != "id"}
        found.append(rule)
    return {"toggles": {KEY: {"rules": found}}}


def refused(before: turnout.Policy, patch: dict[str, Any], at: dt.datetime | None = None) -> list[str]:
    """The paths at which a change is refused."""
    with pytest.raises(turnout.PolicyError) as error:
        before.with_changes(patch, **WHO, at=at)
    assert {problem.kind for problem in error.value.problems} == {"governance"}
    return [path.partition("rules")[2] for path in faults(error)]


def test_one_ramp_replaced_by_two() -> None:
    before = under_way()
    patch = rules(before, {"id": "a", "salt": "a"}, {"id": "b", "salt": "b"})
    assert refused(before, patch) == ["[0].ramp.salt", "[1].ramp.salt"]
    patch = rules(before, {"id": "a"}, {"id": "b", "unit": "account_id"})
    assert refused(before, patch) == ["[1].ramp.unit"]
    reason = {"rebucket": True, "reason": "accounts decide together from now on"}
    patch = rules(before, {"id": "a"}, {"id": "b", "unit": "account_id"} | reason)
    assert len(before.with_changes(patch, **WHO).toggles[KEY]["rules"]) == 2


def test_a_ramp_may_be_split_and_joined_when_it_chooses_as_before() -> None:
    before = under_way()
    split = before.with_changes(rules(before, {"id": "a"}, {"id": "b"}), **WHO)
    assert split.with_changes(rules(before, {"id": "joined"}), **WHO).toggles[KEY]["rules"][0]["id"] == "joined"


def test_a_ramp_that_chooses_otherwise_beside_one_under_way() -> None:
    """It would stand before the other, or take its place when that is taken out next."""
    before = under_way()
    for order in ((0, 1), (1, 0)):
        both = [{}, {"id": "second", "salt": "other"}]
        (path,) = refused(before, rules(before, *(both[i] for i in order)))
        assert path == f"[{order.index(1)}].ramp.salt"
    waiting = {"id": "second", "salt": "other", "started_at": LATER}
    assert refused(before, rules(before, {}, waiting), day(1)) == ["[1].ramp.salt"]
    assert before.with_changes(rules(before, {}, {"id": "second"}), **WHO) != before


def test_a_ramp_that_waits_beside_one_under_way_is_not_turned() -> None:
    before = under_way()
    waiting = {"id": "second", "started_at": LATER}
    both = before.with_changes(rules(before, {}, waiting), **WHO, at=day(1))
    assert refused(both, rules(before, {}, waiting | {"salt": "other"}), day(2)) == ["[1].ramp.salt"]


def test_ramps_that_choose_apart_since_before_they_began_go_on() -> None:
    free = under_way(started_at=LATER)
    both = free.with_changes(rules(free, {}, {"id": "second", "salt": "b"}), **WHO, at=day(1))
    on = both.with_changes(
        rules(both, {"started_at": "2026-03-05T00:00:00Z"}, {"id": "second", "salt": "b"}), **WHO, at=day(2)
    )
    paused = [{"from": "2026-03-07T00:00:00Z", "reason": "csat fell"}]
    assert on.with_changes(rules(on, {"pauses": paused}, {"id": "second", "salt": "b"}), **WHO, at=day(6)) != on
    swapped = rules(on, {"salt": "b"}, {"id": "second", "salt": KEY})
    assert refused(on, swapped, day(6)) == ["[0].ramp.salt"]
    assert refused(on, swapped) == ["[0].ramp.salt", "[1].ramp.salt"]


@pytest.mark.parametrize(
    "fields",
    [
        {"started_at": LATER},
        {"pauses": [{"from": "2026-02-01T00:00:00Z", "to": LATER, "reason": "x"}]},
        {"pauses": [{"from": "2026-02-01T00:00:00Z", "reason": "x"}]},
        {"steps": [STEPS[0] | {"approval": "lead"}, STEPS[1]]},
    ],
)
@pytest.mark.parametrize("at", [None, day(1)])
def test_a_ramp_under_way_is_not_made_one_that_has_not_begun(fields: dict[str, Any], at: dt.datetime | None) -> None:
    """Otherwise it could be turned round in the next change."""
    before = under_way()
    assert refused(before, ramp_patch(before, **fields), at) == ["[0].ramp.started_at"]
    assert refused(before, rules(before, {"id": "other"} | fields), at) == ["[0].ramp.started_at"]
    said = change(before, at, **fields, rebucket=True, reason="the first day was a test")
    assert said.toggles[KEY]["rules"][0]["ramp"]["rebucket"] is True


def test_a_start_is_put_right_where_that_begins_nothing_anew() -> None:
    before = under_way()
    assert change(before, day(3), started_at="2026-03-02T00:00:00Z") != before
    assert change(before, started_at="2026-02-20T00:00:00Z") != before
    waits = under_way(started_at=LATER)
    assert change(waits, day(3), started_at="2028-01-01T00:00:00Z") != waits


def test_a_change_is_not_dated_before_the_one_that_it_follows() -> None:
    before = under_way()
    paused = change(before, day(1), pauses=[{"from": "2026-03-02T00:00:00Z", "reason": "csat fell"}])
    assert refused(paused, ramp_patch(paused, salt="other"), day(-1)) == ["[0].ramp.salt"]


def test_a_rollback_is_never_refused() -> None:
    before = under_way()
    for rollback in (
        {"toggles": {KEY: None}},
        {"toggles": {KEY: {"rules": None}}},
        {"toggles": {KEY: {"enabled": False}}},
        {"toggles": {KEY: {"killed": "outage"}}},
        ramp_patch(before, steps=[{"percent": 0}]),
        ramp_patch(before, steps=[{"percent": 1}]),
        ramp_patch(before, pauses=[{"from": "2026-03-02T00:00:00Z", "reason": "csat fell"}]),
    ):
        assert before.with_changes(rollback, **WHO, at=day(1)) != before


def test_who_has_nobody_in_may_choose_anew() -> None:
    """Back to nobody first, in a change of its own: what the customers had is gone by then, and the records say so."""
    before = under_way()
    nobody = change(before, day(1), steps=[{"percent": 0}])
    assert change(nobody, day(2), steps=STEPS, salt="other") != nobody
    gone = before.with_changes({"toggles": {KEY: {"rules": None}}}, **WHO)
    assert gone.with_changes(ramp_patch(before, salt="other"), **WHO) != gone


def test_each_reason_counts_once_in_a_toggle() -> None:
    reason = {"rebucket": True, "reason": "one"}
    first = change(under_way(), salt="b", **reason)
    second = rules(first, {}, {"id": "second", "salt": "c"} | reason)
    assert refused(first, second) == ["[1].ramp.reason"]
    second = rules(first, {}, {"id": "second", "salt": "c"} | reason | {"reason": "two"})
    assert first.with_changes(second, **WHO) != first


def test_a_toggle_that_had_no_ramp_gets_any() -> None:
    before = policy(**{KEY: governed()})
    assert before.with_changes(ramp_patch(under_way(), salt="other"), **WHO) != before
