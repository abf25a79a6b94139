"""growthbook: pure Python; features handed over, no network, no tracking, no logging."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from benches.documents import growthbook_document
from benches.peers.contender import Contender
from benches.workload import Caller, Toggle


def client(features: dict[str, Any]) -> Any:
    from growthbook import GrowthBook

    logging.getLogger("growthbook").setLevel(logging.CRITICAL)
    return GrowthBook(features=features, enabled=True)


def _fnv1a32(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def exposed(key: str, unit: str, percent: int) -> bool:
    """Its own hash, version 2: fnv1a32 over the decimal form of fnv1a32."""
    number = _fnv1a32(str(_fnv1a32(key + unit))) % 10_000 / 10_000
    return number <= percent / 100


def growthbook(toggles: Sequence[Toggle]) -> Contender:
    made = client(growthbook_document(list(toggles))["features"])
    set_attributes, is_on = made.set_attributes, made.is_on

    def prepare(caller: Caller) -> Any:
        return caller.attributes | {"id": caller.unit}

    def loop(key: str, prepared: Sequence[Any]) -> None:
        for attributes in prepared:
            set_attributes(attributes)
            is_on(key)

    def decide(key: str, caller: Caller) -> bool:
        set_attributes(prepare(caller))
        return bool(is_on(key))

    return Contender("growthbook", version("growthbook"), prepare, loop, decide, exposed, slow=True)


def all_features_loop(toggles: Sequence[Toggle]) -> Any:
    """Every feature for one caller, the way the package offers: one `is_on` each after setting the attributes once."""
    made = client(growthbook_document(list(toggles))["features"])
    keys = [toggle.key for toggle in toggles]

    def loop(prepared: Sequence[Any]) -> None:
        for attributes in prepared:
            made.set_attributes(attributes)
            for key in keys:
                made.is_on(key)

    return loop
