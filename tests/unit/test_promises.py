"""What toggles promise to those who run them, where no other file of tests holds it to them."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import threading
import time
from typing import Any, ClassVar

import pytest

import turnout
from tests.property.documents import document, engine, only, policy, ramp, rule, toggle

SAMPLE = """
turnout = 1
environment = "production"

[segments.business]
rules = [{ all = [{ attribute = "plan", in = ["pro", "enterprise"] }] }]

[toggles.phone]
category = "channel"
owner = "telephony@example.com"
created = 2026-01-10
review_by = 2026-07-01
enabled = true
fallback = ["chat", "callback"]
rollback = { plan = "https://example.com/runbooks/phone", to = "off" }
monitors = [{ kpi = "service_level", worse_than = 0.70 }]

[toggles.chat]
category = "channel"
owner = "digital@example.com"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "https://example.com/runbooks/chat", to = "off" }
monitors = [{ kpi = "service_level", worse_than = 0.70 }]

[toggles.billing-bot]
category = "automation"
owner = "automation@example.com"
created = 2026-02-02
review_by = 2026-08-01
model_version = "nlu-4.2"
risk = "low"
consent = ["ai_chat"]
requires = { chat = true }
variants = { bot = 90, scripted = 10 }
default = "human"
rollback = { plan = "https://example.com/runbooks/billing-bot", to = "previous_step" }
monitors = [{ kpi = "csat", scale = [1, 5], worse_than = 4.2 }]
schedule = { zone = "America/New_York", open = "mon-fri 08:00-20:00", closed_on = "us-holidays" }
[[toggles.billing-bot.rules]]
id = "vip-to-human"
when = { all = [{ attribute = "tier", equals = "vip" }] }
serve = "human"
[[toggles.billing-bot.rules]]
id = "ramp"
when = { any = [{ segment = "business" }, { attribute = "app_version", semver = ">=5.2" }] }
ramp = { unit = "customer_id", algorithm = "xxh3/1", started_at = 2026-03-01T00:00:00Z, steps = [
  { percent = 0,   mode = "shadow", hold = "7d", max = "14d", min_n = 500 },
  { percent = 10,  hold = "2d" },
  { percent = 30,  hold = "5d", approval = "ops_lead" },
  { percent = 100 } ] }

[toggles.overtime]
category = "capacity"
owner = "workforce@example.com"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "https://example.com/runbooks/overtime", to = "off" }
monitors = [{ kpi = "cost", worse_than = 1200 }]
approvals = ["HR-2291"]
trigger = "workload > available"
"""
# Tuesday, 10:00 in New York.
OPEN = dt.datetime(2026, 3, 10, 14, tzinfo=dt.UTC)
BUSINESS = {"plan": "pro", "consent.ai_chat": True}


def sample(at: dt.datetime = OPEN, *gates: turnout.GateResult, **change: Any) -> turnout.Engine:
    """An engine of the sample, with a change to its bot."""
    found = turnout.Policy.from_bytes(SAMPLE.encode())
    if change:
        found = found.with_changes({"toggles": {"billing-bot": change}}, operator="maria", reason="a test")
    return turnout.Engine(found, clock=turnout.ManualClock(at), gates=gates)


@pytest.mark.parametrize(
    ("desk", "attributes", "value", "reason", "code", "mode"),
    [
        (sample(), BUSINESS, "human", "SHADOW", None, "shadow"),
        (sample(), BUSINESS | {"tier": "vip"}, "human", "TARGETING_MATCH", None, "off"),
        (sample(), {"app_version": "5.2", "consent.ai_chat": True}, "human", "SHADOW", None, "shadow"),
        (sample(), {"app_version": "5.1", "consent.ai_chat": True}, "human", "DEFAULT", None, "off"),
        (sample(), {"plan": "pro"}, "human", "CONSENT_MISSING", None, "off"),
        (sample(OPEN.replace(hour=2)), BUSINESS, "human", "DEFAULT", "OUTSIDE_SCHEDULE", "off"),
        (sample(dt.datetime(2026, 5, 25, 15, tzinfo=dt.UTC)), BUSINESS, "human", "DEFAULT", "OUTSIDE_SCHEDULE", "off"),
        (sample(killed="outage"), BUSINESS, "human", "DISABLED", None, "off"),
        (sample(requires={"chat": False}), BUSINESS, "human", "DEFAULT", "PREREQUISITE_FAILED", "off"),
        (sample(overrides=[{"units": ["customer-42"], "serve": "bot"}]), BUSINESS, "bot", "TARGETING_MATCH", None, "live"),
        (
            sample(OPEN, turnout.GateResult("billing-bot", "ramp", 0, 500, OPEN - dt.timedelta(days=3))),
            BUSINESS, "bot", "SPLIT", None, "live",
        ),
    ],
)  # fmt: skip
def test_the_sample_says_what_happens(
    desk: turnout.Engine, attributes: dict[str, Any], value: str, reason: str, code: str | None, mode: str
) -> None:
    """One contact after the other; customer-42 stands at 5.2 % of this ramp."""
    found = desk.evaluate("billing-bot", "customer-42", attributes)
    assert (found.value, found.reason, found.code, found.mode) == (value, reason, code, mode)


def test_an_evaluation_and_its_shadow_carry_both_decisions() -> None:
    found = sample().evaluate("billing-bot", "customer-42", BUSINESS)
    assert (found.value, found.shadow) == ("human", "bot")


class Watched(str):
    """A key of attributes that notes when it is asked for."""

    __slots__ = ()
    asked: ClassVar[list[str]] = []

    def __eq__(self, other: object) -> bool:
        self.asked.append(str(self))
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_only_attributes_that_rules_need_are_read() -> None:
    """Thirty-one keys cost what seven do."""
    fields = {f"field-{number}": number for number in range(31)} | BUSINESS
    contact = {Watched(name): value for name, value in fields.items()}
    Watched.asked.clear()
    assert sample().evaluate("billing-bot", "customer-42", contact).reason == "SHADOW"
    assert set(Watched.asked) == {"consent.ai_chat", "plan"}, "tier and customer_id are not there"
    Watched.asked.clear()
    assert sample().is_enabled("phone", "customer-42", contact)
    assert Watched.asked == [], "a switch looks at nothing"


def test_no_python_stands_before_the_calls_that_are_made_most() -> None:
    for owner, names in ((turnout.Engine, ("evaluate", "is_enabled")), (turnout.Toggle, ("evaluate", "is_enabled"))):
        assert {type(getattr(owner, name)).__name__ for name in names} == {"method_descriptor"}


@pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no lock to give away")
def test_one_evaluation_never_lets_another_thread_in_and_a_column_does() -> None:
    """Whoever gives the interpreter away for one call waits for it longer than the call takes."""
    ticks, stop = [0], threading.Event()

    def beside() -> None:
        while not stop.is_set():
            ticks[0] += 1
            time.sleep(0)

    desk = sample()
    many = engine({"t": toggle(rules=[rule(ramp=ramp({"percent": 50}))])})
    units = [f"c-{number}" for number in range(200_000)]
    before = sys.getswitchinterval()
    thread = threading.Thread(target=beside)
    thread.start()
    try:
        sys.setswitchinterval(1000)  # nobody takes the interpreter; it can only be given
        first = ticks[0]
        for _ in range(2000):
            desk.evaluate("billing-bot", "customer-42", BUSINESS)
            desk.is_enabled("phone")
        assert ticks[0] == first
        many.evaluate_many("t", units)
        assert ticks[0] > first
    finally:
        stop.set()
        sys.setswitchinterval(before)
        thread.join()


def test_tasks_of_one_loop_share_an_engine() -> None:
    """An evaluation awaits nothing, so that it needs no other form for asynchronous services."""
    desk = only(rules=[rule(ramp=ramp({"percent": 50}))])

    async def ask(unit: str) -> bool:
        await asyncio.sleep(0)
        return desk.is_enabled("t", unit)

    async def ask_all() -> list[bool]:
        return await asyncio.gather(*(ask(f"c-{number}") for number in range(500)))

    assert asyncio.run(ask_all()) == [turnout.bucket(f"c-{number}", "t") < 50 for number in range(500)]


def test_whatever_moves_a_ramp_is_in_the_digest_but_for_gate_results() -> None:
    steps = ({"percent": 10, "hold": "1d", "min_n": 5}, {"percent": 100, "approval": "lead"})
    when = "2026-03-02T00:00:00Z"
    forms: list[dict[str, Any]] = [
        {},
        {"started_at": when},
        {"pauses": [{"from": when, "reason": "outage"}]},
        {"pauses": [{"from": when, "to": "2026-03-03T00:00:00Z", "reason": "outage"}]},
        {"approvals": [{"step": 1, "role": "lead", "by": "maria", "at": when}]},
    ]
    policies = [policy({"t": toggle(rules=[rule(ramp=ramp(*steps) | form)])}) for form in forms]
    assert len({found.digest for found in policies}) == len(forms)
    gates = [turnout.GateResult("t", "r", 0, 5, 0)]
    passed = turnout.Engine(policies[0], clock=turnout.SystemClock(), gates=gates)
    assert passed.policy.digest == policies[0].digest


def test_yaml_has_off_as_a_text_and_no_key_twice() -> None:
    text = "turnout: 1\nenvironment: off\ntoggles: {}\n"
    assert turnout.Policy.from_bytes(text.encode(), "yaml").environment == "off"
    with pytest.raises(turnout.PolicyError, match="given twice"):
        turnout.Policy.from_bytes(f"{text}environment: on\n".encode(), "yaml")


def test_a_policy_that_is_in_force_cannot_be_changed_in_place() -> None:
    """What it hands out are copies, and its names cannot be set."""
    found = policy({"t": toggle()})
    desk = turnout.Engine(found, clock=turnout.SystemClock())
    found.document["toggles"]["t"]["enabled"] = False
    found.toggles.clear()
    assert desk.is_enabled("t")
    assert found.document == document({"t": toggle()})
    for name in ("document", "digest", "toggles", "other"):
        with pytest.raises(AttributeError):
            setattr(found, name, {})
