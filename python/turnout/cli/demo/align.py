"""Moving a policy's ramps onto a log: the ramp's own calendar, begun on the log's first day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from turnout.cli.demo.model import Shift

if TYPE_CHECKING:
    from turnout import Policy


def ramp_rules(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each rule with a ramp, with the key of its toggle, in the order of the document."""
    for key, toggle in document.get("toggles", {}).items():
        for rule in toggle.get("rules", []):
            if "ramp" in rule:
                yield key, rule


def align(policy: Policy, starts_at: dt.datetime, *, keep_dates: bool) -> tuple[Policy, tuple[Shift, ...]]:
    """The policy with every ramp started at the log's first day, and what was moved.

    Approvals and pauses move with their ramp, so that the plan stays the one that was written. The policy itself
    comes back untouched, with its digest, when nothing had to move.
    """
    from turnout import Policy

    document = policy.document
    shifts = []
    for key, rule in ramp_rules(document):
        ramp = rule["ramp"]
        written = instant(ramp["started_at"])
        used = written if keep_dates else starts_at
        if used != written:
            move_ramp(ramp, used - written)
        shifts.append(Shift(key, str(rule["id"]), written, used))
    if not any(shift.moved for shift in shifts):
        return policy, tuple(shifts)
    return Policy.from_document(document), tuple(shifts)


def move_ramp(ramp: dict[str, Any], by: dt.timedelta) -> None:
    """Moves a ramp and all that is dated inside it."""
    ramp["started_at"] = moved(ramp["started_at"], by)
    for approval in ramp.get("approvals", []):
        approval["at"] = moved(approval["at"], by)
    for pause in ramp.get("pauses", []):
        for edge in ("from", "to"):
            if edge in pause:
                pause[edge] = moved(pause[edge], by)


def instant(value: Any) -> dt.datetime:
    """An instant of a document: documents hold RFC 3339 text, and may be given with datetimes."""
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))


def moved(value: Any, by: dt.timedelta) -> str:
    """The instant that much later, as RFC 3339 text."""
    return (instant(value) + by).isoformat()
