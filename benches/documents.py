"""The neutral toggles of `workload.py` in the language of each package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benches.workload import COLD_TOGGLES, TOGGLES, Clause, Toggle, toggles

STARTED_AT = "2026-01-05T00:00:00Z"

# ---------------------------------------------------------------------------------------------------- turnout


def _turnout_clause(clause: Clause) -> dict[str, Any]:
    if clause.op == "in":
        return {"attribute": clause.attribute, "in": list(clause.value)}
    if clause.op == "semver_gte":
        return {"attribute": clause.attribute, "semver": f">={clause.value}"}
    return {"attribute": clause.attribute, clause.op: clause.value}


def _turnout_ramp(percent: int) -> dict[str, Any]:
    """A ramp of three steps that stands at `percent` for good: the last step waits for an approval nobody gives."""
    return {
        "unit": "customer_id",
        "algorithm": "xxh3/1",
        "started_at": STARTED_AT,
        "steps": [
            {"percent": percent // 2, "hold": "2d"},
            {"percent": percent, "hold": "5d"},
            {"percent": 100, "approval": "ops_lead"},
        ],
    }


def turnout_toggle(toggle: Toggle) -> dict[str, Any]:
    """One toggle with all the governance fields that strict mode demands."""
    document: dict[str, Any] = {
        "category": toggle.category,
        "owner": f"{toggle.category}@example.com",
        "created": "2026-01-05",
        "review_by": "2026-12-31",
        "rollback": {"plan": f"https://example.com/runbooks/{toggle.key}", "to": "off"},
        "monitors": [{"kpi": "csat", "scale": [1, 5], "worse_than": 4.2}],
    }
    if toggle.category == "automation":
        document |= {"model_version": "nlu-4.2", "risk": "low", "consent": []}
    if not toggle.enabled:
        document["enabled"] = False
    if not toggle.plain:
        rule: dict[str, Any] = {"id": "ramp" if toggle.percent is not None else "target"}
        if toggle.clauses:
            rule["when"] = {"all": [_turnout_clause(clause) for clause in toggle.clauses]}
        if toggle.percent is not None:
            rule["ramp"] = _turnout_ramp(toggle.percent)
        document["rules"] = [rule]
    return document


def turnout_document(made: list[Toggle]) -> dict[str, Any]:
    return {
        "turnout": 1,
        "environment": "production",
        "toggles": {toggle.key: turnout_toggle(toggle) for toggle in made},
    }


# ------------------------------------------------------------------------------------------------------- Eppo

_EPPO_OPERATORS = {"gte": "GTE", "semver_gte": "GTE", "in": "ONE_OF", "equals": "ONE_OF"}
EPPO_SHARDS = 10_000


def _eppo_clause(clause: Clause) -> dict[str, Any]:
    value = list(clause.value) if clause.op == "in" else clause.value
    return {
        "attribute": clause.attribute,
        "operator": _EPPO_OPERATORS[clause.op],
        "value": [value] if clause.op == "equals" else value,
    }


def eppo_flag(toggle: Toggle) -> dict[str, Any]:
    """A boolean flag of the universal flag configuration: one allocation, one split, no logging."""
    shards = []
    if toggle.percent is not None:
        end = toggle.percent * EPPO_SHARDS // 100
        shards = [{"salt": toggle.key, "ranges": [{"start": 0, "end": end}]}]
    allocation: dict[str, Any] = {"key": "ramp", "splits": [{"variationKey": "on", "shards": shards}], "doLog": False}
    if toggle.clauses:
        allocation["rules"] = [{"conditions": [_eppo_clause(clause) for clause in toggle.clauses]}]
    return {
        "key": toggle.key,
        "enabled": toggle.enabled,
        "variationType": "BOOLEAN",
        "variations": {"on": {"key": "on", "value": True}, "off": {"key": "off", "value": False}},
        "totalShards": EPPO_SHARDS,
        "allocations": [allocation],
    }


def eppo_document(made: list[Toggle]) -> dict[str, Any]:
    return {
        "createdAt": STARTED_AT,
        "format": "SERVER",
        "environment": {"name": "production"},
        "flags": {toggle.key: eppo_flag(toggle) for toggle in made},
    }


# ------------------------------------------------------------------------------------------------- GrowthBook

_GROWTHBOOK_OPERATORS = {"in": "$in", "gte": "$gte", "semver_gte": "$vgte", "equals": "$eq"}


def growthbook_feature(toggle: Toggle) -> dict[str, Any]:
    if not toggle.enabled or toggle.plain:
        return {"defaultValue": toggle.enabled and toggle.plain}
    rule: dict[str, Any] = {"force": True}
    if toggle.clauses:
        rule["condition"] = {
            clause.attribute: {
                _GROWTHBOOK_OPERATORS[clause.op]: list(clause.value) if clause.op == "in" else clause.value
            }
            for clause in toggle.clauses
        }
    if toggle.percent is not None:
        rule |= {"coverage": toggle.percent / 100, "hashAttribute": "id", "hashVersion": 2}
    return {"defaultValue": False, "rules": [rule]}


def growthbook_document(made: list[Toggle]) -> dict[str, Any]:
    return {"features": {toggle.key: growthbook_feature(toggle) for toggle in made}}


# ---------------------------------------------------------------------------------------------------- Unleash


def _unleash_constraint(clause: Clause) -> dict[str, Any]:
    if clause.op == "gte":
        return {"contextName": clause.attribute, "operator": "NUM_GTE", "value": str(clause.value)}
    if clause.op == "semver_gte":  # the engine has no "greater or equal" for versions: not less
        constraint = {"contextName": clause.attribute, "operator": "SEMVER_LT", "value": clause.value}
        return constraint | {"inverted": True}
    values = list(clause.value) if clause.op == "in" else [clause.value]
    return {"contextName": clause.attribute, "operator": "IN", "values": values}


def unleash_feature(toggle: Toggle) -> dict[str, Any]:
    strategy: dict[str, Any] = {"name": "default", "parameters": {}}
    if toggle.percent is not None:
        parameters = {"rollout": str(toggle.percent), "stickiness": "userId", "groupId": toggle.key}
        strategy = {"name": "flexibleRollout", "parameters": parameters}
    strategy["constraints"] = [_unleash_constraint(clause) for clause in toggle.clauses]
    return {"name": toggle.key, "type": "release", "enabled": toggle.enabled, "strategies": [strategy]}


def unleash_document(made: list[Toggle]) -> dict[str, Any]:
    return {"version": 2, "features": [unleash_feature(toggle) for toggle in made]}


# ------------------------------------------------------------------------------------------------------ files

WRITERS = {
    "turnout": turnout_document,
    "eppo": eppo_document,
    "growthbook": growthbook_document,
    "unleash": unleash_document,
}


def write_all(directory: Path, counts: tuple[int, ...] = (TOGGLES, COLD_TOGGLES)) -> list[Path]:
    """Write every document as `<package>-<toggles>.json` and return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for count in counts:
        made = toggles(count)
        for package, write in WRITERS.items():
            path = directory / f"{package}-{count}.json"
            path.write_text(json.dumps(write(made), separators=(",", ":")), encoding="utf-8")
            paths.append(path)
    return paths
