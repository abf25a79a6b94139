"""A routing service: one policy in force, asked for each contact, and exchanged while the service runs.

python examples/routing_service.py
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import turnout

# A service writes clock=turnout.SystemClock(). This program stands still, so that it always prints the same.
CLOCK = turnout.ManualClock(dt.datetime(2026, 3, 23, 15, tzinfo=dt.UTC))
# The ramp's first step waits for 40 samples. Whoever counts them says when they were there.
GATES = [turnout.GateResult("billing-bot", "ramp", step=0, n=40, at=dt.datetime(2026, 3, 5, 21, tzinfo=dt.UTC))]


def route(engine: turnout.Engine, customer: str | None, facts: dict[str, object]) -> str:
    """Where a chat goes. The service knows toggles by their keys alone, no rule and no percentage."""
    if not engine.is_enabled("chat", customer, facts):
        return "closed"
    # `value` is what the policy serves: a variant's name here. The default is served when the toggle is off.
    bot = engine.evaluate("billing-bot", customer, facts, default="human")
    print(f"  billing-bot for {customer}: {bot.value} ({bot.reason}, {bot.mode})")
    return str(bot.value)


def exchange(engine: turnout.Engine, path: Path) -> bool:
    """Put the policy of a file in force: whole, or not at all."""
    try:
        policy = turnout.load_policy(path)
    except turnout.PolicyError as error:
        # Every fault is listed, with its line. The old policy stays in force.
        print(f"refused, {len(error.problems)} faults:", *error.problems, sep="\n  ")
        return False
    engine.swap(policy, gates=GATES)
    return True


def main() -> None:
    """Route two contacts, ask why, and exchange the policy for a bad one and a good one."""
    engine = turnout.Engine(turnout.load_policy(turnout.sample_policy_path()), clock=CLOCK, gates=GATES)
    facts: dict[str, object] = {"channel": "chat", "plan": "pro", "consent.ai_chat": True}
    print("to:", route(engine, "customer-42", facts))
    print("to:", route(engine, "customer-7", {**facts, "tier": "vip"}))
    print(engine.explain("billing-bot", "customer-7", {**facts, "tier": "vip"}))

    good = turnout.sample_policy_path().read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "policy.toml")
        path.write_text(good.replace("percent = 10,", "percent = 110,"), "utf-8")
        print("exchanged:", exchange(engine, path))
        path.write_text(good.replace('environment = "production"', 'environment = "canary"'), "utf-8")
        print("exchanged:", exchange(engine, path), engine.policy.environment)


if __name__ == "__main__":
    main()
