"""Calls to be counted by valgrind: `python benches/calls.py {name-dict,evaluation,handle-context} COUNT`."""

from __future__ import annotations

import datetime as dt
import sys

import turnout


def main(mode: str, count: int) -> None:
    """Call the callback offer of the sample policy, by its rule with a ramp."""
    policy = turnout.load_policy(turnout.sample_policy_path())
    engine = turnout.Engine(policy, clock=turnout.ManualClock(dt.datetime(2026, 3, 23, 15, tzinfo=dt.UTC)))
    key = "callback-offer"
    callers = [(f"c-{number:07d}", {"priority": 1, "type": "PS", "channel": "phone"}) for number in range(16)]
    contexts = [turnout.Context(unit, attributes) for unit, attributes in callers]
    by_handle = engine.toggle(key).is_enabled
    for _ in range(count // len(callers)):
        if mode == "handle-context":
            for context in contexts:
                by_handle(context)
        elif mode == "evaluation":
            for unit, attributes in callers:
                engine.evaluate(key, unit, attributes)
        else:
            for unit, attributes in callers:
                engine.is_enabled(key, unit, attributes)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
