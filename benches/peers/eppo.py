"""eppo-server-sdk: a Rust evaluator behind PyO3, fed a local configuration, polling off, no assignment log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from benches.documents import EPPO_SHARDS, eppo_document
from benches.peers.contender import Contender
from benches.workload import Caller, Toggle


def client(data: bytes) -> Any:
    """A client that answers from `data` alone: nothing is fetched, then or later."""
    import eppo_client
    from eppo_client._eppo_client import AssignmentLogger, ClientConfig, Configuration

    return eppo_client.init(
        ClientConfig(
            api_key="local",
            base_url="http://127.0.0.1:9/api",
            assignment_logger=AssignmentLogger(),
            is_graceful_mode=False,  # a fault raises, so that no default passes for an answer
            poll_interval_seconds=None,
            initial_configuration=Configuration(flags_configuration=data),
        )
    )


def exposed(key: str, unit: str, percent: int) -> bool:
    """Its own hash: md5 of salt and subject, first four bytes, modulo the shards."""
    digest = hashlib.md5(f"{key}-{unit}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % EPPO_SHARDS < percent * EPPO_SHARDS // 100


def eppo(toggles: Sequence[Toggle]) -> Contender:
    call = client(json.dumps(eppo_document(list(toggles))).encode()).get_boolean_assignment

    def prepare(caller: Caller) -> Any:
        return (caller.unit, caller.attributes)

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for unit, attributes in prepared:
            call(key, unit, attributes, False)

    def decide(key: str, caller: Caller) -> bool:
        return bool(call(key, caller.unit, caller.attributes, False))

    return Contender("eppo-server-sdk", version("eppo-server-sdk"), prepare, loop, decide, exposed)


def details_loop(data: bytes) -> Any:
    """The call that also says why; timed as a second opinion on `Evaluation`, never gated on."""
    call = client(data).get_boolean_assignment_details

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for unit, attributes in prepared:
            call(key, unit, attributes, False)

    return loop
