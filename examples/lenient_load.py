"""A policy with faults, loaded as far as it can be: what a service does that must start rather than wait.

python examples/lenient_load.py
"""

from __future__ import annotations

import turnout

# Two faults: `sms` asks for a segment that nobody wrote, and `email` says nothing of its owner.
POLICY = b"""
turnout = 1

[toggles.phone]
category = "channel"
owner = "telephony@example.com"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "https://example.com/runbooks/phone", to = "off" }
monitors = [{ kpi = "abandonment", worse_than = 0.08 }]

[toggles.sms]
category = "channel"
owner = "digital@example.com"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "https://example.com/runbooks/sms", to = "off" }
monitors = [{ kpi = "abandonment", worse_than = 0.08 }]
rules = [{ id = "beta", when = { segment = "beta-readers" } }]

[toggles.email]
category = "channel"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "https://example.com/runbooks/email", to = "off" }
monitors = [{ kpi = "abandonment", worse_than = 0.08 }]
"""


def main() -> None:
    """Load it both ways."""
    try:
        turnout.Policy.from_bytes(POLICY)
    except turnout.PolicyError as error:
        print(f"strict: refused, {len(error.problems)} faults")

    policy = turnout.Policy.from_bytes(POLICY, strict=False)
    print("lenient: loaded, and these were let pass:")
    for problem in policy.problems:  # somebody should be told
        print(f"  line {problem.line}, {problem.path}: {problem.message}; {problem.hint} [{problem.kind}]")

    engine = turnout.Engine(policy, clock=turnout.SystemClock())
    for key, found in engine.evaluate_all("customer-42").items():
        # A toggle with a fault of its own is inert; one that only lacks governance works.
        print(f"  {key}: {'on' if found.enabled else 'off'} ({found.reason}{f', {found.code}' if found.code else ''})")


if __name__ == "__main__":
    main()
