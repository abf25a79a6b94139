"""yggdrasil-engine: Unleash's Rust evaluator behind ctypes and JSON; the call that does not count is the faster one."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from benches.documents import unleash_document
from benches.peers.contender import Contender
from benches.workload import Caller, Toggle


def engine(state: str) -> Any:
    from yggdrasil_engine.engine import UnleashEngine

    logging.getLogger("yggdrasil_engine").setLevel(logging.CRITICAL)
    made = UnleashEngine()
    warnings = made.take_state(state)
    assert not warnings, warnings
    return made


def exposed(key: str, unit: str, percent: int) -> bool:
    """Its own hash: murmur3 of group and unit, 1 to 100."""
    import mmh3

    return mmh3.hash(f"{key}:{unit}", 0, signed=False) % 100 + 1 <= percent


def yggdrasil(toggles: Sequence[Toggle]) -> Contender:
    call = engine(json.dumps(unleash_document(list(toggles)))).check_enabled

    def prepare(caller: Caller) -> Any:
        return {"userId": caller.unit, "properties": caller.attributes}

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for context in prepared:
            call(key, context)

    def decide(key: str, caller: Caller) -> bool:
        answer = call(key, prepare(caller))
        assert answer.is_found, key
        return bool(answer.is_enabled)

    return Contender("yggdrasil-engine", version("yggdrasil-engine"), prepare, loop, decide, exposed, slow=True)
