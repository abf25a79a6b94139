"""Where a ramp stands, by the library and by its twin, in one form."""

from __future__ import annotations

from typing import Any

import turnout
from tests.property import twin_time
from tests.property.documents import Document, moment


def twin_position(listed: Document, passed: dict[int, int], at_us: int) -> dict[str, Any]:
    """What `engine.ramp` says of one rule, what it waits for apart."""
    steps = listed["ramp"]["steps"]
    now = twin_time.position(listed["ramp"], passed, at_us)
    later = [stage.from_us for stage in twin_time.stages(listed["ramp"], passed) if stage.from_us > at_us]
    step = None if now.step is None else steps[now.step]
    return {
        "rule": listed["id"],
        "step": now.step,
        "steps": len(steps),
        "percent": 0.0 if step is None else step["percent"],
        "mode": "off" if step is None else step.get("mode", "live"),
        "entered_at": None if step is None else moment(now.from_us),
        "next_at": moment(later[0]) if later else None,
    }


def shown(position: turnout.RampPosition) -> dict[str, Any]:
    """The fields of a position that do not put it into words."""
    names = ("rule", "step", "steps", "percent", "mode", "entered_at", "next_at")
    return {name: getattr(position, name) for name in names}
