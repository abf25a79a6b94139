"""What the grammar says of each key: what it takes, and whether it must be there."""

from __future__ import annotations

import re
from typing import NamedTuple

# What a value is, in the words of the report, by a letter.
WORDS = {
    "n": "null",
    "b": "true or false",
    "i": "a whole number",
    "f": "a number",
    "t": "text",
    "l": "a list",
    "d": "a table",
}
WRONG = {"n": None, "b": True, "i": 7, "f": 7.5, "t": "text", "l": [7.5], "d": {"q": 1}}


class Key(NamedTuple):
    """A key: what it takes, and the kind of fault when it is missing; none when it may be."""

    takes: str
    missing: str | None = None


T, D, L = Key("t"), Key("d"), Key("l")

# By the path in the sound document, names and indexes left out. Kinds: t text, b bool, i and f numbers, l list, d table.
KEYS: dict[str, Key] = {
    "turnout": Key("i", "shape"),
    "environment": T,
    "change": D,
    "change.operator": Key("t", "shape"),
    "change.reason": Key("t", "shape"),
    "change.previous": Key("t", "shape"),
    "change.at": T,
    "calendars": D,
    "calendars.*": D,
    "calendars.*.dates": Key("l", "shape"),
    "segments": D,
    "segments.*": D,
    "segments.*.description": T,
    "segments.*.rules": Key("l", "shape"),
    "toggles": Key("d", "shape"),
    "toggles.*": D,
    "toggles.*.category": Key("t", "shape"),
    "toggles.*.owner": Key("t", "governance"),
    "toggles.*.created": Key("t", "governance"),
    "toggles.*.review_by": Key("t", "governance"),
    "toggles.*.rollback": Key("d", "governance"),
    "toggles.*.rollback.plan": Key("t", "governance"),
    "toggles.*.rollback.to": Key("t", "governance"),
    "toggles.*.monitors": Key("l", "governance"),
    "toggles.*.monitors[].kpi": Key("t", "shape"),
    "toggles.*.monitors[].worse_than": Key("if", "shape"),
    "toggles.*.monitors[].scale": L,
    "toggles.*.description": T,
    "toggles.*.enabled": Key("b"),
    "toggles.*.killed": T,
    "toggles.*.fallback": L,
    "toggles.*.model_version": Key("t", "governance"),
    "toggles.*.risk": Key("t", "governance"),
    "toggles.*.consent": Key("l", "governance"),
    "toggles.*.data_classes": L,
    "toggles.*.privacy_assessment": T,
    "toggles.*.approvals": Key("l", "governance"),
    "toggles.*.trigger": T,
    "toggles.*.requires": D,
    "toggles.*.requires.*": Key("bt"),
    "toggles.*.variants": D,
    "toggles.*.variants.*": Key("i"),
    "toggles.*.default": Key("t", "shape"),
    "toggles.*.schedule": D,
    "toggles.*.schedule.zone": Key("t", "shape"),
    "toggles.*.schedule.open": Key("tl"),
    "toggles.*.schedule.closed_on": Key("tl"),
    "toggles.*.schedule.from": T,
    "toggles.*.schedule.until": T,
    "toggles.*.overrides": L,
    "toggles.*.overrides[].units": Key("l", "shape"),
    "toggles.*.overrides[].serve": Key("bt", "shape"),
    "toggles.*.rules": L,
    "toggles.*.rules[].id": Key("t", "shape"),
    "toggles.*.rules[].description": T,
    "toggles.*.rules[].when": D,
    "toggles.*.rules[].serve": Key("bt"),
    "toggles.*.rules[].ramp": D,
    "toggles.*.rules[].ramp.unit": Key("t", "shape"),
    "toggles.*.rules[].ramp.algorithm": Key("t", "shape"),
    "toggles.*.rules[].ramp.salt": T,
    "toggles.*.rules[].ramp.started_at": Key("t", "governance"),
    "toggles.*.rules[].ramp.steps": Key("l", "shape"),
    "toggles.*.rules[].ramp.steps[].percent": Key("if", "shape"),
    "toggles.*.rules[].ramp.steps[].mode": T,
    "toggles.*.rules[].ramp.steps[].hold": Key("t", "governance"),
    "toggles.*.rules[].ramp.steps[].max": T,
    "toggles.*.rules[].ramp.steps[].min_n": Key("i"),
    "toggles.*.rules[].ramp.steps[].approval": T,
    "toggles.*.rules[].ramp.approvals": L,
    "toggles.*.rules[].ramp.approvals[].step": Key("i", "shape"),
    "toggles.*.rules[].ramp.approvals[].role": Key("t", "shape"),
    "toggles.*.rules[].ramp.approvals[].by": Key("t", "shape"),
    "toggles.*.rules[].ramp.approvals[].at": Key("t", "shape"),
    "toggles.*.rules[].ramp.pauses": L,
    "toggles.*.rules[].ramp.pauses[].from": Key("t", "shape"),
    "toggles.*.rules[].ramp.pauses[].to": T,
    "toggles.*.rules[].ramp.pauses[].reason": Key("t", "shape"),
    "toggles.*.rules[].ramp.rebucket": Key("b"),
    "toggles.*.rules[].ramp.reason": Key("t", "shape"),
}

# What each operator takes.
OPERATORS: dict[str, str] = {
    "equals": "tbif",
    "not_equals": "tbif",
    "in": "l",
    "not_in": "l",
    "lt": "if",
    "lte": "if",
    "gt": "if",
    "gte": "if",
    "starts_with": "t",
    "ends_with": "t",
    "contains": "tbif",
    "matches": "t",
    "semver": "t",
    "before": "t",
    "after": "t",
    "cidr": "tl",
    "exists": "b",
    "null": "b",
}
# The form of a condition, and what each takes.
FORMS = {"all": "l", "any": "l", "not": "d", "segment": "t", "attribute": "t"}


def pattern(path: str) -> str:
    """A path with its names and indexes left out."""
    path = re.sub(r"\[\d+\]", "[]", path)
    path = re.sub(r"^(calendars|segments|toggles)\.[^.\[]+", r"\1.*", path)
    return re.sub(r"(\.requires|\.variants)\.[^.]+$", r"\1.*", path)
