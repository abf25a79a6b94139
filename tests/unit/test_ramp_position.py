"""Where a ramp stands: a pure function of the document, the gate results and the time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import turnout
from tests.property.documents import Document, document, engine, ramp, rule, toggle

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
SAMPLE = (
    {"percent": 0, "mode": "shadow", "hold": "7d", "max": "14d", "min_n": 500},
    {"percent": 10, "hold": "2d"},
    {"percent": 30, "hold": "5d", "approval": "ops_lead"},
    {"percent": 100},
)


def day(days: float) -> dt.datetime:
    """So many days after the start."""
    return START + dt.timedelta(days=days)


def ramped(*steps: Document, gates: Any = (), **keys: Any) -> turnout.Engine:
    """An engine whose toggle `t` ramps from the start on."""
    listed = ramp(*steps, started_at="2026-03-01T00:00:00Z", **keys)
    return engine({"t": toggle(rules=[rule(ramp=listed)])}, START, gates)


def gate(step: int, at: dt.datetime, n: int = 500) -> turnout.GateResult:
    """Samples of a step of `t`."""
    return turnout.GateResult("t", "r", step, n, at)


def approval(step: int, at: dt.datetime) -> Document:
    """An approval by the operations lead."""
    return {"step": step, "role": "ops_lead", "by": "maria@example.com", "at": at.isoformat()}


def pause(start: dt.datetime, end: dt.datetime | None = None) -> Document:
    """A pause, open without an end."""
    return {"from": start.isoformat(), "reason": "outage"} | ({} if end is None else {"to": end.isoformat()})


def entered(desk: turnout.Engine) -> list[dt.datetime | None]:
    """When each step is entered, as far as the plan is known; checked from both sides."""
    found: list[dt.datetime | None] = []
    at: dt.datetime | None = desk.ramp("t", at=START - dt.timedelta(days=9))[0].next_at
    while at is not None:
        (now,), (before,) = desk.ramp("t", at=at), desk.ramp("t", at=at - TICK)
        assert (now.step, now.entered_at) == (len(found), at)
        assert (before.step, before.next_at) == (len(found) - 1 if found else None, at)
        found.append(at)
        at = now.next_at
    return found


def test_holds_alone() -> None:
    """0 -> 10 -> 30 -> 100, and in one jump after a downtime."""
    first, second = {"percent": 0, "hold": "1d"}, {"percent": 10, "hold": "1d12h"}
    desk = ramped(first, second, {"percent": 30, "hold": "1w"}, {"percent": 100})
    assert entered(desk) == [day(0), day(1), day(2.5), day(9.5)]
    (later,) = desk.ramp("t", at=day(4000))
    assert (later.step, later.percent, later.entered_at, later.next_at) == (3, 100.0, day(9.5), None)
    assert [desk.evaluate("t", "c-1", at=at).percent for at in days(-1, 0, 1, 2.5, 9.5)] == [0, 0, 10, 30, 100]


def test_before_the_start_nobody_is_in() -> None:
    """Not even in shadow."""
    desk = ramped({"percent": 100, "hold": "1d"}, {"percent": 100})
    (position,) = desk.ramp("t", at=START - TICK)
    assert (position.step, position.steps, position.percent, position.mode) == (None, 2, 0.0, "off")
    assert (position.entered_at, position.next_at, position.waits_for) == (None, START, "its start")
    found = desk.evaluate("t", "c-1", at=START - TICK)
    assert (found.enabled, found.mode, found.reason, found.percent) == (False, "off", "SPLIT", 0.0)
    shadow = ramped({"percent": 0, "mode": "shadow"})
    assert shadow.evaluate("t", "c-1", at=START - TICK).mode == "off"
    assert shadow.evaluate("t", "c-1", at=START).mode == "shadow"


def test_missing_data_holds() -> None:
    """A step with min_n is not left without a gate result, however long it takes."""
    assert entered(ramped(*SAMPLE)) == [day(0)]
    (position,) = ramped(*SAMPLE).ramp("t", at=day(4000))
    assert (position.step, position.mode, position.next_at) == (0, "shadow", None)


@pytest.mark.parametrize(
    ("gates", "left"),
    [
        ([gate(0, day(3))], day(7)),
        ([gate(0, day(-3))], day(7)),
        ([gate(0, day(8))], day(8)),
        ([gate(0, day(14))], day(14)),
        ([gate(0, day(14) + TICK)], None),
        ([gate(0, day(8), n=499)], None),
        ([gate(0, day(8), n=499), gate(0, day(9), n=500)], day(9)),
        ([gate(0, day(12)), gate(0, day(9)), gate(0, day(10))], day(9)),
        ([gate(0, day(15)), gate(0, day(9))], day(9)),
    ],
)
def test_gates(gates: list[turnout.GateResult], left: dt.datetime | None) -> None:
    """Enough samples, within the longest wait; the first such result counts."""
    assert entered(ramped(*SAMPLE, gates=gates)) == ([day(0)] if left is None else [day(0), left])


@pytest.mark.parametrize(
    ("at", "expected"), [(day(-20), day(9)), (day(8), day(9)), (day(9), day(9)), (day(30), day(30))]
)
def test_approvals(at: dt.datetime, expected: dt.datetime) -> None:
    """Entering a step waits for its approval, and not less than the hold before it."""
    desk = ramped(*SAMPLE, gates=[gate(0, day(7))], approvals=[approval(2, at), approval(2, at + dt.timedelta(days=1))])
    assert entered(desk) == [day(0), day(7), expected, expected + dt.timedelta(days=5)]


def test_it_never_jumps_past_an_approval() -> None:
    """After any downtime."""
    desk = ramped(*SAMPLE, gates=[gate(0, day(7))])
    assert entered(desk) == [day(0), day(7)]
    assert desk.ramp("t", at=day(4000))[0].step == 1
    steps = ({"percent": 5, "approval": "ops_lead", "hold": "1d"}, {"percent": 100})
    first = ramped(*steps)
    assert entered(first) == []
    assert first.ramp("t", at=day(4000))[0].step is None
    given = ramped(*steps, approvals=[approval(0, day(3))])
    assert entered(given) == [day(3), day(4)]


def days(*found: float) -> list[dt.datetime]:
    """So many days after the start, each."""
    return [day(one) for one in found]


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], days(0, 2, 4)),
        ([pause(day(1), day(2))], days(0, 3, 5)),
        ([pause(day(-5), day(-1))], days(0, 2, 4)),
        ([pause(day(-1), day(1))], days(1, 3, 5)),
        ([pause(day(0), day(1))], days(1, 3, 5)),
        ([pause(day(2), day(3))], days(0, 3, 5)),
        # The tick that the hold still wants comes after the pause.
        ([pause(day(2) - TICK, day(3))], [day(0), day(3) + TICK, day(5) + TICK]),
        ([pause(day(3), day(4)), pause(day(1), day(1.5))], days(0, 2.5, 5.5)),
        ([pause(day(1), day(3)), pause(day(2), day(4)), pause(day(1.5), day(2))], days(0, 5, 7)),
        ([pause(day(1), day(2)), pause(day(2), day(3))], days(0, 4, 6)),
        ([pause(day(1))], days(0)),
        # A pause that begins in the instant in which the step would.
        ([pause(day(3)), pause(day(1), day(2))], days(0)),
        ([pause(day(3) + TICK), pause(day(1), day(2))], days(0, 3)),
        ([pause(day(10))], days(0, 2, 4)),
    ],
)
def test_pauses(pauses: list[Document], expected: list[dt.datetime]) -> None:
    """The plan stands still: holds go on after a pause, and no step begins in one."""
    steps = ({"percent": 10, "hold": "2d"}, {"percent": 20, "hold": "2d"}, {"percent": 100})
    assert entered(ramped(*steps, pauses=pauses)) == expected


def test_a_pause_stretches_the_longest_wait_and_holds_back_the_gate() -> None:
    paused = [pause(day(1), day(5))]
    assert entered(ramped(*SAMPLE, gates=[gate(0, day(18))], pauses=paused)) == [day(0), day(18)]
    assert entered(ramped(*SAMPLE, gates=[gate(0, day(18) + TICK)], pauses=paused)) == [day(0)]
    assert entered(ramped(*SAMPLE, gates=[gate(0, day(8))], pauses=[pause(day(7.5), day(9))])) == [day(0), day(9)]
    approved = [approval(2, day(10))]
    desk = ramped(*SAMPLE, gates=[gate(0, day(7))], approvals=approved, pauses=[pause(day(9.5), day(12))])
    assert entered(desk)[2] == day(12)


def test_what_it_waits_for() -> None:
    """In words, for the person who looks."""
    plain = ramped(*SAMPLE)
    assert [plain.ramp("t", at=at)[0].waits_for for at in (day(-1), day(0), day(7) - TICK, day(7), day(14) - TICK)] == [
        "its start", "its time to pass", "its time to pass", "500 samples", "500 samples",
    ]  # fmt: skip
    assert plain.ramp("t", at=day(14) + TICK)[0].waits_for == "a person: 500 samples did not come in time"
    late = {"approvals": [approval(2, day(12))], "pauses": [pause(day(13), day(14))]}
    passed = ramped(*SAMPLE, gates=[gate(0, day(8))], **late)
    expected = {
        7.5: "500 samples", 8: "its time to pass", 10: "approval by ops_lead", 11.9: "approval by ops_lead",
        12: "its time to pass", 13: "the end of a pause", 14: "its time to pass", 17.9: "its time to pass", 18: None,
    }  # fmt: skip
    assert {at: passed.ramp("t", at=day(at))[0].waits_for for at in expected} == expected
    first = ramped({"percent": 5, "approval": "ops_lead"})
    waits = [first.ramp("t", at=at)[0].waits_for for at in (day(-1), day(0), day(9))]
    assert waits == ["its start", "approval by ops_lead", "approval by ops_lead"]


def test_on_its_last_step_it_waits_for_nothing() -> None:
    """A pause changes nothing there."""
    desk = ramped({"percent": 5}, pauses=[pause(day(1))])
    assert [desk.ramp("t", at=at)[0].waits_for for at in (day(0), day(2))] == [None, None]


def test_gates_come_in_by_a_swap() -> None:
    """They are an input beside the document: the digest stays."""
    desk = ramped(*SAMPLE)
    policy = desk.policy
    assert desk.ramp("t", at=day(10))[0].step == 0
    desk.swap(policy, gates=[gate(0, day(7))])
    assert desk.ramp("t", at=day(10))[0].step == 1
    assert desk.policy.digest == policy.digest
    desk.swap(policy)
    assert desk.ramp("t", at=day(10))[0].step == 0


@pytest.mark.parametrize(
    "wrong",
    [
        turnout.GateResult("nobody", "r", 0, 500, START),
        turnout.GateResult("t", "nobody", 0, 500, START),
        turnout.GateResult("t", "r", 1, 500, START),
        turnout.GateResult("t", "r", 9, 500, START),
        "t",
    ],
)
def test_a_gate_that_no_step_waits_for_is_refused(wrong: Any) -> None:
    """And the old policy stays in force."""
    desk = ramped(*SAMPLE, gates=[gate(0, day(7))])
    with pytest.raises((TypeError, ValueError)):
        desk.swap(desk.policy, gates=[wrong])
    assert desk.ramp("t", at=day(10))[0].step == 1
    with pytest.raises((TypeError, ValueError)):
        turnout.Engine(desk.policy, clock=turnout.SystemClock(), gates=[wrong])


def test_every_ramp_of_a_toggle_has_a_position() -> None:
    """By the rules that ramp, in their order, at the clock's time when none is given."""
    rules = [
        rule({"attribute": "a", "null": True}, id="one", ramp=ramp({"percent": 1})),
        rule({"attribute": "b", "null": True}, id="two"),
        rule(id="three", ramp=ramp({"percent": 3})),
    ]
    desk = engine({"t": toggle(rules=rules), "plain": toggle()}, day(1))
    assert [(found.rule, found.percent) for found in desk.ramp("t")] == [("one", 1.0), ("three", 3.0)]
    assert desk.ramp("plain") == ()
    with pytest.raises(KeyError, match="nobody"):
        desk.ramp("nobody")


def test_a_position_as_a_dictionary() -> None:
    (position,) = ramped(*SAMPLE, gates=[gate(0, day(8))]).ramp("t", at=day(3))
    assert position.to_dict() == {
        "rule": "r", "step": 0, "steps": 4, "percent": 0.0, "mode": "shadow", "entered_at": "2026-03-01T00:00:00+00:00",
        "next_at": "2026-03-09T00:00:00+00:00", "waits_for": "its time to pass",
    }  # fmt: skip


def test_an_approval_is_by_the_role_that_is_asked() -> None:
    """Anything else is refused at load."""
    for wrong in (approval(1, START), approval(2, START) | {"role": "intern"}, approval(9, START)):
        listed = ramp(*SAMPLE, approvals=[wrong])
        with pytest.raises(turnout.PolicyError, match="approvals"):
            turnout.Policy.from_document(document({"t": toggle(rules=[rule(ramp=listed)])}))
