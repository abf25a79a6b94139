"""A routing service: a policy file that is watched, and asked for each contact.

python examples/routing_service.py
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import tempfile
from pathlib import Path

import turnout

# A service writes clock=turnout.SystemClock(). This program stands still, so that it always prints the same.
CLOCK = turnout.ManualClock(dt.datetime(2026, 3, 23, 15, tzinfo=dt.UTC))
# The ramp's first step waits for 40 samples. Whoever counts them says when they were there.
SEEN = [turnout.GateResult("billing-bot", "ramp", step=0, n=40, at=dt.datetime(2026, 3, 5, 21, tzinfo=dt.UTC))]


def gates(policy: turnout.Policy) -> list[turnout.GateResult]:
    """The gate results that a policy can use; a service looks them up."""
    return SEEN if "billing-bot" in policy else []


def route(engine: turnout.Engine, customer: str | None, facts: dict[str, object]) -> str:
    """Where a chat goes. The service knows toggles by their keys alone, no rule and no percentage."""
    if not engine.is_enabled("chat", customer, facts):
        return "closed"
    # `value` is what the policy serves: a variant's name here. The default is served when the toggle is off.
    bot = engine.evaluate("billing-bot", customer, facts, default="human")
    print(f"  billing-bot for {customer}: {bot.value} ({bot.reason}, {bot.mode})")
    return str(bot.value)


def main() -> None:
    """Route two contacts, ask why, and let somebody write a bad policy and a good one meanwhile."""
    # A refused policy is logged with all its faults.
    logging.basicConfig(format="%(message)s", stream=sys.stdout)
    good = turnout.sample_policy_path().read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "policy.toml")
        path.write_text(good, "utf-8")
        # A service writes `with watch:`, and a thread looks every two seconds. The copy is for a start without it.
        copy = Path(folder, "policy.last-good")
        watch = turnout.PolicyWatch.from_source(path, clock=CLOCK, gates=gates, last_good=copy, stale_after_s=600)
        engine = watch.engine
        facts: dict[str, object] = {"channel": "chat", "plan": "pro", "consent.ai_chat": True}
        print("to:", route(engine, "customer-42", facts))
        print("to:", route(engine, "customer-7", {**facts, "tier": "vip"}))
        print(engine.explain("billing-bot", "customer-7", {**facts, "tier": "vip"}))

        path.write_text(good.replace("percent = 10,", "percent = 110,"), "utf-8")
        print("exchanged:", watch.poll())
        path.write_text(good.replace('environment = "production"', 'environment = "canary"'), "utf-8")
        print("exchanged:", watch.poll(), engine.policy.environment)


if __name__ == "__main__":
    main()
