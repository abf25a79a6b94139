"""Changes of a policy: a merge patch, who made it, and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from turnout._core import Engine, GateResult, ManualClock, Policy
from turnout.errors import PolicyError, Problem
from turnout.patch import merge_patch, path_text

__all__ = ["ramps", "with_changes"]

RECORD = "change"
FROZEN = ("unit", "algorithm", "salt")
"""What a ramp above 0 % keeps, for a change of any of them shuffles the customers."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def with_changes(policy: Policy, patch: Any, operator: Any, reason: Any, at: Any = None) -> Policy:
    """Make a policy out of another one; `Policy.with_changes` says how."""
    if not isinstance(patch, Mapping):
        raise TypeError(f"patch must be a dict, not {type(patch).__name__}")
    for name, value in (("operator", operator), ("reason", reason)):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, not {type(value).__name__}")
    instant = None if at is None else instant_of(at)
    before = policy.document
    problems: list[Problem] = []
    if RECORD in patch:
        hint = "leave it out of the patch: it is written from operator= and reason="
        problems.append(Problem(RECORD, None, None, "the record of a change is not changed", hint, "shape"))
    after = merge_patch(before, {key: value for key, value in patch.items() if key != RECORD})
    after[RECORD] = {"operator": operator, "reason": reason, "previous": policy.digest}
    if instant is not None:
        after[RECORD]["at"] = instant.isoformat().replace("+00:00", "Z")
    changed = None
    try:
        changed = Policy.from_document(after, strict=not policy.problems)
        # a policy that was loaded leniently has faults that its changes need not mend, but they add none
        known = {(problem.path, problem.message) for problem in policy.problems}
        problems += [problem for problem in changed.problems if (problem.path, problem.message) not in known]
    except PolicyError as error:
        problems += error.problems
    problems += rebucketing(policy, before, after, instant)
    if changed is None or problems:
        raise PolicyError(problems)
    return policy if same(before, changed.document) else changed


def instant_of(at: Any) -> dt.datetime:
    """An instant of an argument, as the engine reads it."""
    if isinstance(at, dt.datetime):
        if at.tzinfo is None:
            raise ValueError("at has no time zone; write for example datetime(2026, 3, 1, tzinfo=UTC)")
        return at.astimezone(dt.UTC)
    if type(at) is int:
        try:
            return EPOCH + dt.timedelta(microseconds=at)
        except OverflowError:
            raise ValueError("at is outside the years 1 to 9999") from None
    raise TypeError(f"at must be a datetime or whole microseconds since the epoch, not {type(at).__name__}")


def same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether two documents say the same, their records apart; as JSON, where 1 is not true."""
    plain = [{key: value for key, value in document.items() if key != RECORD} for document in (before, after)]
    # what is unequal to Python is unequal in JSON too, and found out sooner
    return plain[0] == plain[1] and len({json.dumps(document, sort_keys=True) for document in plain}) == 1


def ramps(document: Any) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Each ramp of a document: key of its toggle, id of its rule, its path, and what it says. Steps over faults."""
    toggles = document.get("toggles") if isinstance(document, Mapping) else None
    for key, toggle in toggles.items() if isinstance(toggles, Mapping) else ():
        rules = toggle.get("rules") if isinstance(toggle, Mapping) else None
        for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
            ramp = rule.get("ramp") if isinstance(rule, Mapping) else None
            if isinstance(ramp, Mapping):
                yield key, str(rule.get("id")), f"{path_text('toggles', key)}.rules[{index}].ramp", dict(ramp)


def rebucketing(policy: Policy, before: Any, after: Any, at: dt.datetime | None) -> Iterator[Problem]:
    """The faults of ramps under way that would shuffle their customers without saying why."""
    written = {(key, rule): ramp for key, rule, _, ramp in ramps(before)}
    renamed = renamed_rules(written.keys(), [(key, rule) for key, rule, _, _ in ramps(after)])
    for key, name, path, ramp in ramps(after):
        rule = renamed.get((key, name), name)
        old = written.get((key, rule))
        if old is None:
            continue
        moved = [name for name in FROZEN if effective(old, name, key) != effective(ramp, name, key)]
        if not moved or is_free(policy, key, rule, at):
            continue
        names = ", ".join(f"`{name}`" for name in moved)
        if ramp.get("rebucket") is not True:
            message = f"a change of {names} would shuffle the customers of a ramp under way"
            hint = f"leave {names} as before, or write rebucket = true and a reason"
            yield Problem(f"{path}.{moved[0]}", None, None, message, hint, "governance")
        elif old.get("rebucket") is True and ramp.get("reason") == old.get("reason"):
            message = "the reason is that of an earlier shuffle"
            hint = f"say why a change of {names} is to shuffle them again"
            yield Problem(f"{path}.reason", None, None, message, hint, "governance")


def renamed_rules(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Old ids of rules by toggle and new id: where one ramp of a toggle went and one came, it is the same one."""
    old, new = set(before), set(after)
    went, came = (_by_toggle(old - new), _by_toggle(new - old))
    return {
        (key, names[0]): went[key][0] for key, names in came.items() if len(names) == 1 and len(went.get(key, ())) == 1
    }


def _by_toggle(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Rules by toggle."""
    found: dict[str, list[str]] = {}
    for key, rule in pairs:
        found.setdefault(key, []).append(rule)
    return found


def effective(ramp: dict[str, Any], name: str, key: str) -> Any:
    """A field of a ramp; the salt is the toggle's key unless given."""
    return ramp.get(name, key if name == "salt" else None)


def is_free(policy: Policy, key: str, rule: str, at: dt.datetime | None) -> bool:
    """Whether a ramp cannot have left 0 % by an instant, even if every gate passed as soon as it could."""
    if at is None or policy.problems:
        return False
    gates = [
        GateResult(owner, name, index, int(step["min_n"]), 0)
        for owner, name, _, ramp in ramps(policy.document)
        for index, step in enumerate(ramp["steps"])
        if "min_n" in step
    ]
    positions = Engine(policy, clock=ManualClock(at), gates=gates).ramp(key)
    return all(position.percent == 0 for position in positions if position.rule == rule)
