"""What a team writes by hand: a dict of toggles, a loop over clauses, xxhash for the ramp. Also turnout's oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

import xxhash

from benches.peers.contender import Contender
from benches.workload import Caller, Clause, Toggle

_SPACE = 2**64


def _parsed(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _test(clause: Clause) -> Callable[[Any], bool]:
    wanted = clause.value
    if clause.op == "in":
        return frozenset(wanted).__contains__
    if clause.op == "equals":
        return lambda value: value == wanted
    if clause.op == "gte":
        return lambda value: value >= wanted
    least = _parsed(wanted)
    return lambda value: _parsed(value) >= least


def ramp_seed(salt: str, stage: str = "ramp") -> int:
    return xxhash.xxh3_64_intdigest(f"{salt}\x1f{stage}".encode())


def exposed(key: str, unit: str, percent: int) -> bool:
    """`xxh3/1` from its written definition: hash < percent * 2^64 / 100."""
    return xxhash.xxh3_64_intdigest(unit.encode(), ramp_seed(key)) * 100 < percent * _SPACE


class Twin:
    """Forty lines of Python that know nothing of schedules, breakers, consent, variants, steps or explanations."""

    def __init__(self, toggles: Sequence[Toggle]) -> None:
        self._toggles = {
            toggle.key: (
                toggle.enabled,
                tuple((clause.attribute, _test(clause)) for clause in toggle.clauses),
                ramp_seed(toggle.key),
                _SPACE if toggle.percent is None else -(-toggle.percent * _SPACE // 100),
            )
            for toggle in toggles
        }

    def is_enabled(self, key: str, unit: str, attributes: dict[str, Any]) -> bool:
        toggle = self._toggles.get(key)
        if toggle is None:
            return False
        enabled, clauses, seed, threshold = toggle
        if not enabled:
            return False
        for attribute, test in clauses:
            value = attributes.get(attribute)
            if value is None or not test(value):
                return False
        return threshold == _SPACE or xxhash.xxh3_64_intdigest(unit.encode(), seed) < threshold


def twin(toggles: Sequence[Toggle]) -> Contender:
    call = Twin(toggles).is_enabled

    def prepare(caller: Caller) -> Any:
        return (caller.unit, caller.attributes)

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for unit, attributes in prepared:
            call(key, unit, attributes)

    def decide(key: str, caller: Caller) -> bool:
        return call(key, caller.unit, caller.attributes)

    return Contender("hand-written + xxhash", version("xxhash"), prepare, loop, decide, exposed)
