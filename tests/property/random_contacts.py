"""Random contacts: attributes of right and wrong types, missing, null, nested, huge, not a number, not Unicode."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.property.chooser import Chooser
from tests.property.documents import Document, moment, text_of
from tests.property.random_policies import ATTRIBUTES, NUMBERS, PURPOSES, TEXTS, scalar
from tests.property.random_times import instant_us
from tests.property.twin import Contact
from tests.property.twin_values import instant_of_document

UNITS = (
    "c-1", "c-2", 42, "42", 42.0, "日本", "👩‍👩‍👧", -7, None, "", True, 2**63 - 1, -(2**63), 2.0**53, 1.5, float("nan"),
    float("inf"), "\ud800", ["c-1"], b"c-1", np.int64(42), np.str_("c-1"), np.bool_(True), dt.date(2026, 3, 1),
)  # fmt: skip
ODDITIES: tuple[Any, ...] = (
    None, 2**63 - 1, -(2**63), 2**63, 10**30, -(10**30), 2.0**53, 1e300, -1e300, float("nan"), float("inf"),
    float("-inf"), "", "\ud800x", b"pro", object, 3 + 0j, {"tier": "pro"}, {"pro"}, [], [["pro"]],
    np.int64(3), np.uint8(42), np.float32(2.5), np.float64("nan"), np.str_("pro"), np.bool_(True),
    dt.date(2026, 3, 1), dt.time(3), dt.timedelta(1), dt.datetime(2026, 3, 1),
    dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 1, 5, 30, tzinfo=dt.timezone(dt.timedelta(hours=5.5))),
)  # fmt: skip


def value(choose: Chooser, near: list[Any]) -> Any:
    """The value of an attribute; often one that some condition on it was made for."""
    if near and choose.once_in(2):
        return choose.of(near)
    match choose.number(0, 9):
        case 0 | 1 | 2:
            return choose.of(TEXTS)
        case 3 | 4:
            return choose.of(NUMBERS)
        case 5:
            return scalar(choose)
        case 6:
            found = choose.several(0, 3, lambda: choose.of((scalar(choose), choose.of(ODDITIES))))
            return tuple(found) if choose.once_in(2) else found
        case 7:
            return choose.text()
        case _:
            return choose.of(ODDITIES)


def near_values(source: Document) -> dict[str, list[Any]]:
    """For each attribute, values at and beside what the conditions of a document ask."""
    found: dict[str, list[Any]] = {}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for inner in node:
                walk(inner)
        elif isinstance(node, dict):
            for operator, operand in node.items():
                if "attribute" in node and operator in BESIDE:
                    found.setdefault(node["attribute"], []).extend(BESIDE[operator](operand))
                walk(operand)

    walk([source["toggles"], source["segments"]])
    return found


def beside_scalar(operand: Any) -> list[Any]:
    """The operand, what only looks like it, and what is close."""
    if isinstance(operand, bool):
        return [operand, not operand, int(operand)]
    if isinstance(operand, str):
        return [operand, operand + "x", "x" + operand, [operand], operand.upper()]
    return [operand, operand + 1, operand - 0.5, float(operand), str(operand), [operand]]


def beside_instant(operand: str) -> list[Any]:
    """The instant in every form, and those one microsecond off."""
    at_us = instant_of_document(operand)
    return [operand, moment(at_us), moment(at_us - 1), text_of(at_us + 1), at_us // 10**6, at_us / 10**6, operand[:10]]


def beside_version(operand: str) -> list[Any]:
    """Versions around each bound."""
    bounds = [re.sub("[<>=^~ ]+|-.*|[+].*", "", part) for part in operand.split(",")]
    ends = ("", ".0", ".1", ".0-rc.1", ".0-rc.2", ".0.0-0", ".0.1", "+b", "-rc.2", ".9")
    return [bound + end for bound in bounds for end in ends] + ["6", "6.0.0-rc.1", "5.3.0-0", "0.3", "1", "0.0.4"]


BESIDE: dict[str, Callable[[Any], list[Any]]] = {
    **dict.fromkeys(("equals", "not_equals", "contains", "starts_with", "ends_with"), beside_scalar),
    **dict.fromkeys(("lt", "lte", "gt", "gte"), beside_scalar),
    **dict.fromkeys(("in", "not_in"), lambda members: [near for one in members[:3] for near in beside_scalar(one)]),
    **dict.fromkeys(("before", "after"), beside_instant),
    "matches": lambda _: ["pro", "enterprise", "42", "日", "a\n", "a", "ß", "aß", "ee", "0", "PRODUCT", "rise"],
    "semver": beside_version,
    "cidr": lambda _: [
        "10.1.2.3",
        "::ffff:10.9.9.9",
        "192.168.3.4",
        "2001:db8::5",
        "11.0.0.0",
        "::ffff:192.168.0.1",
        "::1",
    ],
    "exists": lambda _: [None, ""],
    "null": lambda _: [None, False],
}


def attributes(choose: Chooser, near: dict[str, list[Any]]) -> Any:
    """Attributes, dotted names whole or through dictionaries; now and then none at all."""
    if choose.once_in(15):
        return None
    flat = {name: value(choose, near.get(name, [])) for name in choose.some_of(ATTRIBUTES, 8)}
    flat |= {f"consent.{purpose}": choose.of((True, True, True, True, False, None, "true", 1)) for purpose in PURPOSES}
    nested: Document = {}
    for name, found in flat.items():
        *path, last = name.split(".") if choose.once_in(2) else [name]
        inner = nested
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = found
    return nested


@st.composite
def values_of_x(draw: st.DrawFn, source: Document, count: int) -> dict[str, list[Any]]:
    """For each toggle that asks about `x`, so many values made for its condition."""
    choose = Chooser(draw)
    found = {}
    for key, asked in source["toggles"].items():
        near = near_values({"toggles": asked, "segments": []})["x"]
        found[key] = [value(choose, near) for _ in range(count)]
    return found


@st.composite
def contacts(draw: st.DrawFn, source: Document | None = None) -> Contact:
    """A contact at an instant, made for the conditions of a document if one is given."""
    choose = Chooser(draw)
    unit = choose.of((choose.of(UNITS), choose.number(0, 10**6), choose.text()))
    return Contact(unit, attributes(choose, near_values(source) if source else {}), instant_us(choose))
