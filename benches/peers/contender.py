"""What every package has in common here, and the proof that it answers rightly before it is timed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benches.workload import MAIN, PLAIN, RAMP_ONLY, RAMP_PERCENT, SEMVER, Caller, Clause, Toggle


@dataclass(frozen=True, slots=True)
class Contender:
    """One package, loaded with the policy.

    `prepare` turns a caller into the package's own form outside the clock; `loop` is the timed part: one decision for
    one named toggle for each prepared caller. `exposed` is the package's own hash, written out independently.
    """

    name: str
    version: str
    prepare: Callable[[Caller], Any]
    loop: Callable[[str, Sequence[Any]], None]
    decide: Callable[[str, Caller], bool]
    exposed: Callable[[str, str, int], bool]
    slow: bool = False  # tens of microseconds a call: gets fewer callers a round


def clause_holds(clause: Clause, attributes: dict[str, Any]) -> bool:
    """What the clause means, in the plainest Python."""
    value = attributes[clause.attribute]
    if clause.op == "in":
        return value in clause.value
    if clause.op == "equals":
        return bool(value == clause.value)
    if clause.op == "gte":
        return bool(value >= clause.value)
    parts = [tuple(int(part) for part in version.split(".")) for version in (value, clause.value)]
    return parts[0] >= parts[1]


def expected(toggle: Toggle, caller: Caller, exposed: Callable[[str, str, int], bool]) -> bool:
    """The answer that a package with this hash must give."""
    if not toggle.enabled or not all(clause_holds(clause, caller.attributes) for clause in toggle.clauses):
        return False
    return toggle.percent is None or exposed(toggle.key, caller.unit, toggle.percent)


def verify(contender: Contender, toggles: Sequence[Toggle], callers: Sequence[Caller]) -> None:
    """Refuse to time a package that takes an error path: every answer is compared with its own hash and the clauses.

    The named toggles are asked for every caller; all other toggles for a seeded sample. The share inside the ramp must
    lie within four binomial standard deviations, and dropping any clause must change some answers.
    """
    by_key = {toggle.key: toggle for toggle in toggles}
    for key in (MAIN, SEMVER, PLAIN, RAMP_ONLY):
        toggle = by_key[key]
        for caller in callers:
            _check(contender, toggle, caller)
        for clause in toggle.clauses:
            others = tuple(other for other in toggle.clauses if other is not clause)
            let_by = [c for c in callers if all(clause_holds(other, c.attributes) for other in others)]
            vetoed = sum(not clause_holds(clause, caller.attributes) for caller in let_by)
            assert vetoed > len(callers) // 20, f"clause {clause} of {key} decides nothing"
    for toggle in toggles:
        rng = random.Random(toggle.key)
        for caller in rng.sample(list(callers), 8):
            _check(contender, toggle, caller)
    inside = sum(contender.decide(RAMP_ONLY, caller) for caller in callers)
    share = RAMP_PERCENT / 100
    slack = 4 * math.sqrt(len(callers) * share * (1 - share))
    message = f"{contender.name}: {inside} of {len(callers)} inside a ramp of {RAMP_PERCENT} %"
    assert abs(inside - share * len(callers)) <= slack, message


def _check(contender: Contender, toggle: Toggle, caller: Caller) -> None:
    got = contender.decide(toggle.key, caller)
    want = expected(toggle, caller, contender.exposed)
    assert got is want, f"{contender.name}: {toggle.key} for {caller} is {got}, must be {want}"
