"""Changes of a policy: a merge patch, who made it, and why."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from turnout._core import Engine, GateResult, ManualClock, Policy
from turnout.errors import PolicyError, Problem
from turnout.patch import merge_patch, path_text

__all__ = ["ramps", "with_changes"]

RECORD = "change"
FROZEN = ("unit", "algorithm", "salt")
"""What a ramp above 0 % keeps, for a change of any of them shuffles the customers."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


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
    problems += data_flows(before, after)
    problems += rebucketing(policy, changed, before, after, instant)
    if changed is None or problems:
        raise PolicyError(problems)
    return policy if same(before, changed.document) else changed


def instant_of(at: Any) -> dt.datetime:
    """An instant of an argument, as the engine reads it."""
    if isinstance(at, dt.datetime):
        if at.utcoffset() is None:
            raise ValueError("at has no time zone; write for example datetime(2026, 3, 1, tzinfo=UTC)")
    elif type(at) is not int:
        raise TypeError(f"at must be a datetime or whole microseconds since the epoch, not {type(at).__name__}")
    try:
        return EPOCH + dt.timedelta(microseconds=at) if type(at) is int else at.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("at is outside the years 1 to 9999 of UTC") from None


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


def data_flows(before: Any, after: Any) -> Iterator[Problem]:
    """The faults of toggles that come to touch personal data without saying by which assessment."""
    old, new = _data_classes(before), _data_classes(after)
    for key, classes in new.items():
        added = sorted(classes - old.get(key, set()))
        if added and "privacy_assessment" not in after["toggles"][key]:
            path = f"{path_text('toggles', key)}.privacy_assessment"
            message = f"the toggle comes to touch {', '.join(f'`{name}`' for name in added[:5])} without an assessment"
            hint = "write the id of the privacy assessment of this data flow"
            yield Problem(path, None, None, message, hint, "governance")


def _data_classes(document: Any) -> dict[str, set[str]]:
    """The classes of personal data that each toggle touches. Steps over faults."""
    toggles = document.get("toggles")
    return {
        key: {name for name in listed if isinstance(name, str)}
        for key, toggle in (toggles.items() if isinstance(toggles, Mapping) else ())
        if isinstance(toggle, Mapping) and isinstance(listed := toggle.get("data_classes"), list | tuple)
    }


def rebucketing(
    policy: Policy, changed: Policy | None, before: Any, after: Any, at: dt.datetime | None
) -> Iterator[Problem]:
    """The faults of ramps under way that would shuffle their customers without saying why."""
    old, new = _by_toggle(before), _by_toggle(after)
    touched = [
        key
        for key, now in new.items()
        if any(rule not in old.get(key, {}) or old[key][rule].says != ramp.says for rule, ramp in now.items())
    ]
    if touched:
        step = _step(policy, changed, before, at)
        for key in touched:
            yield from _shuffles(step, key, old.get(key, {}), new[key])


class _Ramp(NamedTuple):
    """A ramp, and where it stands."""

    rule: str
    path: str
    says: dict[str, Any]


def _by_toggle(document: Any) -> dict[str, dict[str, _Ramp]]:
    """The ramps of a document by toggle and by rule."""
    found: dict[str, dict[str, _Ramp]] = {}
    for key, rule, path, says in ramps(document):
        found.setdefault(key, {})[rule] = _Ramp(rule, path, says)
    return found


class _Step(NamedTuple):
    """From one policy to another: where their ramps stand."""

    old: Engine
    """The old policy, every gate passed as soon as it could."""
    new: Engine | None
    """The new one, if it is one."""
    at: dt.datetime | None
    """When; None where nobody can tell, and every ramp counts as under way."""

    def is_free(self, key: str, rule: str) -> bool:
        """Whether a ramp of the old policy cannot have left 0 %."""
        if self.at is None:
            return False
        positions = self.old.ramp(key, at=self.at)
        return all(position.percent == 0 for position in positions if position.rule == rule)

    def begins_anew(self, key: str, old: str, new: str) -> bool:
        """Whether a ramp begins later now, so that it could next be changed as one that has not begun."""
        before = _first_step(self.old, key, old)
        if self.new is None or before is None:
            return False
        after = _first_step(self.new, key, new)
        return after is None or (after > before and (self.at is None or after > self.at))


def _step(policy: Policy, changed: Policy | None, before: Any, at: dt.datetime | None) -> _Step:
    clock, gates = ManualClock(LONG_AGO), []
    recorded = before.get(RECORD, {}).get("at")
    if policy.problems:
        at = None
    if at is not None:
        with contextlib.suppress(ValueError):  # a change is not made before the one that it follows
            at = at if recorded is None else max(at, dt.datetime.fromisoformat(recorded.upper()))
        gates = [
            GateResult(key, rule, index, int(step["min_n"]), 0)
            for key, rule, _, ramp in ramps(before)
            for index, step in enumerate(ramp["steps"])
            if "min_n" in step
        ]
    old = Engine(policy, clock=clock, gates=gates)
    return _Step(old, None if changed is None else Engine(changed, clock=clock), at)


def _first_step(engine: Engine, key: str, rule: str) -> dt.datetime | None:
    """When the first step of a ramp begins, if that is known."""
    for position in engine.ramp(key, at=LONG_AGO):
        if position.rule == rule:
            return position.entered_at or position.next_at
    return None


def _shuffles(step: _Step, key: str, was: Mapping[str, _Ramp], now: Mapping[str, _Ramp]) -> Iterator[Problem]:
    """The faults of one toggle: as long as one of its ramps is under way, none of them chooses customers otherwise."""
    under_way = {rule: ramp for rule, ramp in was.items() if not step.is_free(key, rule)}
    gone = [ramp for rule, ramp in under_way.items() if rule not in now]
    reasons = {ramp.says.get("reason") for ramp in was.values() if ramp.says.get("rebucket") is True}
    for rule, ramp in now.items() if under_way else ():
        own = under_way.get(rule)
        if own is None and rule in was and not _moved(was[rule], ramp, key):
            continue
        # one that is new takes the place of those that go; where none goes, it stands beside the others
        places = [own] if own else gone or list(under_way.values())
        place = min(places, key=lambda other: len(_moved(other, ramp, key)))
        moved = _moved(place, ramp, key)
        if moved:
            names = ", ".join(f"`{name}`" for name in moved)
            what = f"a change of {names} would shuffle the customers of a ramp under way"
            if own is None:
                what = f"a ramp of another {names} would shuffle the customers of rule `{place.rule}`, a ramp under way"
            mend = f"leave {names} as before"
        elif (own or gone) and step.begins_anew(key, place.rule, rule):
            moved, what = ["started_at"], "a ramp under way would begin anew, and nobody be in until then"
            mend = "pause it, or lower its percent"
        else:
            continue
        if ramp.says.get("rebucket") is not True:
            hint = f"{mend}, or write `rebucket`, true, and a `reason`"
            yield Problem(f"{ramp.path}.{moved[0]}", None, None, what, hint, "governance")
        elif ramp.says.get("reason") in reasons:
            message = "the reason is that of an earlier shuffle"
            hint = "say why its customers are to be shuffled again"
            yield Problem(f"{ramp.path}.reason", None, None, message, hint, "governance")


def _moved(old: _Ramp, new: _Ramp, key: str) -> list[str]:
    """The fields that choose other customers; the salt is the toggle's key unless given."""
    usual = {"salt": key}
    return [name for name in FROZEN if old.says.get(name, usual.get(name)) != new.says.get(name, usual.get(name))]
