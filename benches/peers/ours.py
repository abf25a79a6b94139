"""turnout as a contender: the same workload, the system clock, counters and breaker byte included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from benches.documents import turnout_document
from benches.peers.contender import Contender
from benches.peers.twin import exposed
from benches.workload import Caller, Toggle


def built() -> bool:
    """Whether the compiled module is there; without it only the peers can be timed."""
    return find_spec("turnout") is not None and find_spec("turnout._core") is not None


def engine(toggles: Sequence[Toggle]) -> Any:
    import turnout

    data = json.dumps(turnout_document(list(toggles))).encode()
    policy = turnout.Policy.from_bytes(data, format="json")
    return turnout.Engine(policy, clock=turnout.SystemClock())


def by_name(toggles: Sequence[Toggle]) -> Contender:
    import turnout

    call = engine(toggles).is_enabled

    def prepare(caller: Caller) -> Any:
        return (caller.unit, caller.attributes)

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for unit, attributes in prepared:
            call(key, unit, attributes)

    def decide(key: str, caller: Caller) -> bool:
        return bool(call(key, caller.unit, caller.attributes))

    return Contender("turnout", turnout.__version__, prepare, loop, decide, exposed)
